"""How sure a classifier may be of an image, and which images are unlike all it has learned from.

A softmax cannot tell the second: a black image can have a probability of 1
(docs/decisions/022-classify.md).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from hourglass.evaluation.classification import (
    calibration_bins,
    calibration_error,
    cross_entropy,
)
from hourglass.records import KnownImages

_LEAST_DISTANCE: Final = 1e-10
# Temperatures from 1/20 to 20.
_MOST_LOG_TEMPERATURE: Final = 3.0
# Directions in which training images hardly vary would count without limit.
_LEAST_SHARE: Final = 1e-4
# What is kept for each class goes into model files.
_MOST_NUMBERS: Final = 6000
# The tails of two scores are held against each other, not their middles.
_TAIL: Final = 0.99


def softmax(logits: NDArray[np.float64], temperature: float = 1.0) -> NDArray[np.float64]:
    """Return the probabilities of logits over a temperature (Guo et al. 2017, equation 9).

    Parameters
    ----------
    logits
        Shape (images, classes).
    temperature
        Above 1 makes probabilities less sure. The most probable class stays the same.
    """
    scaled = logits / temperature
    odds = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    probabilities: NDArray[np.float64] = odds / odds.sum(axis=1, keepdims=True)
    return probabilities


def fit_temperature(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Return the temperature of the lowest mean cross-entropy (Guo et al. 2017, section 4.2).

    Where every image is named rightly there is none: the cross-entropy falls as long as the
    temperature does. Then it is 1.

    Parameters
    ----------
    logits
        Of images that the network has not learned from, shape (images, classes).
    labels
        Shape (images,).
    """
    if (logits.argmax(axis=1) == labels).all():
        return 1.0

    def cost(log_temperature: float) -> float:
        return cross_entropy(softmax(logits, float(np.exp(log_temperature))), labels)

    bounds = (-_MOST_LOG_TEMPERATURE, _MOST_LOG_TEMPERATURE)
    found = minimize_scalar(cost, bounds=bounds, method="bounded", options={"xatol": 1e-6})
    return float(np.exp(found.x))


def expected_calibration_error(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64]
) -> float:
    """Return the mean of |confidence − accuracy| over 15 bins (Guo et al. 2017, equation 3)."""
    return calibration_error(calibration_bins(probabilities, labels))


def pixel_statistics(images: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return mean, standard deviation and roughness of images, whatever the network.

    Roughness is the root mean square of the differences between neighbors. One color has neither
    deviation nor roughness, and noise more roughness than any photograph.

    Parameters
    ----------
    images
        Shape (count, height, width, channels), in [0, 1]; channels are averaged.

    Returns
    -------
    NDArray[np.float64]
        Shape (count, 3).
    """
    gray = images.mean(axis=-1, dtype=np.float64)
    down, across = np.square(np.diff(gray, axis=1)), np.square(np.diff(gray, axis=2))
    # A side of one pixel has no neighbors.
    steps = [part.mean(axis=(1, 2)) for part in (down, across) if part.size]
    roughness = np.sqrt(sum(steps, np.zeros(len(gray))))
    return np.stack([gray.mean(axis=(1, 2)), gray.std(axis=(1, 2)), roughness], axis=1)


def fit_known_images(
    logits: NDArray[np.float64], labels: NDArray[np.int64], statistics: NDArray[np.float64]
) -> KnownImages:
    """Return what training images look like, ready to hold others against it.

    Parameters
    ----------
    logits
        Of training images, shape (images, classes); every class has one.
    labels
        Shape (images,).
    statistics
        As ``pixel_statistics`` returns them.
    """
    classes = logits.shape[1]
    means = np.stack([logits[labels == number].mean(axis=0) for number in range(classes)])
    kept = max(1, min(classes, _MOST_NUMBERS // classes))
    whitening = _whitening(logits - means[labels])[:, -kept:]
    center = statistics.mean(axis=0)
    statistics_whitening = _whitening(statistics - center)
    whitened = means @ whitening
    return KnownImages(
        whitening=_rows(whitening),
        class_means=_rows(whitened),
        statistics_mean=_rows(center[None])[0],  # type: ignore[arg-type]
        statistics_whitening=_rows(statistics_whitening),  # type: ignore[arg-type]
        logit_scale=_scale(_to_nearest(logits @ whitening, whitened)),
        statistics_scale=_scale(_to_nearest((statistics - center) @ statistics_whitening)),
    )


def novelty(
    known: KnownImages, logits: NDArray[np.float64], statistics: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how unlike all training images others are, shape (images,); 1 is the 99th percentile.

    The larger of two distances, each in logarithms on the scale of training images: that of the
    logits to the nearest class mean under a covariance that all classes share (Lee et al. 2018,
    equation 2), and that of the statistics of the pixels to their mean.
    """
    own = _to_nearest(logits @ np.array(known.whitening), np.array(known.class_means))
    centered = statistics - np.array(known.statistics_mean)
    pixels = _to_nearest(centered @ np.array(known.statistics_whitening))
    scores: NDArray[np.float64] = np.maximum(
        _scaled(own, known.logit_scale), _scaled(pixels, known.statistics_scale)
    )
    return scores


def _whitening(centered: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what brings centered rows to unit variance, the widest direction last."""
    variances, directions = np.linalg.eigh(centered.T @ centered / len(centered))
    floor = max(_LEAST_SHARE * float(variances[-1]), _LEAST_DISTANCE)
    scaled: NDArray[np.float64] = directions / np.sqrt(np.maximum(variances, floor))
    return scaled


def _to_nearest(
    rows: NDArray[np.float64], means: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Return the logarithm of the squared distance of rows to the nearest mean, or to 0."""
    if means is None:
        distances = np.square(rows).sum(axis=1)
    else:
        distances = np.stack([np.square(rows - mean).sum(axis=1) for mean in means]).min(axis=0)
    logarithms: NDArray[np.float64] = np.log(np.maximum(distances, _LEAST_DISTANCE))
    return logarithms


def _scale(logarithms: NDArray[np.float64]) -> tuple[float, float]:
    middle, high = np.quantile(logarithms, (0.5, _TAIL))
    return float(middle), max(float(high - middle), 1e-6)


def _scaled(logarithms: NDArray[np.float64], scale: tuple[float, float]) -> NDArray[np.float64]:
    scores: NDArray[np.float64] = (logarithms - scale[0]) / scale[1]
    return scores


def _rows(matrix: NDArray[np.float64]) -> tuple[tuple[float, ...], ...]:
    # As many digits as float32 has: they are written as text.
    return tuple(tuple(float(f"{value:.7g}") for value in row) for row in matrix.tolist())
