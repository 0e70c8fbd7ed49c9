"""Images that a report shows, and how the errors of all images are spread."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Samples:
    """A few images of a split, as every method rebuilt them.

    Attributes
    ----------
    groups
        Which indices into the split each strip shows, by its name: ``best``, ``median`` and
        ``worst`` by the model's error, and ``random``.
    positions
        Indices into the split, shape (n,): row i of every array in ``images`` is this image.
    images
        Arrays of shape (n, height, width, channels) in [0, 1] by method: ``clean``, ``noisy``
        where the input is corrupted, then a key for each method of the scores.
    errors
        Mean squared error of every image of the split by method, shape (images,).
    """

    groups: Mapping[str, NDArray[np.int64]]
    positions: NDArray[np.int64]
    images: Mapping[str, NDArray[np.float32]]
    errors: Mapping[str, NDArray[np.float32]]

    def strip(self, group: str, method: str) -> NDArray[np.float32]:
        """Return the images of one group as one method shows them, in the group's order."""
        rows = [int(np.flatnonzero(self.positions == index)[0]) for index in self.groups[group]]
        return self.images[method][rows]
