"""From ``mse`` to a loss."""

import keras

from hourglass.errors import ConfigurationError, require_positive
from hourglass.losses.mixture import WeightedLosses
from hourglass.records import LOSSES, resolve


def loss_from_words(words: str) -> keras.losses.Loss:
    """Return the loss that words name.

    Parameters
    ----------
    words
        A name such as ``mse``, or several with their weights: ``mse:0.8+ssim:0.2``.

    Raises
    ------
    ConfigurationError
        If a loss is not known (the nearest is offered) or a weight is no number above 0.
    """
    parts = [part.partition(":") for part in words.split("+")]
    losses = [(_weight(words, weight), _loss(name)) for name, _, weight in parts]
    if len(losses) == 1 and losses[0][0] == 1.0:
        return losses[0][1]
    return WeightedLosses(losses)


def _loss(name: str) -> keras.losses.Loss:
    loss: type[keras.losses.Loss] = resolve("loss", LOSSES, name)
    return loss()


def _weight(words: str, weight: str) -> float:
    try:
        return require_positive("weight of a loss", float(weight or 1.0))
    except ValueError as error:
        if isinstance(error, ConfigurationError):
            raise
        raise ConfigurationError(
            f"A loss is a NAME, or NAME:WEIGHT joined by +, such as mse:0.8+ssim:0.2; {words!r} "
            "was given."
        ) from error
