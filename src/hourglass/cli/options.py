"""Options that several commands share, as groups of fields.

A field that stays ``None`` was not given: defaults stand in the records alone.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import Group, Parameter

from hourglass.cli.libraries import Device
from hourglass.errors import require_positive
from hourglass.records import (
    CLASSIFIERS,
    CORRUPTIONS,
    DEFAULT_PATCH_SIZE,
    FRAMES,
    LARGEST_WHOLE_SIDE,
    LOSSES,
    NETWORKS,
    OBJECTIVES,
    OPTIMIZERS,
    SCHEDULES,
    CheckpointTiming,
    FrameChoice,
)

_MODEL: Final = Group("Model", sort_key=1)
_PLAN: Final = Group("Plan", sort_key=2)
_DATA: Final = Group("Data", sort_key=3)
_FOLDER: Final = Group("A folder of images", sort_key=4)
_FILES: Final = Group("Files", sort_key=4)
_MACHINE: Final = Group("Machine", sort_key=5)
_OUTPUT: Final = Group("Output", sort_key=6)


#: What commands say of black and white.
RANGE: Final = (
    "What black and white are in the numbers of the files: LOW..HIGH, such as 0..4095; dtype for "
    "the ends of their type; data for the least and greatest value. By default it is found, and "
    "the guess is shown."
)


def _one_of(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class ExperimentOptions:
    """What to train, and how: the keys of an experiment file."""

    noise: Annotated[
        float | None, Parameter(group=_MODEL, help="Noise factor: short for gaussian:FACTOR.")
    ] = None
    corruption: Annotated[
        str | None,
        Parameter(
            group=_MODEL,
            help="KIND:LEVEL, or KIND:LOW..HIGH for a level that each image draws, several "
            f"joined by +; the kinds: {_one_of(CORRUPTIONS)}.",
        ),
    ] = None
    network: Annotated[
        str | None,
        Parameter(
            group=_MODEL,
            help=f"{_one_of(NETWORKS)}; by default unet with a corruption, else convolutional. To "
            f"classify: {_one_of(CLASSIFIERS)}.",
        ),
    ] = None
    units: Annotated[
        tuple[int, ...] | None,
        Parameter(group=_MODEL, consume_multiple=True, help="Widths from image to code: 128 64."),
    ] = None
    latent_dim: Annotated[int | None, Parameter(group=_MODEL, help="Numbers in the code.")] = None
    activation: Annotated[
        str | None, Parameter(group=_MODEL, help="Activation of the hidden layers.")
    ] = None
    code_activation: Annotated[
        str | None, Parameter(group=_MODEL, help="Activation of the code.")
    ] = None
    output_activation: Annotated[
        str | None, Parameter(group=_MODEL, help="Activation of the output.")
    ] = None
    dense_units: Annotated[
        tuple[int, ...] | None,
        Parameter(
            group=_MODEL,
            consume_multiple=True,
            negative="",
            help="Widths of dense layers between convolutions and code: 512.",
        ),
    ] = None
    tied: Annotated[
        bool | None,
        Parameter(
            group=_MODEL,
            negative="",
            help="Give a dense decoder its encoder's weights.",
        ),
    ] = None
    activations: Annotated[
        tuple[str, ...] | None,
        Parameter(
            group=_MODEL,
            consume_multiple=True,
            negative="",
            help="Activation of each layer of a dense classifier: relu tanh selu.",
        ),
    ] = None
    dropout: Annotated[
        float | None,
        Parameter(group=_MODEL, help="Share of values that a classifier drops in training."),
    ] = None
    normalized: Annotated[
        bool | None,
        Parameter(group=_MODEL, negative="", help="Normalize the layers of a dense classifier."),
    ] = None
    objective: Annotated[
        str | None,
        Parameter(
            group=_MODEL, help=f"{_one_of(OBJECTIVES)}; by default what the corruption says."
        ),
    ] = None
    sparsity: Annotated[
        str | None, Parameter(group=_MODEL, help="l1 or kl:RATE, for the sparse objective.")
    ] = None
    penalty: Annotated[
        float | None,
        Parameter(group=_MODEL, help="Weight of what a sparse or contractive code is held to."),
    ] = None
    beta: Annotated[
        float | None,
        Parameter(group=_MODEL, help="Weight of a variational code's divergence from its prior."),
    ] = None
    loss: Annotated[
        str | None,
        Parameter(group=_MODEL, help=f"{_one_of(LOSSES)}; or NAME:WEIGHT joined by +."),
    ] = None
    clean: Annotated[
        str | None,
        Parameter(
            group=_DATA, help="Folder of the clean images that noisy data belong to, by name."
        ),
    ] = None
    clean_name: Annotated[
        str | None,
        Parameter(
            group=_DATA,
            help="NOISY=GT: what the partners' names have in place of a part of the noisy names.",
        ),
    ] = None
    pair_by: Annotated[
        str | None,
        Parameter(group=_DATA, help="name, or order to pair files in the order of their names."),
    ] = None
    second_shot: Annotated[
        str | None,
        Parameter(group=_DATA, help="Folder of a second noisy image of each scene, by name."),
    ] = None
    frozen_noise: Annotated[
        bool | None,
        Parameter(group=_MODEL, negative="", help="Draw the noise once, before training."),
    ] = None
    engine: Annotated[
        str | None,
        Parameter(group=_MODEL, help="keras, or scratch: tensor operations and a gradient tape."),
    ] = None
    expected: Annotated[
        str | None, Parameter(group=_MODEL, help="`collapse` if that is what is to be shown.")
    ] = None
    epochs: Annotated[
        int | None, Parameter(group=_PLAN, help="Passes over the training images.")
    ] = None
    minutes: Annotated[
        float | None,
        Parameter(group=_PLAN, help="Training time, in place of epochs; 3 if neither is given."),
    ] = None
    batch_size: Annotated[int | None, Parameter(group=_PLAN, help="Images in a step.")] = None
    learning_rate: Annotated[
        float | None, Parameter(group=_PLAN, help="Highest rate of the schedule.")
    ] = None
    optimizer: Annotated[str | None, Parameter(group=_PLAN, help=f"{_one_of(OPTIMIZERS)}.")] = None
    beta_2: Annotated[
        float | None, Parameter(group=_PLAN, help="Decay of Adam's squared gradients.")
    ] = None
    momentum: Annotated[
        float | None, Parameter(group=_PLAN, help="Decay of the running gradient of sgd, rmsprop.")
    ] = None
    weight_decay: Annotated[
        float | None, Parameter(group=_PLAN, help="Share of the weights that adamw takes away.")
    ] = None
    schedule: Annotated[str | None, Parameter(group=_PLAN, help=f"{_one_of(SCHEDULES)}.")] = None
    clip_norm: Annotated[
        float | None, Parameter(group=_PLAN, help="Largest norm of the gradient; 0 for none.")
    ] = None
    precision: Annotated[
        str | None,
        Parameter(group=_PLAN, help="float32, or mixed_bfloat16 for layers that compute in it."),
    ] = None
    patience: Annotated[
        int | None,
        Parameter(group=_PLAN, help="Epochs without progress before stopping; 0 for never."),
    ] = None
    keep: Annotated[
        str | None, Parameter(group=_PLAN, help="Weights of the best epoch, or of the last.")
    ] = None
    seed: Annotated[
        int | None, Parameter(group=_PLAN, help="Weights, order and noise follow from it.")
    ] = None
    resize: Annotated[
        str | None,
        Parameter(group=_FOLDER, help="Bring every image to SIDE or HEIGHTxWIDTH: 64, 48x64."),
    ] = None
    crop: Annotated[
        str | None,
        Parameter(group=_FOLDER, help="Cut the middle of every image: SIDE or HEIGHTxWIDTH."),
    ] = None
    patch_size: Annotated[
        int | None,
        Parameter(
            group=_FOLDER,
            help="Side of the patches that are cut. By default a U-Net gets patches of "
            f"{DEFAULT_PATCH_SIZE} from images of several sizes, or of more than "
            f"{LARGEST_WHOLE_SIDE} pixels a side.",
        ),
    ] = None
    color: Annotated[
        str | None, Parameter(group=_FOLDER, help="gray or rgb; by default what the images are.")
    ] = None
    labels: Annotated[
        str | None,
        Parameter(
            group=_FOLDER,
            help="folders if sub-folders are classes, none if not, or a table of file names and "
            "classes (CSV, TSV, Parquet). By default a metadata.csv in the folder that is one, or "
            "sub-folders unless images lie beside them.",
        ),
    ] = None
    groups: Annotated[
        str | None,
        Parameter(
            group=_FOLDER,
            help="Column of that table whose groups, such as patients, never lie in two splits.",
        ),
    ] = None
    splits: Annotated[
        str | None,
        Parameter(
            group=_FOLDER,
            help="auto: sub-folders named like train, val and test are splits, and whatever is "
            "guessed is told; folders: they are, or it is an error; none: they are classes.",
        ),
    ] = None
    frames: Annotated[
        str | None,
        Parameter(
            group=_FOLDER,
            help="all takes every frame or page of a file; by default the first one alone.",
        ),
    ] = None
    range: Annotated[
        str | None, Parameter(group=_FOLDER, help=RANGE, allow_leading_hyphen=True)
    ] = None
    skip_bad: Annotated[
        bool | None,
        Parameter(
            group=_FOLDER,
            negative="",
            help="Go on without the files that cannot be used, and end with exit code 3.",
        ),
    ] = None
    max_pixels: Annotated[
        int | None, Parameter(group=_FOLDER, help="Pixels above which a file is a bad one.")
    ] = None

    def given(self) -> dict[str, Any]:
        """Return the options that were given."""
        return {name: value for name, value in asdict(self).items() if value is not None}


#: What commands say of the argument that names a trained model.
RUN_OR_FILE: Final = "Path or name of a run, `latest`, or a .hourglass file."


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class FileOptions:
    """How files are read that a model works on."""

    frames: Annotated[
        FrameChoice,
        Parameter(
            group=_FILES,
            help="all: every frame or page of a file. first: that one alone, as a file of one.",
        ),
    ] = FRAMES[0]
    range: Annotated[
        str | None,
        Parameter(group=_FILES, help=RANGE, allow_leading_hyphen=True),
    ] = None


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class DataOptions:
    """Where data come from."""

    data_dir: Annotated[
        Path | None, Parameter(group=_DATA, help="Folder to look in first for named data sets.")
    ] = None
    offline: Annotated[bool, Parameter(group=_DATA, negative="", help="Never download.")] = False


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class DeviceOptions:
    """What a network is computed on."""

    device: Annotated[
        Device,
        Parameter(
            group=_MACHINE,
            help="cpu hides every GPU, gpu insists on one, auto takes what is there.",
        ),
    ] = "auto"


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class CheckpointOptions:
    """How often a training is written down."""

    checkpoint_minutes: Annotated[
        float | None,
        Parameter(
            group=_MACHINE,
            help="Longest training time that a kill can cost; 5 by default. Between epochs a "
            "checkpoint is written after half a minute.",
        ),
    ] = None

    def timing(self) -> CheckpointTiming:
        """Return how often checkpoints are written."""
        if self.checkpoint_minutes is None:
            return CheckpointTiming()
        seconds = 60 * require_positive("--checkpoint-minutes", self.checkpoint_minutes)
        usual = CheckpointTiming().between_epochs
        return CheckpointTiming(between_epochs=min(usual, seconds), within_epochs=seconds)


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class OutputOptions:
    """How results are printed."""

    json: Annotated[bool, Parameter(group=_OUTPUT, negative="", help="Print results as JSON.")] = (
        False
    )
    quiet: Annotated[bool, Parameter(group=_OUTPUT, negative="", help="Print results alone.")] = (
        False
    )
    debug: Annotated[
        bool, Parameter(group=_OUTPUT, negative="", help="Print the traceback of an error.")
    ] = False


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class DebugOptions:
    """How a command that prints no numbers ends."""

    debug: Annotated[
        bool, Parameter(group=_OUTPUT, negative="", help="Print the traceback of an error.")
    ] = False


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class RunsOptions:
    """Where runs lie."""

    runs: Annotated[Path, Parameter(group=_OUTPUT, help="Folder that holds runs.")] = Path("runs")
