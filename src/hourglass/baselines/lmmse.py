"""The best affine map from what is seen to what is clean."""

import math
from typing import ClassVar, Final, Self, final

import numpy as np
from numpy.typing import NDArray

from hourglass.baselines.base import Baseline, Pairs, Shape
from hourglass.baselines.choice import chosen_on_validation

_RIDGES: Final = (1e-8, 1e-4, 1e-3, 1e-2, 1e-1)
# Beyond this the map has more entries than it is worth to keep (134 MB) and minutes to find.
_MOST_VALUES: Final = 4096
_ROWS_AT_A_TIME: Final = 4096


@final
class AffineLMMSE(Baseline):
    """Rebuild an image by one matrix and one vector, clipped to [0, 1].

    The linear minimum mean-square-error estimate (Kay 1993, equation 12.20):
    clean ≈ mean(clean) + C_cs (C_ss + ridge · I)⁻¹ (seen − mean(seen)), with covariances of the
    training pairs. The ridge, relative to the mean variance of a value, is chosen on validation;
    it matters where there are few images for their size.
    """

    method: ClassVar[str] = "lmmse"
    label: ClassVar[str] = "affine LMMSE"

    @property
    def detail(self) -> str:
        """The ridge that was chosen."""
        return f"ridge {self._ridge:g}, chosen on validation"

    def refusal(self, shape: Shape) -> str | None:
        """Refuse images whose map would be too large."""
        values = math.prod(shape[1:])
        if values <= _MOST_VALUES:
            return None
        return f"{values:,} values an image are more than the {_MOST_VALUES:,} that one map takes"

    def fit(self, training: Pairs, validation: Pairs) -> Self:
        """Find the map on training pairs and its ridge on validation pairs."""
        seen, clean = _flat(training.seen), _flat(training.clean)
        self._seen_mean = seen.mean(axis=0, dtype=np.float64)
        self._clean_mean = clean.mean(axis=0, dtype=np.float64)
        variances, directions = np.linalg.eigh(_covariance(seen, self._seen_mean, seen))
        crossed = directions.T @ _covariance(seen, self._seen_mean, clean)
        maps = {
            ridge: self._map(variances, directions, crossed, ridge).astype(np.float32)
            for ridge in _RIDGES
        }
        self._ridge = chosen_on_validation(
            _RIDGES,
            lambda seen, ridge: self._apply(maps[ridge], seen),
            validation,
            most_images=None,
        )
        self._matrix = maps[self._ridge]
        return self

    def reconstruct(self, seen: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the mapped images."""
        return self._apply(self._matrix, seen)

    @staticmethod
    def _map(
        variances: NDArray[np.float64],
        directions: NDArray[np.float64],
        crossed: NDArray[np.float64],
        ridge: float,
    ) -> NDArray[np.float64]:
        damped = np.maximum(variances, 0.0) + ridge * max(variances.mean(), 1e-12)
        matrix: NDArray[np.float64] = directions @ (crossed / damped[:, None])
        return matrix

    def _apply(self, matrix: NDArray[np.float32], seen: NDArray[np.float32]) -> NDArray[np.float32]:
        centered = _flat(seen) - self._seen_mean.astype(np.float32)
        clean = centered @ matrix + self._clean_mean.astype(np.float32)
        images: NDArray[np.float32] = np.clip(clean, 0.0, 1.0).reshape(seen.shape)
        return images


def _flat(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return images as rows, shape (count, values)."""
    return images.reshape(len(images), -1)


def _covariance(
    first: NDArray[np.float32], mean: NDArray[np.float64], second: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return the covariance of two sets of rows, the first one centered by ``mean``.

    Products of a few thousand rows are exact enough in float32; their sum is kept in float64.
    """
    total = np.zeros((first.shape[1], second.shape[1]))
    offset = mean.astype(np.float32)
    for start in range(0, len(first), _ROWS_AT_A_TIME):
        rows = slice(start, start + _ROWS_AT_A_TIME)
        total += (first[rows] - offset).T @ second[rows]
    return total / len(first)
