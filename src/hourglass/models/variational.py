"""A code that is a distribution, and pays for every nat that it tells of its image."""

import math
from collections.abc import Mapping
from typing import Any, Final, final

import keras
import numpy as np
from keras import KerasTensor, ops

from hourglass.errors import ConfigurationError, require_not_negative
from hourglass.losses import BinaryCrossEntropy, MeanSquaredError
from hourglass.models.latent import LatentModel
from hourglass.networks import with_log_variance
from hourglass.records import LIKELIHOODS, Likelihood
from hourglass.seeds import generator

# Beyond it exp() would overflow in the first steps, when the encoder is still wild.
_LARGEST_LOG_VARIANCE: Final = 20.0


def gaussian_divergence(mean: KerasTensor, log_variance: KerasTensor) -> KerasTensor:
    """Return KL(N(mean, exp(log_variance)) ‖ N(0, 1)), summed over units, in nats.

    −½ Σ (1 + log σ² − μ² − σ²), in closed form (Kingma and Welling 2014, equation 10 and
    appendix B).

    Parameters
    ----------
    mean, log_variance
        Shape (batch, units).

    Returns
    -------
    KerasTensor
        Shape (batch,), zero or more.
    """
    terms = 1.0 + log_variance - ops.square(mean) - ops.exp(log_variance)
    return -0.5 * ops.sum(terms, axis=-1)


@final
class Sampling(keras.layers.Layer):
    """Draw a code from its Gaussian in training; give its mean otherwise.

    z = μ + σ ε, ε ~ N(0, 1): the draw is moved out of the path of the gradient (Kingma and
    Welling 2014, section 2.4).

    Parameters
    ----------
    seed
        Where the draws start from.
    """

    def __init__(self, *, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = seed
        self.draws = keras.random.SeedGenerator(seed)
        self.built = True

    def call(self, moments: list[KerasTensor], training: bool = False) -> KerasTensor:
        """Return codes (batch, units) from their means and log-variances."""
        mean, log_variance = moments
        if not training:
            return mean
        noise = keras.random.normal(ops.shape(mean), dtype=mean.dtype, seed=self.draws)
        return mean + ops.exp(0.5 * log_variance) * noise

    def set_step(self, step: int) -> None:
        """Let the next call in training draw what belongs to ``step``."""
        self.draws.state.assign(np.array([self.seed, step], dtype="uint32"))

    def compute_output_shape(self, input_shape: list[tuple[int | None, ...]]) -> Any:
        """Return the shape of the means."""
        return input_shape[0]


@final
class VariationalAutoencoder(LatentModel):
    """Encode to a Gaussian, decode a draw from it, and pay for the distance to the prior.

    With the reconstruction loss ℓ per value, D values in an image and c nats for each value per
    unit of ℓ, the loss is

        ℓ + β KL(q(z | x) ‖ N(0, 1)) / (c D),

    the negative evidence lower bound over c D, up to a constant, where β = 1 (Kingma and Welling
    2014, equation 3; Higgins et al. 2017, equation 4, for β). The squared error stands for a
    Gaussian of standard deviation 0.1 (c = 50), the cross-entropy for itself (c = 1), which for
    gray values is no density. Validation decodes the mean, so that its loss is a pure function.

    With β = 0 nothing is drawn, the log-variance is not trained, and what is left is the
    autoencoder.

    Parameters
    ----------
    encoder, decoder, **kwargs
        As every ``LatentModel`` takes them; the encoder ends in a dense layer, best a linear one,
        and gives the mean.
    beta
        Weight of the divergence, zero or more.
    seed
        Where the log-variance and the draws start from.

    Raises
    ------
    ConfigurationError
        If ``beta`` is negative, the encoder ends in maps, or the reconstruction loss is no
        likelihood.
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        *,
        beta: float = 1.0,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(encoder, decoder, **kwargs)
        self.beta = require_not_negative("beta", beta)
        self.sampling = Sampling(seed=seed, name="sample")
        self.gaussian = with_log_variance(encoder, seed=seed)
        self.gaussian.get_layer("log_variance").trainable = beta > 0.0
        # What is drawn in pictures: the code is a draw, and the decoder goes on from there.
        self._sampled = keras.Model(
            encoder.input, self.sampling(self.gaussian.outputs), name="encoder"
        )
        likelihood = _likelihood(self.reconstruction_loss)
        values = math.prod(encoder.input.shape[1:])
        self._price = self.beta / (likelihood.nats_per_loss * values)

    @property
    def parts(self) -> Mapping[str, keras.Model]:
        """The encoder with its log-variance and its draw, and the decoder."""
        return {"encoder": self._sampled, "decoder": self.decoder}

    @property
    def draws_in_training(self) -> bool:
        """Whether a step draws random numbers."""
        return self.beta > 0.0 or self.corrupts

    def rebuild(self, seen: KerasTensor, training: bool) -> KerasTensor:
        """Return a decoded draw, in training, or the decoded mean; the loss gets the price."""
        if self.beta == 0.0:
            return self.decoder(self.encoder(seen, training=training), training=training)
        mean, log_variance = self.posterior(seen, training=training)
        # Near the prior the terms cancel, which fewer bits would not survive.
        exact = (ops.cast(moment, "float32") for moment in (mean, log_variance))
        self.add_loss(self._price * ops.mean(gaussian_divergence(*exact)))
        code = self.sampling([mean, log_variance], training=training)
        return self.decoder(code, training=training)

    def set_step(self, step: int) -> None:
        """Let the next call in training draw the codes and the noise of ``step``."""
        super().set_step(step)
        self.sampling.set_step(step)

    def posterior(
        self, images: KerasTensor, training: bool = False
    ) -> tuple[KerasTensor, KerasTensor]:
        """Return mean and log-variance of the codes of ``images``, each (batch, latent_dim)."""
        mean, log_variance = self.gaussian(images, training=training)
        limit = _LARGEST_LOG_VARIANCE
        return mean, ops.clip(log_variance, -limit, limit)

    def sample(self, count: int, *, seed: int = 0) -> KerasTensor:
        """Return images in [0, 1] decoded from codes of the prior, equal on every backend.

        Parameters
        ----------
        count
            How many images.
        seed
            Where the codes come from.
        """
        codes = generator(seed, "codes").standard_normal((count, self.code_size), dtype=np.float32)
        return self.decode(codes)


def _likelihood(loss: keras.losses.Loss) -> Likelihood:
    kinds = {"mse": MeanSquaredError, "bce": BinaryCrossEntropy}
    for name, kind in kinds.items():
        if isinstance(loss, kind):
            return LIKELIHOODS[name]
    raise ConfigurationError(
        f"A variational autoencoder needs a loss that is a likelihood: {' or '.join(kinds)}; "
        f"{type(loss).__name__} was given."
    )
