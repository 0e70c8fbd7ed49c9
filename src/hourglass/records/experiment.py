"""What is to be trained, on what, and how: the content of ``experiment.toml``."""

import shlex
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Final, Literal, Self, cast, get_args

import tomli_w

from hourglass.errors import ConfigurationError
from hourglass.records.classifier_keys import CROSS_ENTROPY, require_keys_of_task
from hourglass.records.flat import option_words, read_toml, refuse_two_corruptions
from hourglass.records.folder import FolderOptions
from hourglass.records.given_pairs import require_given_noise
from hourglass.records.network import (
    CLASSIFIER_DEFAULTS,
    FILES,
    NETWORK_DEFAULTS,
    OBJECTIVES,
    ActivationName,
    Activations,
    Beta,
    CodeObjectiveName,
    NetworkName,
    NetworkOptions,
    ObjectiveName,
    Rate,
    Size,
    Units,
    Weight,
    Words,
    objective_of,
)
from hourglass.records.objective_keys import require_keys_of_objective
from hourglass.records.plan import TrainingPlan
from hourglass.records.validation import checked

_NETWORK_WORDS: Final[Mapping[NetworkName, str]] = MappingProxyType(
    {
        "convolutional": "convolutional",
        "dense": "dense",
        "pooling": "pooling",
        "pooling-dense": "pooling-and-dense",
        "residual": "residual dense",
        "strided": "strided",
        "unet": "U-Net",
    }
)

# Their keys stand among those of the experiment.
_PARTS: Final[Mapping[str, type[Any]]] = MappingProxyType(
    {"folder": FolderOptions, "plan": TrainingPlan}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Experiment:
    """One training as it was asked for.

    In a file all keys stand side by side, those of its parts too; ``noise = 0.2`` is short for
    ``corruption = "gaussian:0.2"``.

    Attributes
    ----------
    data
        Name of a data set, or a path.
    clean
        Folder of the clean images that belong to noisy ``data``, of the same names; or a file of
        arrays where ``data`` is one.
    second_shot
        Likewise a second noisy image of each scene, whose noise is another.
    network
        ``convolutional``, ``dense``, ``pooling``, ``pooling-dense``, ``residual``, ``strided`` or
        ``unet``; by default ``unet`` where images are corrupted and ``convolutional`` where they
        are not.
    units
        Widths of the layers from the image to the code: of dense layers, or channels of
        convolutions, with ``pooling-dense`` followed by the width of a dense layer behind the
        code. By default the network's own.
    latent_dim
        Numbers in the code. By default the network's own.
    activation
        Activation of hidden layers. By default the network's own.
    code_activation
        Activation of the code. By default the network's own, or the one that a sparse code needs.
    output_activation
        Activation of the output. By default the network's own.
    dense_units
        Widths of dense layers between convolutions and code, mirrored behind it; for network
        ``convolutional``.
    tied
        Whether a dense decoder takes the transposed weights of its encoder.
    activations
        Activation of each hidden layer of a dense classifier, in place of one for all.
    dropout
        Share of values that a classifier drops while training. By default the network's own.
    normalized
        Whether a dense classifier normalizes each hidden layer over the batch.
    objective
        ``plain``: rebuild clean images. ``denoising``: undo a corruption, by default
        ``gaussian:0.2``. ``masked``: fill in hidden patches, by default ``masking:0.5``.
        ``blind-spot``: undo noise without having seen a clean image, by default the noise that
        the files came with.
        ``sparse``, ``contractive``, ``variational``: hold the code to more than the
        reconstruction, with or without a corruption. ``classify``: name the class of clean
        images, by network ``dense`` or ``convolutional``. By default what the corruption says.
    sparsity
        ``l1``, or ``kl:RATE`` for units that are active at a rate; for the sparse objective.
    penalty
        Weight of what a sparse or contractive code is held to. By default the objective's own.
    beta
        Weight of the divergence of a variational code from its prior; 1, the default, is the
        evidence lower bound, 0 the plain autoencoder.
    corruption
        What images go through before the network sees them: ``KIND:LEVEL``, or
        ``KIND:LOW..HIGH`` for a level that each image draws, several in order joined by ``+``;
        by default nothing. ``files`` where the data are noisy themselves, which ``clean``,
        ``second_shot`` and objective ``blind-spot`` say.
    frozen_noise
        Whether the noise of the training images is drawn once, before training, as some tutorials
        do, in place of afresh in each step.
    engine
        ``keras``, or ``scratch`` for the loop in tensor operations and a gradient tape, which
        takes the dense network with Gaussian noise or none.
    expected
        ``collapse`` where the network is known to collapse and is run to show it.
    loss
        A name such as ``mse``, or several with weights: ``mse:0.8+ssim:0.2``. A classifier has
        ``cross-entropy`` and no other.
    folder
        What is done with the images of a folder.
    plan
        How the training goes.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    data: str = "fashion-mnist-small"
    clean: str | None = None
    second_shot: str | None = None
    network: NetworkName | None = None
    units: Units | None = None
    latent_dim: Size | None = None
    activation: ActivationName | None = None
    code_activation: ActivationName | None = None
    output_activation: ActivationName | None = None
    dense_units: Units | None = None
    tied: bool = False
    activations: Activations | None = None
    dropout: Rate | None = None
    normalized: bool = False
    objective: ObjectiveName | None = None
    sparsity: Words | None = None
    penalty: Weight | None = None
    beta: Beta | None = None
    corruption: Words | None = None
    loss: Words = "mse"
    frozen_noise: bool = False
    engine: Literal["keras", "scratch"] = "keras"
    expected: Literal["collapse"] | None = None
    folder: FolderOptions = field(default_factory=FolderOptions)
    plan: TrainingPlan = field(default_factory=TrainingPlan)

    def __post_init__(self) -> None:
        for key in ("data", "clean", "second_shot"):
            _require_unicode(key, getattr(self, key))
        if self.corruption is None and self.partner is not None and not self.classifies:
            object.__setattr__(self, "corruption", FILES)
        if self.corruption is None and self.objective is not None:
            object.__setattr__(self, "corruption", OBJECTIVES[self.objective].corruption)
        if self.classifies and self.loss == "mse":
            object.__setattr__(self, "loss", CROSS_ENTROPY)
        require_keys_of_task(self)
        require_given_noise(self)
        require_keys_of_objective(self)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any], source: str) -> Self:
        """Build an experiment from flat keys.

        Raises
        ------
        ConfigurationError
            If a key is unknown, or a value does not fit; every such key is named.
        """
        flat = dict(values)
        if flat.get("noise") is not None:
            refuse_two_corruptions(flat)
            flat["corruption"] = f"gaussian:{flat['noise']}"
        flat.pop("noise", None)
        for part, kind in _PARTS.items():
            names = {entry.name for entry in fields(kind)} & flat.keys()
            flat[part] = {name: flat.pop(name) for name in names}
        return checked(cls, flat, source, unseen=_PARTS, short="noise")

    @classmethod
    def from_toml(cls, path: Path) -> Self:
        """Read an experiment file.

        Raises
        ------
        MissingPathError
            If there is no such file.
        ConfigurationError
            If it is not TOML, a key is unknown or a value does not fit.
        """
        return cls.from_mapping(read_toml(path), str(path))

    def to_toml(self) -> str:
        """Return the experiment as the text of a TOML file that ``from_toml`` reads."""
        flat = self._flat()
        # 0 equals False, and says something: clip_norm = 0 leaves gradients as they are.
        known = {
            key: value for key, value in flat.items() if value is not None and value is not False
        }
        return tomli_w.dumps(known)

    def command(self) -> str:
        """Return the command that trains as this experiment asks, defaults left out."""
        default = type(self)()
        words = ["hourglass", "train", "--data", self.data]
        for key, value in self._flat().items():
            # The loss of a classifier goes without saying, and so does noise that is there.
            said = (
                key == "data"
                or (key == "loss" and self.classifies)
                or (key, value) == ("corruption", FILES)
            )
            if not said and value != default._flat()[key]:
                words += option_words(key.replace("_", "-"), value)
        return shlex.join(words)

    def _flat(self) -> dict[str, Any]:
        flat = asdict(self)
        for part in _PARTS:
            flat.update(flat.pop(part))
        return flat

    @property
    def network_or_default(self) -> NetworkName:
        """The network that was asked for, or the one that fits the task."""
        return self.network or ("unet" if self.corruption else "convolutional")

    @property
    def objective_or_default(self) -> ObjectiveName:
        """The objective that was asked for, or the one that the corruption says."""
        return self.objective or objective_of(self.corruption)

    @property
    def classifies(self) -> bool:
        """Whether classes are named, in place of images rebuilt."""
        return self.objective == "classify"

    @property
    def blind_spot(self) -> bool:
        """Whether training sees no clean image, and compares hidden pixels alone."""
        return self.objective == "blind-spot"

    @property
    def partner(self) -> str | None:
        """The folder or file of what noisy data are compared with; ``None`` where there is none."""
        return self.clean or self.second_shot

    @property
    def paths(self) -> Mapping[str, str]:
        """The keys that name files and folders, each with its value; ``data`` may be a data set."""
        found = {
            "data": self.data,
            "clean": self.clean,
            "second_shot": self.second_shot,
            "labels": self.folder.labels_table,
        }
        return {key: path for key, path in found.items() if path is not None}

    def with_paths(self, paths: Mapping[str, str]) -> Self:
        """Return the same experiment with other values of keys that ``paths`` has."""
        own: dict[str, Any] = {key: path for key, path in paths.items() if key != "labels"}
        labels = paths.get("labels", self.folder.labels)
        return replace(self, **own, folder=replace(self.folder, labels=labels))

    @property
    def knows_clean(self) -> bool:
        """Whether there are clean images to measure against."""
        return self.corruption != FILES or self.clean is not None

    @property
    def estimates(self) -> bool:
        """Whether the run is judged by what can be said without clean images."""
        return self.blind_spot or not self.knows_clean

    @property
    def objective_of_code(self) -> CodeObjectiveName | None:
        """The objective where the code is held to more than the reconstruction."""
        objective = self.objective_or_default
        known = get_args(CodeObjectiveName)
        return cast(CodeObjectiveName, objective) if objective in known else None

    @property
    def sparsity_or_default(self) -> str | None:
        """How the code is kept sparse; ``None`` where it is not."""
        return self.sparsity or OBJECTIVES[self.objective_or_default].sparsity

    @property
    def penalty_or_default(self) -> float | None:
        """The weight of what a sparse or contractive code is held to; ``None`` for others."""
        return self.penalty or OBJECTIVES[self.objective_or_default].penalty

    @property
    def beta_or_default(self) -> float | None:
        """The weight of a variational code's divergence from its prior; ``None`` for others."""
        # 0 is a weight too.
        return OBJECTIVES[self.objective_or_default].beta if self.beta is None else self.beta

    @property
    def model_name(self) -> str:
        """What is trained, in words: ``U-Net denoiser``, ``sparse dense autoencoder``."""
        if self.classifies:
            return f"{_NETWORK_WORDS[self.network_or_default]} classifier"
        task = "denoiser" if self.corruption else "autoencoder"
        name = f"{_NETWORK_WORDS[self.network_or_default]} {task}"
        if self.blind_spot or self.second_shot is not None:
            return f"{'blind-spot' if self.blind_spot else 'Noise2Noise'} {name}"
        return f"{self.objective_of_code} {name}" if self.objective_of_code else name

    @property
    def network_options(self) -> NetworkOptions:
        """The sizes that were asked for, the network's own where nothing was said.

        Raises
        ------
        ConfigurationError
            If the network has no code and one was asked for.
        """
        default = self._network_defaults
        if self.latent_dim is not None and default.latent_dim is None:
            raise ConfigurationError(
                f"The {self.network_or_default} network has no code of a chosen size, so "
                f"latent_dim = {self.latent_dim} cannot be. Choose network dense or convolutional."
            )
        return NetworkOptions(
            units=default.units if self.units is None else self.units,
            latent_dim=self.latent_dim or default.latent_dim,
            activation=self.activation or default.activation,
            code_activation=self.code_activation or self._code_of_objective(),
            output_activation=self.output_activation,
            dense_units=self.dense_units or (),
            tied=self.tied,
            activations=self.activations,
            dropout=default.dropout if self.dropout is None else self.dropout,
            normalized=self.normalized,
        )

    def filled(self) -> Self:
        """Return the same experiment with the defaults that depend on other keys filled in."""
        plan = self.plan
        if plan.epochs is None:
            plan = replace(plan, minutes=plan.budget_minutes)
        options = self.network_options
        return replace(
            self,
            network=self.network_or_default,
            units=options.units,
            latent_dim=options.latent_dim,
            activation=options.activation if options.activations is None else None,
            code_activation=options.code_activation,
            dropout=options.dropout if self.classifies else None,
            objective=self.objective_or_default,
            sparsity=self.sparsity_or_default,
            penalty=self.penalty_or_default,
            beta=self.beta_or_default,
            plan=plan,
        )

    @property
    def _network_defaults(self) -> NetworkOptions:
        defaults = CLASSIFIER_DEFAULTS if self.classifies else NETWORK_DEFAULTS
        return defaults[self.network_or_default]

    def _code_of_objective(self) -> ActivationName | None:
        """Return the activation that a code needs: zeros for L1, rates for KL, means on a line."""
        if self.objective_or_default == "variational":
            return "linear"
        if self.sparsity_or_default is None:
            return None
        return "relu" if self.sparsity_or_default == "l1" else "sigmoid"


def _require_unicode(key: str, path: str | None) -> None:
    if path is not None and any("\ud800" <= letter <= "\udfff" for letter in path):
        advice = "Rename it, or make a link with another name and give that."
        if sys.getfilesystemencoding() != "utf-8":
            advice = "Set PYTHONUTF8=1, because this locale has no UTF-8 names."
        raise ConfigurationError(
            f"{key} = {path} has a name that is not UTF-8, and an experiment file cannot hold it. "
            f"{advice}"
        )


DEMO: Final = Experiment(corruption="gaussian:0.2", plan=TrainingPlan(minutes=0.75))
