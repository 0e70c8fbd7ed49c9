"""How well noise was taken away, estimated where no clean image is known.

All of it holds for noise that has mean zero and is independent from pixel to pixel.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import ConfigurationError
from hourglass.evaluation.noise_level import estimate_noise_level
from hourglass.seeds import generator

#: Images (count, height, width, channels) in [0, 1] to restored ones of the same shape.
Restore = Callable[[NDArray[np.float32]], NDArray[np.float32]]

# Filters that set small values to zero jump: a smaller step meets their jumps too seldom to
# count them, and a larger one bends what is smooth.
_STEP: Final = 1e-2
_SIDE: Final = 4
# Places of a 4×4 cell; the first few of them lie far from each other.
_PLACES: Final = (0, 10, 2, 8, 5, 15, 7, 13, 1, 11, 3, 9, 4, 14, 6, 12)
_USUAL_PASSES: Final = 4
# With all of it kept nothing would be restored.
_MOST_KEPT: Final = 0.95


def stein_risks(
    noisy: NDArray[np.float32],
    restore: Restore,
    deviation: float | NDArray[np.float64],
    *,
    seed: int = 0,
) -> NDArray[np.float64]:
    """Estimate the mean squared error of restored images from the noisy ones alone (SURE).

    mean((f(y) − y)²) − σ² + 2σ² div f(y) / N, where N is the number of values of an image. On
    average over the noise it is the error against the clean image, if the noise is Gaussian with
    standard deviation σ (Stein 1981). The divergence is taken along one random direction b of
    ±1 as bᵀ(f(y + εb) − f(y)) / ε (Ramani, Blu and Unser 2008, equation 14; the signs are those
    of Hutchinson 1990).

    Parameters
    ----------
    noisy
        Shape (count, height, width, channels), in [0, 1].
    restore
        The method, f. What it gives may be clipped to [0, 1].
    deviation
        σ, one for all images or shape (count,).
    seed
        Where the directions come from.

    Returns
    -------
    NDArray[np.float64]
        Shape (count,). Single images may be estimated below zero.

    Raises
    ------
    ConfigurationError
        If a deviation is negative or not a number.
    """
    variance = _variances(deviation, len(noisy))
    restored = restore(noisy)
    slopes = _slopes(noisy, restored, restore, seed)
    return _per_image(np.square(restored - noisy)) - variance + 2.0 * variance * slopes


def share_to_keep(
    noisy: NDArray[np.float32],
    restore: Restore,
    deviation: float | NDArray[np.float64],
    *,
    seed: int = 0,
) -> float:
    """Return the share of the noisy images that lowers the estimated error most.

    Stein's estimate for f(y) + k (y − f(y)) is lowest at k = 1 − σ² (1 − div f(y)/N) / h, where h
    is the mean of (f(y) − y)². For a method that does not see the pixel that it restores, with
    error e, that is e / (e + σ²): each of two independent guesses counts by its precision.

    Parameters
    ----------
    noisy, restore, deviation, seed
        As for ``stein_risks``.

    Returns
    -------
    float
        In [0, 1).
    """
    variance = _variances(deviation, len(noisy))
    restored = restore(noisy)
    slopes = _slopes(noisy, restored, restore, seed)
    gap = float(np.square(restored - noisy).mean(dtype=np.float64))
    if gap <= 0.0:
        return 0.0
    return float(np.clip(1.0 - np.mean(variance * (1.0 - slopes)) / gap, 0.0, _MOST_KEPT))


def held_out_errors(
    noisy: NDArray[np.float32], restore: Restore, *, passes: int = _USUAL_PASSES
) -> NDArray[np.float64]:
    """Return the mean squared error at noisy pixels that a method did not see.

    In each pass one pixel of every 4×4 cell is replaced by the mean of its four neighbors before
    the method sees the image. The error there is on average that against the clean pixels plus
    the variance of the noise (Batson and Royer 2019, proposition 1), whatever its distribution.

    Parameters
    ----------
    noisy
        Shape (count, height, width, channels), in [0, 1].
    restore
        The method.
    passes
        How many of the 16 places of a cell are hidden, one after the other.

    Returns
    -------
    NDArray[np.float64]
        Shape (count,).

    Raises
    ------
    ConfigurationError
        If ``passes`` is not between 1 and 16.
    """
    if not 1 <= passes <= len(_PLACES):
        raise ConfigurationError(f"passes must lie between 1 and 16; {passes} was given.")
    total = np.zeros(len(noisy))
    values = 0
    for place in _PLACES[:passes]:
        rows, columns = slice(place // _SIDE, None, _SIDE), slice(place % _SIDE, None, _SIDE)
        seen = noisy.copy()
        seen[:, rows, columns] = mean_of_neighbors(noisy)[:, rows, columns]
        wrong = np.square(restore(seen)[:, rows, columns] - noisy[:, rows, columns])
        total += wrong.sum(axis=(1, 2, 3), dtype=np.float64)
        values += wrong[0].size
    return total / values


def mean_of_neighbors(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return for each pixel the mean of the four beside it, mirrored at the border.

    Parameters
    ----------
    images
        Shape (count, height, width, channels), at least 2 pixels a side.
    """
    wide = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="reflect")
    beside = wide[:, :-2, 1:-1] + wide[:, 2:, 1:-1] + wide[:, 1:-1, :-2] + wide[:, 1:-1, 2:]
    return beside * np.float32(0.25)


def second_shot_errors(
    first: NDArray[np.float32], second: NDArray[np.float32], restored: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Estimate the mean squared error of restored first shots from a second shot of each scene.

    mean((f(y₁) − y₂)²) − mean((y₁ − y₂)²)/2: the noise of the second shot is in the first term
    whole (Lehtinen et al. 2018, section 2), and half of what the shots differ by.

    Parameters
    ----------
    first, second
        Shape (count, height, width, channels), in [0, 1]: two images of each scene, with noise of
        one variance that is independent between them.
    restored
        What a method made of the first.

    Returns
    -------
    NDArray[np.float64]
        Shape (count,). Single images may be estimated below zero.
    """
    noise = 0.5 * _per_image(np.square(first - second))
    return _per_image(np.square(restored - second)) - noise


def gaussian_deviations(noisy: NDArray[np.float32]) -> NDArray[np.float64]:
    """Estimate the standard deviation of Gaussian noise in each image, shape (count,).

    Each as ``estimate_noise_level`` tells it: fine texture is taken for noise.

    Parameters
    ----------
    noisy
        Shape (count, height, width, channels), in [0, 1].
    """
    return np.array([estimate_noise_level(image) for image in noisy])


def clipped_share(noisy: NDArray[np.float32]) -> float:
    """Return the share of values that are exactly 0 or 1, beyond which noise was cut off.

    Parameters
    ----------
    noisy
        Shape (count, height, width, channels), in [0, 1].
    """
    return float(np.mean((noisy <= 0.0) | (noisy >= 1.0)))


def _slopes(
    noisy: NDArray[np.float32], restored: NDArray[np.float32], restore: Restore, seed: int
) -> NDArray[np.float64]:
    """Estimate div f(y) / N of each image along one random direction."""
    chance = generator(seed, "directions").integers(0, 2, noisy.shape, dtype=np.int8)
    direction = (2 * chance - 1).astype(np.float32)
    moved = restore(noisy + np.float32(_STEP) * direction)
    return _per_image(direction * (moved - restored)) / _STEP


def _variances(deviation: float | NDArray[np.float64], count: int) -> NDArray[np.float64]:
    deviations = np.broadcast_to(np.asarray(deviation, np.float64), (count,))
    if not (np.isfinite(deviations).all() and deviations.min() >= 0.0):
        raise ConfigurationError(
            f"The noise needs a standard deviation of 0 or more; {deviations.min()} was given."
        )
    return np.square(deviations)


def _per_image(values: NDArray[np.float32]) -> NDArray[np.float64]:
    means: NDArray[np.float64] = values.mean(axis=(1, 2, 3), dtype=np.float64)
    return means
