"""What variational codes cost, in nats, and how much of them is used."""

from collections.abc import Callable
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from hourglass.records import (
    GAUSSIAN_DEVIATION,
    ImportanceBound,
    LossOfLikelihood,
    VariationalScores,
)
from hourglass.seeds import generator

# The bound takes a decoding for each draw of each image; a thousand tell it to a nat.
_IMAGES_OF_BOUND: Final = 1000
_DRAWS_OF_BOUND: Final = 50
# The smallest distance from 0 and 1 that float32 keeps apart from them.
_MARGIN: Final = 1e-7

Decode = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def divergences(
    mean: NDArray[np.float32], log_variance: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return KL(N(mean, exp(log_variance)) ‖ N(0, 1)) of each unit for each image, in nats.

    In closed form (Kingma and Welling 2014, appendix B).

    Parameters
    ----------
    mean, log_variance
        Shape (count, units).

    Returns
    -------
    NDArray[np.float64]
        Shape (count, units), zero or more.
    """
    squares, logarithms = np.square(mean, dtype=np.float64), log_variance.astype(np.float64)
    # expm1 keeps what is left of a variance near 1.
    found: NDArray[np.float64] = 0.5 * (squares + np.expm1(logarithms) - logarithms)
    return found


def log_likelihoods(
    clean: NDArray[np.float32], decoded: NDArray[np.float32], loss: LossOfLikelihood
) -> NDArray[np.float64]:
    """Return log p(x | z) of each image in nats, summed over its values.

    For ``mse`` the Gaussian of standard deviation 0.1, with its normalizing constant; for ``bce``
    the negative cross-entropy Σ x log y + (1 − x) log(1 − y), which for gray values is no density.

    Parameters
    ----------
    clean, decoded
        Shape (count, height, width, channels), in [0, 1].
    loss
        The reconstruction loss that the likelihood belongs to.

    Returns
    -------
    NDArray[np.float64]
        Shape (count,).
    """
    truth = clean.reshape(len(clean), -1).astype(np.float64)
    found = decoded.reshape(len(decoded), -1).astype(np.float64)
    if loss == "bce":
        found = np.clip(found, _MARGIN, 1.0 - _MARGIN)
        entropies: NDArray[np.float64] = np.sum(
            truth * np.log(found) + (1.0 - truth) * np.log1p(-found), axis=1
        )
        return entropies
    variance = GAUSSIAN_DEVIATION**2
    squares = np.square(truth - found).sum(axis=1) / variance
    constant = truth.shape[1] * np.log(2.0 * np.pi * variance)
    densities: NDArray[np.float64] = -0.5 * (squares + constant)
    return densities


def importance_bound(
    clean: NDArray[np.float32],
    mean: NDArray[np.float32],
    log_variance: NDArray[np.float32],
    decode: Decode,
    *,
    loss: LossOfLikelihood,
    draws: int = _DRAWS_OF_BOUND,
    seed: int = 0,
) -> ImportanceBound:
    """Return the importance-weighted bound on log p(x), and the ELBO from the same codes.

    log 1/k Σ p(x | z_i) p(z_i) / q(z_i | x) with k codes drawn from q (Burda et al. 2016, equation
    8); the ELBO is the mean of the logarithms, and so never above it.

    Parameters
    ----------
    clean
        Shape (count, height, width, channels), in [0, 1].
    mean, log_variance
        Of q(z | x), shape (count, units).
    decode
        From codes (count, units) to images.
    loss
        The reconstruction loss that the likelihood belongs to.
    draws
        k, codes drawn for each image.
    seed
        Where the draws come from.
    """
    chance = generator(seed, "importance")
    weights = np.empty((draws, len(clean)))
    deviation = np.exp(0.5 * log_variance)
    for number in range(draws):
        noise = chance.standard_normal(mean.shape, dtype=np.float32)
        codes = mean + deviation * noise
        # log p(z) − log q(z | x); the constants of the two Gaussians cancel.
        ratios = 0.5 * (noise**2 - codes**2 + log_variance).sum(axis=1, dtype=np.float64)
        weights[number] = log_likelihoods(clean, decode(codes), loss) + ratios
    highest = weights.max(axis=0)
    bounds = highest + np.log(np.exp(weights - highest).mean(axis=0))
    return ImportanceBound(
        images=len(clean), draws=draws, elbo=float(weights.mean()), bound=float(bounds.mean())
    )


def measure_variational(
    clean: NDArray[np.float32],
    mean: NDArray[np.float32],
    log_variance: NDArray[np.float32],
    decode: Decode,
    *,
    loss: LossOfLikelihood,
    beta: float,
    split: Literal["test", "validation"] = "test",
    seed: int = 0,
) -> VariationalScores:
    """Measure likelihood, divergence, use of the units, and the bounds on log p(x).

    Parameters
    ----------
    clean, mean, log_variance, decode, loss, seed
        As for ``importance_bound``, which takes the first 1,000 images and 50 draws.
    beta
        The weight that the divergence had in training.
    split
        What the images are.
    """
    noise = generator(seed, "likelihood").standard_normal(mean.shape, dtype=np.float32)
    drawn = decode(mean + np.exp(0.5 * log_variance) * noise)
    few = slice(_IMAGES_OF_BOUND)
    return VariationalScores(
        split=split,
        images=len(clean),
        loss=loss,
        beta=beta,
        log_likelihood=float(log_likelihoods(clean, drawn, loss).mean()),
        divergence_by_unit=tuple(divergences(mean, log_variance).mean(axis=0).tolist()),
        variance_by_unit=tuple(mean.var(axis=0, dtype=np.float64).tolist()),
        bound=importance_bound(
            clean[few], mean[few], log_variance[few], decode, loss=loss, seed=seed
        ),
    )
