"""From ``mse`` to a loss."""

import keras

from hourglass.records import LOSSES, resolve


def loss_from_word(word: str) -> keras.losses.Loss:
    """Return the loss that ``word`` names.

    Raises
    ------
    ConfigurationError
        If it is not known; the nearest is offered.
    """
    loss: type[keras.losses.Loss] = resolve("loss", LOSSES, word)
    return loss()
