"""What happened in each epoch of a training."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Epoch:
    """One row of ``history.csv``.

    Attributes
    ----------
    epoch
        Counted from 1.
    step
        Optimizer steps done at the end of this epoch.
    loss
        Mean training loss over the epoch, on corrupted images where a corruption is trained.
    val_loss
        The loss on the validation pairs.
    val_mse
        The mean squared error on the validation pairs, pixels in [0, 1]; ``None`` for a
        classifier, and where no clean image is known.
    learning_rate
        The rate at the epoch's last step.
    seconds
        Wall time of the epoch, validation included.
    images_per_second
        Training images over the training time of the epoch, validation left out.
    accuracy
        Share of training images that a classifier named rightly while it trained; ``None`` for
        all other models.
    val_accuracy
        Share of validation images that a classifier names rightly.
    """

    epoch: int
    step: int
    loss: float
    val_loss: float
    val_mse: float | None = None
    learning_rate: float
    seconds: float
    images_per_second: float
    accuracy: float | None = None
    val_accuracy: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """All epochs of a training, and the one whose weights were kept.

    Attributes
    ----------
    epochs
        One record an epoch, in order.
    best_epoch
        The epoch with the lowest validation loss, counted from 1.
    """

    epochs: tuple[Epoch, ...]
    best_epoch: int
