"""The same image for every input: what a collapsed network gives at best."""

from typing import ClassVar, Self, final

import numpy as np
from numpy.typing import NDArray

from hourglass.baselines.base import Baseline, Pairs


@final
class MeanImage(Baseline):
    """Answer every image with the mean of the clean training images."""

    method: ClassVar[str] = "mean-image"
    label: ClassVar[str] = "mean image"

    @property
    def detail(self) -> str:
        """Nothing is chosen."""
        return ""

    def fit(self, training: Pairs, validation: Pairs) -> Self:
        """Average the clean training images."""
        self._mean = training.clean.mean(axis=0, dtype=np.float64).astype(np.float32)
        return self

    def reconstruct(self, seen: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the mean image as often as there are images."""
        return np.broadcast_to(self._mean, seen.shape).copy()
