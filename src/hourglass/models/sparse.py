"""A code of which each image uses little."""

from collections.abc import Callable
from typing import Any, Final, final

import keras
from keras import KerasTensor, ops

from hourglass.errors import ConfigurationError, require_fraction, require_known, require_positive
from hourglass.models.latent import LatentModel

# A rate of exactly 0 or 1 has an infinite divergence.
_MARGIN: Final = 1e-6


def mean_absolute_code(code: KerasTensor) -> KerasTensor:
    """Return the mean of |h| over units and images: the L1 penalty (Olshausen and Field 1996)."""
    return ops.mean(ops.abs(code))


def rate_divergence(code: KerasTensor, rate: float) -> KerasTensor:
    """Return the mean over units of KL(rate ‖ mean activation), in nats.

    ρ log(ρ/ρ̂) + (1 − ρ) log((1 − ρ)/(1 − ρ̂)) for each unit, where ρ̂ is its mean over the batch
    and units lie in (0, 1) (Ng 2011, lecture notes of CS294A, section 3; Nair and Hinton 2009).

    Parameters
    ----------
    code
        Shape (batch, units), values in (0, 1).
    rate
        ρ, the mean activation that is asked for.
    """
    found = ops.clip(ops.mean(code, axis=0), _MARGIN, 1.0 - _MARGIN)
    active = rate * (ops.log(rate) - ops.log(found))
    silent = (1.0 - rate) * (ops.log(1.0 - rate) - ops.log(1.0 - found))
    return ops.mean(active + silent)


def penalty_from_words(words: str) -> Callable[[KerasTensor], KerasTensor]:
    """Return the penalty that ``l1`` or ``kl:RATE`` stands for.

    Raises
    ------
    ConfigurationError
        If it is neither, or the rate is not strictly between 0 and 1.
    """
    kind, _, rate = words.partition(":")
    require_known("sparsity", kind, ("kl", "l1"))
    if kind == "l1" and not rate:
        return mean_absolute_code
    try:
        target = require_fraction("sparsity rate", float(rate))
    except ValueError as error:
        raise ConfigurationError(
            f"Sparsity is l1, or kl:RATE with a rate between 0 and 1, such as kl:0.05; "
            f"{words!r} was given."
        ) from error
    if kind == "l1" or not 0.0 < target < 1.0:
        raise ConfigurationError(f"Sparsity is l1, or kl:RATE such as kl:0.05; not {words!r}.")
    return lambda code: rate_divergence(code, target)


@final
class SparseAutoencoder(LatentModel):
    """Encode, decode, and pay for every unit of the code that an image uses.

    The loss is the reconstruction's plus ``penalty`` times the L1 norm of the code (Olshausen and
    Field 1996) or the divergence of its units' mean activation from a small rate (Ng 2011).

    Parameters
    ----------
    encoder, decoder, **kwargs
        As every ``LatentModel`` takes them.
    sparsity
        ``l1`` for a code of rectified or linear units, ``kl:RATE`` for one of sigmoid units.
    penalty
        Weight of the penalty beside the reconstruction loss.

    Raises
    ------
    ConfigurationError
        If ``sparsity`` is neither, or the penalty is not positive.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        *,
        sparsity: str = "l1",
        penalty: float = 1e-2,
        **kwargs: Any,
    ) -> None:
        super().__init__(encoder, decoder, **kwargs)
        self.sparsity = sparsity
        self.penalty = require_positive("penalty", penalty)
        self._price = penalty_from_words(sparsity)

    def rebuild(self, seen: KerasTensor, training: bool) -> KerasTensor:
        """Return the decoded code of ``seen``, and add what the code costs to the loss."""
        code = self.encoder(seen, training=training)
        # A code in fewer bits is averaged in float32, like every loss.
        self.add_loss(self.penalty * self._price(ops.cast(code, "float32")))
        return self.decoder(code, training=training)
