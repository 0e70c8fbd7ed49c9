"""Images that a report shows, and how the errors of all images are spread."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError


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
        Arrays of shape (n, height, width, channels) in [0, 1] by method: ``clean`` where it is
        known, ``noisy`` where the input is corrupted, then a key for each method of the scores.
    errors
        Mean squared error of every image of the split by method, shape (images,).

    Raises
    ------
    DataError
        If both clean and noisy images are missing, shapes differ, or a group has an image that is
        not there.
    """

    groups: Mapping[str, NDArray[np.int64]]
    positions: NDArray[np.int64]
    images: Mapping[str, NDArray[np.float32]]
    errors: Mapping[str, NDArray[np.float32]]

    def __post_init__(self) -> None:
        if not {"clean", "noisy"} & self.images.keys():
            raise DataError(
                f"Samples need clean or noisy images; these have {sorted(self.images)}."
            )
        self._require_shapes()
        for name, group in self.groups.items():
            missing = np.setdiff1d(group, self.positions)
            if missing.size:
                raise DataError(
                    f"The group {name!r} shows images {missing.tolist()}, which are not among "
                    "the samples."
                )

    def _require_shapes(self) -> None:
        expected = (len(self.positions), *self.originals.shape[1:])
        for name, images in self.images.items():
            if images.ndim != 4 or images.shape != expected:
                raise DataError(
                    f"Samples are {len(self.positions)} images with axes (count, height, width, "
                    f"channels), all of one shape; {name!r} has shape {images.shape} where "
                    f"{expected} was expected."
                )
        for name, errors in self.errors.items():
            if errors.ndim != 1:
                raise DataError(f"Errors need one axis; those of {name!r} have {errors.ndim}.")

    @property
    def originals(self) -> NDArray[np.float32]:
        """The clean images, or the noisy ones where no clean ones are known."""
        return self.images["clean" if "clean" in self.images else "noisy"]

    def strip(self, group: str, method: str) -> NDArray[np.float32]:
        """Return the images of one group as one method shows them, in the group's order."""
        rows = [int(np.flatnonzero(self.positions == index)[0]) for index in self.groups[group]]
        return self.images[method][rows]
