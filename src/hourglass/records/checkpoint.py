"""When a training is written down, and how far it came: a checkpoint without its arrays."""

from dataclasses import dataclass

from hourglass.records.history import Epoch
from hourglass.records.run import Environment


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """Where a training goes on.

    Attributes
    ----------
    schema_version
        Version of this description.
    identity
        SHA-256 of what is trained, on what and how; another training cannot go on from here.
    environment
        Machine and libraries that the training ran on.
    drift
        How they differed from those before, each time that was allowed.
    epochs, steps
        Epochs planned, and optimizer steps in each; a plan in minutes is fixed here.
    epochs_done
        Epochs that are over.
    steps_done
        Steps that are over in the epoch under way.
    stopped
        Whether the training came to its end early.
    history
        A record for each epoch that is over.
    best_loss
        Lowest validation loss so far; ``None`` before the first epoch is over.
    best_epoch
        The epoch that it belongs to, counted from 1; 0 before the first is over.
    waited
        Epochs since then.
    timed_steps, timed_seconds
        Steps whose time was taken, and that time, from which the speed follows.
    seconds
        Wall time of the training so far.
    """

    schema_version: int
    identity: str
    environment: Environment
    drift: tuple[str, ...]
    epochs: int
    steps: int
    epochs_done: int
    steps_done: int
    stopped: bool
    history: tuple[Epoch, ...]
    best_loss: float | None
    best_epoch: int
    waited: int
    timed_steps: int
    timed_seconds: float
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckpointTiming:
    """How often a training is written down.

    Attributes
    ----------
    between_epochs
        Seconds after a checkpoint from which the end of an epoch brings the next one.
    within_epochs
        Seconds after a checkpoint from which one is written in the middle of an epoch.
    share
        Largest share of the time that writing may take.
    """

    between_epochs: float = 30.0
    within_epochs: float = 300.0
    share: float = 0.02
