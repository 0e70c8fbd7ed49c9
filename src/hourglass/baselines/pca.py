"""The best linear code of a given size."""

from typing import ClassVar, Self, final

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA

from hourglass.baselines.base import Baseline, Pairs


@final
class PCAReconstruction(Baseline):
    """Project on the first principal components and back, clipped to [0, 1].

    Pearson (1901); no linear autoencoder with a code of this size has a lower training error
    (Baldi and Hornik 1989).

    Parameters
    ----------
    n_components
        Numbers in the code; at most as many as images and values allow.
    seed
        For the randomized solver that large images take.
    """

    method: ClassVar[str] = "pca"
    label: ClassVar[str] = "PCA"

    def __init__(self, n_components: int, *, seed: int = 0) -> None:
        self.n_components = n_components
        self.seed = seed

    @property
    def detail(self) -> str:
        """The size of the code."""
        return f"{self._pca.n_components_} components, as many as the network's code"

    def fit(self, training: Pairs, validation: Pairs) -> Self:
        """Find the components of the clean training images."""
        rows = training.clean.reshape(len(training.clean), -1)
        self._pca = PCA(min(self.n_components, *rows.shape), random_state=self.seed).fit(rows)
        return self

    def reconstruct(self, seen: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the images as the components span them."""
        codes = self._pca.transform(seen.reshape(len(seen), -1))
        rebuilt = self._pca.inverse_transform(codes).astype(np.float32)
        clipped: NDArray[np.float32] = np.clip(rebuilt, 0.0, 1.0).reshape(seen.shape)
        return clipped
