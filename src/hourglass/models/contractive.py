"""A code that hardly moves when its image does."""

from typing import Any, Final, final

import keras
import numpy as np
from keras import KerasTensor, ops

from hourglass.errors import require_positive
from hourglass.models.latent import LatentModel

# Small enough for a tangent, large enough that float32 does not round it away.
_STEP: Final = 1e-2


@final
class ContractiveAutoencoder(LatentModel):
    """Encode, decode, and pay for every direction in which the code follows its image.

    The loss is the reconstruction's plus ``penalty`` times ‖J‖²_F, the squared Frobenius norm of
    the encoder's Jacobian (Rifai et al. 2011, equation 3). For encoders of any depth the norm is
    estimated along one random direction u an image, as E‖f(x + σu) − f(x)‖²/σ² with u standard
    normal (Alain and Bengio 2014, section 2): exact on average up to order σ². It is divided by
    the number of values of an image and of a code, so that the weight means the same for all
    sizes.

    Parameters
    ----------
    encoder, decoder, **kwargs
        As every ``LatentModel`` takes them.
    penalty
        Weight of the norm beside the reconstruction loss.
    seed
        Where the directions start from.

    Raises
    ------
    ConfigurationError
        If the penalty is not positive.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        *,
        penalty: float = 0.1,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(encoder, decoder, **kwargs)
        self.penalty = require_positive("penalty", penalty)
        self.seed = seed
        self.directions = keras.random.SeedGenerator(seed)

    @property
    def draws_in_training(self) -> bool:
        """Whether a step draws random numbers: it draws directions."""
        return True

    def rebuild(self, seen: KerasTensor, training: bool) -> KerasTensor:
        """Return the decoded code of ``seen``, and in training add its Jacobian to the loss."""
        code = self.encoder(seen, training=training)
        if training:
            # Validation would draw directions too, and its loss would not be a pure function.
            self.add_loss(self.penalty * self.squared_jacobian(seen, code))
        return self.decoder(code, training=training)

    def set_step(self, step: int) -> None:
        """Let the next call in training draw the directions and the noise of ``step``."""
        super().set_step(step)
        self.directions.state.assign(np.array([self.seed, step], dtype="uint32"))

    def squared_jacobian(self, seen: KerasTensor, code: KerasTensor) -> KerasTensor:
        """Return an estimate of ‖J‖²_F per value of image and code, mean over the batch.

        Parameters
        ----------
        seen
            Shape (batch, height, width, channels).
        code
            What the encoder makes of it, shape (batch, ...).
        """
        direction = keras.random.normal(ops.shape(seen), dtype=seen.dtype, seed=self.directions)
        moved = self.encoder(seen + _STEP * direction, training=True)
        values = ops.cast(ops.prod(ops.shape(seen)[1:]), seen.dtype)
        return ops.mean(ops.square((moved - code) / _STEP)) / values
