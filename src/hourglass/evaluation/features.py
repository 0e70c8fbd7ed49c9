"""What an encoder says of images at every depth, brought to one scale.

Distances between the outputs of layers tell images apart better than distances between pixels or
codes, once every number counts by how much it varies among normal images
(docs/decisions/018-detection.md).
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.random_projection import GaussianRandomProjection

MOST_FEATURES: Final = 1024
"""Numbers that stand for one layer; of more, random projections."""

# The two deepest layers count in full. Those before see little but pixels: enough to tell noise.
_FULL_LAYERS: Final = 2
_SHALLOW_WEIGHT: Final = 0.125
# A unit that normal images hardly move would count without limit.
_LEAST_SHARE: Final = 0.01
_LEAST_DEVIATION: Final = 1e-12


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LayerScales:
    """How much the numbers of each layer vary among normal images.

    Attributes
    ----------
    deviations
        Standard deviation of every number of all layers, shape (numbers,).
    sizes
        Numbers in each layer, the code last, shape (layers,).
    """

    deviations: NDArray[np.float32]
    sizes: NDArray[np.int64]


def fit_layers(layers: Sequence[NDArray[np.float32]]) -> LayerScales:
    """Return how much layers vary.

    Parameters
    ----------
    layers
        What each layer says of normal images, shape (images, numbers) each, the code last.
    """
    return LayerScales(
        deviations=np.concatenate([_deviations(layer) for layer in layers]),
        sizes=np.array([layer.shape[1] for layer in layers]),
    )


def features_of(
    layers: Sequence[NDArray[np.float32]], scales: LayerScales
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return what all layers say of images as one row each, and the part of the code.

    Each number is divided by its standard deviation, and each layer by the root of its size, so
    that a layer's share of a squared distance does not grow with it. Layers of more than 1,024
    numbers are projected to so many at random, which keeps distances (Johnson and Lindenstrauss
    1984).

    Parameters
    ----------
    layers
        Shape (images, numbers) each, as ``fit_layers`` took them.
    scales
        What it returned.

    Returns
    -------
    tuple
        All features, shape (images, features), and those of the code alone, which are the last
        of them.
    """
    ends = np.cumsum(scales.sizes)[:-1]
    shallow = len(layers) - _FULL_LAYERS
    parts = [
        _reduced(layer / deviations) * np.float32(_weight(number < shallow, layer.shape[1]))
        for number, (layer, deviations) in enumerate(
            zip(layers, np.split(scales.deviations, ends), strict=True)
        )
    ]
    return np.concatenate(parts, axis=1), parts[-1]


def _weight(shallow: bool, numbers: int) -> float:
    return float(np.sqrt((_SHALLOW_WEIGHT if shallow else 1.0) / numbers))


def _deviations(layer: NDArray[np.float32]) -> NDArray[np.float32]:
    deviations = layer.std(axis=0, dtype=np.float64)
    usual = float(np.sqrt(np.square(deviations).mean()))
    least = max(_LEAST_SHARE * usual, _LEAST_DEVIATION)
    floored: NDArray[np.float32] = np.maximum(deviations, least).astype(np.float32)
    return floored


def _reduced(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    if rows.shape[1] <= MOST_FEATURES:
        return rows
    return rows @ _projection(rows.shape[1])


@functools.lru_cache(maxsize=8)
def _projection(numbers: int) -> NDArray[np.float32]:
    """Return a matrix, shape (numbers, features), that follows from its shape alone."""
    drawn = GaussianRandomProjection(MOST_FEATURES, random_state=0).fit(np.zeros((1, numbers)))
    projection: NDArray[np.float32] = np.ascontiguousarray(drawn.components_.T, np.float32)
    return projection
