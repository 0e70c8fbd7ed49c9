"""A linear autoencoder beside PCA."""

from dataclasses import dataclass
from typing import Final

# Directions whose eigenvalues are nearer to each other than this are hardly told apart by anyone.
LEAST_SEPARATION: Final = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class LinearComparison:
    """How near a linear autoencoder comes to PCA with as many components.

    Attributes
    ----------
    train_mse, test_mse
        Mean squared error per pixel of the autoencoder; nothing is clipped to [0, 1].
    pca_train_mse, pca_test_mse
        Those of PCA.
    angles
        Principal angles between what the decoder spans and what the components span, in degrees,
        the largest first.
    cosines
        For each component, the largest first, |cos| of its angle to the direction of the decoder
        that belongs to it.
    separations
        For each component, how much its eigenvalue differs from the nearest other one, relative
        to the smaller of the two.
    """

    train_mse: float
    test_mse: float
    pca_train_mse: float
    pca_test_mse: float
    angles: tuple[float, ...]
    cosines: tuple[float, ...]
    separations: tuple[float, ...]

    @property
    def excess(self) -> float:
        """Training error over that of PCA, relative to it.

        Never below 0 but for the rounding of PCA: 4e-8 where it was fitted in float32.
        """
        return self.train_mse / self.pca_train_mse - 1.0

    @property
    def largest_angle(self) -> float:
        """The largest principal angle, in degrees."""
        return self.angles[0]

    @property
    def least_cosine(self) -> float | None:
        """The lowest cosine among components that stand apart, ``None`` where none does."""
        apart = zip(self.cosines, self.separations, strict=True)
        return min(
            (cosine for cosine, separation in apart if separation > LEAST_SEPARATION), default=None
        )
