"""How unlike normal images an image is, from what a network says of it.

Everything is fitted to the training images alone, so that held-out normal images are to a score
what any other normal image is, and a conformal threshold holds what it promises.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors

NEIGHBORS: Final = 5

# An image that is rebuilt to the last bit has an error of 0, which has no logarithm.
_LEAST_ERROR: Final = 1e-10
# Times the median distance from the median, the standard deviation of a normal distribution.
_TO_DEVIATION: Final = 1.4826
# Directions in which training codes hardly vary would count without limit.
_LEAST_SHARE: Final = 1e-3
# Of the part of the pixels in the score that decides (docs/decisions/018-detection.md).
_PIXEL_WEIGHT: Final = 0.5


class NetworkView(NamedTuple):
    """What a network says of images.

    Attributes
    ----------
    errors
        Mean squared error per value of each reconstruction, shape (images,).
    features
        What all layers of the encoder say, as ``features_of`` returns it, shape (images, features).
    codes
        The part of it that is the code, shape (images, numbers).
    variances
        How much the values of each image vary, whatever the network, shape (images,).
    """

    errors: NDArray[np.float64]
    features: NDArray[np.float32]
    codes: NDArray[np.float32]
    variances: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class AnomalyReference:
    """What a network says of normal training images.

    Attributes
    ----------
    error
        Middle and spread of the logarithms of their errors, shape (2,).
    unexplained
        The same of their errors over the variance of the image.
    features
        What the encoder says of them, as in ``NetworkView``.
    code_mean
        Mean of their codes, shape (numbers,).
    whitening
        Brings centered codes to unit variance in every direction, shape (numbers, numbers).
    codes
        Their whitened codes, shape (images, numbers).
    feature_distance, code_distance
        Middle and spread of the logarithms of the distances of each to its neighbors, shape (2,).
    """

    error: NDArray[np.float64]
    unexplained: NDArray[np.float64]
    features: NDArray[np.float32]
    code_mean: NDArray[np.float64]
    whitening: NDArray[np.float64]
    codes: NDArray[np.float32]
    feature_distance: NDArray[np.float64]
    code_distance: NDArray[np.float64]


def fit_anomaly(view: NetworkView) -> AnomalyReference:
    """Return what a network says of normal training images, ready to hold others against it."""
    mean = view.codes.mean(axis=0, dtype=np.float64)
    whitening = _whitening(view.codes - mean)
    codes = ((view.codes - mean) @ whitening).astype(np.float32)
    return AnomalyReference(
        error=_middle_and_spread(_logarithms(view.errors)),
        unexplained=_middle_and_spread(_unexplained(view)),
        features=view.features,
        code_mean=mean,
        whitening=whitening,
        codes=codes,
        feature_distance=_own_distances(view.features),
        code_distance=_own_distances(codes),
    )


def pixel_scores(reference: AnomalyReference, view: NetworkView) -> NDArray[np.float64]:
    """Return how far each error is above that of training images.

    The larger of two: (log e − median) over the spread of the logarithms (Hampel 1974), and the
    same of log e / v, where v is the variance of the image. An image of one color is rebuilt with
    a small error, and none of it is explained.
    """
    errors = _standardized(_logarithms(view.errors), reference.error)
    return np.maximum(errors, _standardized(_unexplained(view), reference.unexplained))


def latent_scores(reference: AnomalyReference, view: NetworkView) -> NDArray[np.float64]:
    """Return how far each code is from its five nearest training codes.

    The mean distance (Angiulli and Pizzuti 2002) between whitened codes, its logarithm held
    against those of training codes.
    """
    codes = ((view.codes - reference.code_mean) @ reference.whitening).astype(np.float32)
    distances = neighbor_distances(codes, reference.codes)
    return _standardized(_logarithms(distances), reference.code_distance)


def combined_scores(reference: AnomalyReference, view: NetworkView) -> NDArray[np.float64]:
    """Return how far each image is from what the network has learned, as all its layers see it.

    The mean distance to the five nearest training images in the features of all layers (as Bergman
    et al. 2020 take it from a network trained on other images), its logarithm held against those
    of training images, and half of ``pixel_scores``.
    """
    distances = neighbor_distances(view.features, reference.features)
    features = _standardized(_logarithms(distances), reference.feature_distance)
    scores: NDArray[np.float64] = features + _PIXEL_WEIGHT * pixel_scores(reference, view)
    return scores


Score = Callable[[AnomalyReference, NetworkView], NDArray[np.float64]]
#: The scores of a network by method; the first decides.
NETWORK_SCORES: Mapping[str, Score] = MappingProxyType(
    {"combined": combined_scores, "pixels": pixel_scores, "latents": latent_scores}
)


def neighbor_distances(
    rows: NDArray[np.float32], known: NDArray[np.float32], *, skip_itself: bool = False
) -> NDArray[np.float64]:
    """Return the mean Euclidean distance of each row to the nearest five that are known.

    Found by looking at all of them, in blocks of bounded memory.

    Parameters
    ----------
    rows, known
        Shape (count, numbers).
    skip_itself
        Whether the rows are the known ones, each of which is its own nearest.

    Returns
    -------
    NDArray[np.float64]
        Shape (count,).
    """
    wanted = min(NEIGHBORS + skip_itself, len(known))
    search = NearestNeighbors(n_neighbors=wanted, algorithm="brute").fit(known)
    distances, _ = search.kneighbors(rows)
    distances = distances[:, 1:] if skip_itself and wanted > 1 else distances
    mean: NDArray[np.float64] = distances.mean(axis=1, dtype=np.float64)
    return mean


def area_under_curve(normal: NDArray[np.float64], anomalous: NDArray[np.float64]) -> float | None:
    """Return how often an anomaly has a higher score than a normal image (Hanley and McNeil 1982).

    It is the area under the receiver operating characteristic; ``None`` where there is not one
    of each.
    """
    if not (len(normal) and len(anomalous)):
        return None
    labels = np.repeat((0, 1), (len(normal), len(anomalous)))
    return float(roc_auc_score(labels, np.concatenate([normal, anomalous])))


def usual_errors(squares: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the root mean square of the errors of normal images at each place.

    Parameters
    ----------
    squares
        Squared errors, mean over channels, shape (images, height, width).

    Returns
    -------
    NDArray[np.float32]
        Shape (height, width), at least a tenth of the root mean square over all places: where
        normal images are black a trace of error would be without limit.
    """
    usual = squares.mean(axis=0, dtype=np.float64)
    floor = 0.01 * max(float(usual.mean()), _LEAST_ERROR)
    found: NDArray[np.float32] = np.sqrt(np.maximum(usual, floor)).astype(np.float32)
    return found


def relative_errors(
    squares: NDArray[np.float32], usual: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return how many times as large as usual the error is at each place, shape of ``squares``."""
    times: NDArray[np.float32] = np.divide(np.sqrt(squares), usual, dtype=np.float32)
    return times


def _own_distances(rows: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return middle and spread of what rows have to their neighbors among themselves."""
    return _middle_and_spread(_logarithms(neighbor_distances(rows, rows, skip_itself=True)))


def _whitening(centered: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what brings centered rows to unit variance, shape (numbers, numbers)."""
    variances, directions = np.linalg.eigh(centered.T @ centered / len(centered))
    floor = max(_LEAST_SHARE * float(variances[-1]), _LEAST_ERROR)
    scaled: NDArray[np.float64] = directions / np.sqrt(np.maximum(variances, floor))
    return scaled


def _unexplained(view: NetworkView) -> NDArray[np.float64]:
    """Return the logarithm of the share of each image's variance that is not rebuilt."""
    return _logarithms(view.errors) - _logarithms(view.variances)


def _logarithms(values: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.log(np.maximum(values, _LEAST_ERROR))
    return found


def _middle_and_spread(values: NDArray[np.float64]) -> NDArray[np.float64]:
    middle = np.median(values)
    spread = _TO_DEVIATION * np.median(np.abs(values - middle))
    return np.array([middle, max(float(spread), 1e-6)])


def _standardized(
    values: NDArray[np.float64], middle_and_spread: NDArray[np.float64]
) -> NDArray[np.float64]:
    middle, spread = middle_and_spread
    found: NDArray[np.float64] = (values - middle) / spread
    return found
