"""Spaces of many numbers, laid out on a plane."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.manifold import TSNE

PERPLEXITY: Final = 30.0


def perplexity_within(count: int) -> float:
    """Return the perplexity for a map of so many images: 30, less where they are few."""
    return min(PERPLEXITY, (count - 1) / 3)


def tsne_map(codes: NDArray[Any], *, seed: int) -> NDArray[np.float32]:
    """Lay images out so that neighbors stay neighbors.

    t-SNE (van der Maaten and Hinton 2008) by Barnes and Hut's approximation (van der Maaten 2014),
    started from the first two principal components (Kobak and Linderman 2021), so that maps of
    several spaces begin alike. Images that are all alike lie in one place. Axes have no unit, and
    distances between groups mean little.

    Parameters
    ----------
    codes
        Shape (count, dimensions), two dimensions or more; ``LEAST_IMAGES`` or more.
    seed
        For the principal components that it starts from.

    Returns
    -------
    NDArray[np.float32]
        Shape (count, 2).
    """
    rows = np.ascontiguousarray(codes, dtype=np.float32)
    if rows.shape[1] < 2:
        # One number has one principal component; the second axis starts as a point.
        rows = np.pad(rows, [(0, 0), (0, 1)])
    if not np.ptp(rows, axis=0).any():
        return np.zeros((len(rows), 2), np.float32)
    layout = TSNE(
        perplexity=perplexity_within(len(rows)), init="pca", random_state=seed
    ).fit_transform(rows)
    places: NDArray[np.float32] = layout.astype(np.float32)
    return places
