"""What was used to make a run, and how far it came: the content of ``record.json``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from hourglass.records.folder import FolderRecord
from hourglass.records.plan import Precision
from hourglass.records.value_range import NumberType, ValueRange


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """The machine and the libraries under a run.

    Attributes
    ----------
    versions
        Version of Python and of each library that can change a result, by name.
    backend
        Keras' backend.
    system
        Operating system and architecture.
    processor
        The processor's name.
    processor_features
        Vector instructions that decide which kernels run.
    threads
        Processors that the process may use.
    device
        What the network was computed on: ``cpu``, or a kind and its name in brackets; older
        records do not say.
    settings
        Environment variables that change how libraries compute, where they are set.
    """

    versions: Mapping[str, str]
    backend: str
    system: str
    processor: str
    processor_features: tuple[str, ...]
    threads: int
    device: str = "unknown"
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Engine:
    """What did the work of a training, chosen by rule for network and backend.

    Attributes
    ----------
    feed
        ``graph``: images at rest are gathered inside TensorFlow's graph. ``scan``: they lie on
        the device and are gathered inside a scan over the steps of an execution (JAX). ``host``:
        NumPy reads each batch.
    noise
        Where the corruption is drawn: in the ``feed``, beside the step before, or inside the
        ``step``; ``none`` where the training draws none.
    xla
        Whether XLA compiles the step.
    steps_per_execution
        Steps between two looks of Python at them.
    precision
        What networks compute in; weights are float32 always.
    """

    feed: Literal["graph", "scan", "host"]
    noise: Literal["feed", "step", "none"]
    xla: bool
    steps_per_execution: int
    precision: Precision = "float32"


@dataclass(frozen=True, kw_only=True, slots=True)
class RunRecord:
    """Facts of a run that are no result.

    Attributes
    ----------
    status
        ``unfinished`` from the start of training until its model is written, then ``trained``;
        ``finished`` when everything is there.
    command
        The command that makes this run again.
    started
        Date and time in UTC, ISO 8601.
    environment
        Machine and libraries.
    data_fingerprint
        SHA-256 of the pixels and labels.
    split_hash
        SHA-256 of the positions of training, validation and test images.
    image_shape
        Height, width, channels; ``None`` where a size is open.
    images_by_split
        Number of images of each split.
    seeds
        The seeds that follow from the run's, by purpose.
    parameters
        Numbers that the network learned.
    steps
        Optimizer steps planned; a plan in minutes is fixed here.
    images_per_second
        Training images over training time, compilation and validation left out.
    seconds
        Wall time of each part of the run, by name; of a resumed one, all its sessions together.
    digests
        SHA-256 of the kept weights, of the optimizer's state at the end and of the history, times
        left out: equal for equal trainings.
    drift
        How machine or libraries had changed each time the run was resumed in spite of it.
    engine
        What did the work of the training; older records, and the loop from scratch, do not say.
    folder
        What was made of the folder of images; ``None`` for other data.
    ranges
        What black and white were in the numbers of the files, by type, where these are not the
        ends of the type.
    notes
        What was assumed about the data, how they were split where that is no plain 80/10/10, and
        what is measured on, a sentence each; older records have some of it in ``folder``.
    """

    status: Literal["unfinished", "trained", "finished"]
    command: str
    started: str
    environment: Environment
    data_fingerprint: str
    split_hash: str
    image_shape: tuple[int | None, int | None, int]
    images_by_split: Mapping[str, int]
    seeds: Mapping[str, int]
    parameters: int = 0
    steps: int = 0
    images_per_second: float = 0.0
    seconds: Mapping[str, float] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    drift: tuple[str, ...] = ()
    engine: Engine | None = None
    folder: FolderRecord | None = None
    ranges: Mapping[NumberType, ValueRange] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
