"""What a model file tells: the content of ``model.json``, schema version 2.

Everything here may come from a stranger. Sizes are capped where the text is read
(``bundles.strict_json``); here each value is held to its meaning.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Final, Literal

from annotated_types import Ge, Le, MaxLen
from pydantic import StringConstraints

from hourglass.errors import ConfigurationError
from hourglass.records.classification import Classification
from hourglass.records.experiment import Experiment
from hourglass.records.folder import ColorName
from hourglass.records.network import Channels, ModelSpec, Size
from hourglass.records.no_reference import Estimates
from hourglass.records.prediction import ClassifierCalibration
from hourglass.records.run import Engine, Environment
from hourglass.records.scores import Scores
from hourglass.records.value_range import NumberType, ValueRange

SCHEMA_VERSION: Final = 2

Sha256 = Annotated[str, StringConstraints(pattern=r"\A[0-9a-f]{64}\z")]
Count = Annotated[int, Ge(0)]
Seconds = Annotated[float, Ge(0)]
SplitName = Literal["train", "validation", "test"]
# A data set, a file or a folder by its name alone.
_NAME: Final = re.compile(r"[^/\\]{1,255}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Preprocessing:
    """The form in which the network takes an image, and how a folder's images came to it.

    Attributes
    ----------
    image_shape
        Height, width, channels (1: gray, 2: gray and alpha, 3: RGB, 4: RGB and alpha); height
        and width are ``None`` where any size will do.
    black, white
        The values that stand for the darkest and the brightest a file can hold.
    resize, crop
        What every image was brought to, as in ``FolderOptions``.
    color
        What colors were asked for; ``None`` for those of the files.
    bands
        How many of the channels are data, neither shown nor an alpha.
    ranges
        What black and white were in the numbers of the files, by type, where these are not the
        ends of the type.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    image_shape: tuple[Size | None, Size | None, Channels]
    black: Literal[0] = 0
    white: Literal[1] = 1
    resize: str | None = None
    crop: str | None = None
    color: ColorName | None = None
    bands: Annotated[int, Ge(0), Le(4)] = 0
    ranges: Mapping[NumberType, ValueRange] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class DataCard:
    """The images that a model was trained on.

    Attributes
    ----------
    name
        Name of a data set; of a path its last part alone, which says nothing of the machine.
    fingerprint
        SHA-256 of the pixels and labels.
    split_hash
        SHA-256 of the positions of training, validation and test images.
    image_shape
        Height, width, channels of the training images; ``None`` where a size is open.
    images_by_split
        Number of images of each split.
    class_names
        Names of the classes where they are known, in the order of the labels.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    name: str
    fingerprint: Sha256
    split_hash: Sha256
    image_shape: tuple[Size | None, Size | None, Channels]
    images_by_split: Mapping[SplitName, Count]
    class_names: Annotated[tuple[str, ...], MaxLen(1000)] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingCard:
    """How a model was trained; each field as in ``RunRecord``.

    The command is not kept: it follows from the experiment, and a stranger's file gives nobody
    words to type.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    experiment: Experiment
    status: Literal["trained", "finished"]
    started: str
    environment: Environment
    seeds: Mapping[str, int]
    parameters: Count
    steps: Count
    images_per_second: Seconds
    seconds: Mapping[str, Seconds]
    digests: Mapping[str, str]
    drift: tuple[str, ...] = ()
    engine: Engine | None = None

    def __post_init__(self) -> None:
        for key, name in self.experiment.paths.items():
            if not is_bare_name(name):
                raise ConfigurationError(
                    f"training.experiment.{key} must be a name without a place in front; "
                    f"{name!r} was given."
                )


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelCard:
    """Where a model comes from, and how good it is.

    Of every path the last part alone is told: a file that is handed on must not show the names of
    its maker's folders.

    Attributes
    ----------
    data
        What it was trained on.
    training
        How.
    scores, classification, estimates
        What was measured, without figures of single images and classes; ``None`` for what was
        not.
    calibration
        How sure a classifier may be; ``None`` for other models, and in files of older versions.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    data: DataCard
    training: TrainingCard
    scores: Scores | None = None
    classification: Classification | None = None
    estimates: Estimates | None = None
    calibration: ClassifierCalibration | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelDescription:
    """The content of ``model.json``.

    Keys that are not known are refused on every level: records inside take that over from here.

    Attributes
    ----------
    schema_version
        2; older versions are turned into this one when they are read.
    spec
        All that is needed to build the model again, its corruption and loss included.
    weights_sha256
        SHA-256 of ``weights.safetensors``.
    preprocessing
        The form in which it takes images.
    card
        Where it comes from; ``None`` in the folder of a run, whose other files tell that, and for
        a model without a run.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    schema_version: Literal[2]
    spec: ModelSpec
    weights_sha256: Sha256
    preprocessing: Preprocessing
    card: ModelCard | None = None

    def __post_init__(self) -> None:
        if self.preprocessing.image_shape != self.spec.image_shape:
            raise ConfigurationError(
                f"preprocessing.image_shape must be that of spec, {self.spec.image_shape}; "
                f"{self.preprocessing.image_shape} was given."
            )
        if self.card is not None:
            _require_one_story(self.spec, self.card.training.experiment)
            _require_classes(self.spec, self.card)


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstDescription:
    """The content of ``model.json``, schema version 1, which tells of no preprocessing."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    schema_version: Literal[1]
    spec: ModelSpec
    weights_sha256: Sha256

    def to_second(self) -> ModelDescription:
        """Return the same in schema version 2."""
        return ModelDescription(
            schema_version=SCHEMA_VERSION,
            spec=self.spec,
            weights_sha256=self.weights_sha256,
            preprocessing=Preprocessing(image_shape=self.spec.image_shape),
        )


def is_bare_name(name: str) -> bool:
    """Return whether a name could be that of a file in any folder, and leads nowhere else."""
    return _NAME.fullmatch(name) is not None and name not in (".", "..") and name[0] != "~"


def _require_one_story(spec: ModelSpec, experiment: Experiment) -> None:
    """Refuse an experiment that would not have led to the model."""
    told = (experiment.network_or_default, experiment.classifies, experiment.corruption)
    built = (spec.network, spec.objective == "classify", spec.corruption)
    if told != built:
        raise ConfigurationError(
            f"card.training.experiment must be that of the model: network, whether it classifies "
            f"and corruption are {told}, and those of spec {built}."
        )


def _require_classes(spec: ModelSpec, card: ModelCard) -> None:
    """Refuse a calibration of another number of classes than the model names."""
    if card.calibration is not None and len(card.calibration.class_names) != spec.classes:
        raise ConfigurationError(
            f"card.calibration names {len(card.calibration.class_names)} classes, and the model "
            f"has {spec.classes or 'none'}."
        )
