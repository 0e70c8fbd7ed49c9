"""The best linear code of a given size, or of the size that serves best."""

from typing import Any, ClassVar, Final, Self, final

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA

from hourglass.baselines.base import Baseline, Pairs
from hourglass.baselines.choice import chosen_on_validation

_SIZES: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


@final
class PCAReconstruction(Baseline):
    """Project on the first principal components and back, clipped to [0, 1].

    Pearson (1901); no linear autoencoder with a code of this size has a lower training error
    (Baldi and Hornik 1989). The components are those of the clean training images, also where
    the images that are to be rebuilt are not clean.

    Parameters
    ----------
    n_components
        Numbers in the code; at most as many as images and values allow. ``None`` chooses the
        power of two up to 512 with the lowest error on validation.
    seed
        For the randomized solver that large images take.
    """

    method: ClassVar[str] = "pca"
    label: ClassVar[str] = "PCA"

    def __init__(self, n_components: int | None, *, seed: int = 0) -> None:
        self.n_components = n_components
        self.seed = seed

    @property
    def detail(self) -> str:
        """The size of the code, and where it comes from."""
        if self.n_components is None:
            return f"{len(self._components)} components, chosen on validation"
        return f"{len(self._components)} components, as many as the network's code"

    def fit(self, training: Pairs, validation: Pairs) -> Self:
        """Find the components of the clean training images, and choose how many if need be."""
        rows = _rows(training.clean)
        size = min(self.n_components or _SIZES[-1], *rows.shape)
        pca = PCA(size, random_state=self.seed).fit(rows)
        self._mean: NDArray[np.float32] = pca.mean_.astype(np.float32)
        self._components: NDArray[np.float32] = pca.components_.astype(np.float32)
        if self.n_components is None:
            self._components = self._components[: self._best_size(validation)]
        return self

    def reconstruct(self, seen: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the images as the components span them."""
        return self._projected(seen, len(self._components))

    def encode(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the codes of images, shape (count, components)."""
        codes: NDArray[np.float32] = (_rows(images) - self._mean) @ self._components.T
        return codes

    def _best_size(self, validation: Pairs) -> int:
        sizes = [size for size in _SIZES if size <= len(self._components)]
        return chosen_on_validation(sizes, self._projected, validation, most_images=None)

    def _projected(self, seen: NDArray[np.float32], size: int) -> NDArray[np.float32]:
        components = self._components[:size]
        codes = (_rows(seen) - self._mean) @ components.T
        rebuilt: NDArray[np.float32] = np.clip(codes @ components + self._mean, 0.0, 1.0)
        return rebuilt.reshape(seen.shape)


def _rows(images: NDArray[np.float32]) -> NDArray[Any]:
    """Return images as rows, shape (count, values)."""
    return images.reshape(len(images), -1)
