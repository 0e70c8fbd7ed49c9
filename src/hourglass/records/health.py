"""Whether a network learned anything, told apart from how well it did."""

from dataclasses import dataclass
from typing import Final, Literal

# Below these a network gives (nearly) one image for every input.
LEAST_SKILL: Final = 0.05
LEAST_VARIANCE: Final = 0.02


@dataclass(frozen=True, kw_only=True, slots=True)
class Collapse:
    """How far a network is from answering every image with the same one.

    Attributes
    ----------
    split
        What it was judged on.
    skill
        1 − MSE / MSE of the mean image: 1 at best, 0 or less for a network that is no better
        than the mean image.
    variance
        Variance of the outputs between images over that of the clean images.
    cause
        What the likely cause is and what to do; empty where nothing collapsed.
    """

    split: Literal["test", "validation"]
    skill: float
    variance: float
    cause: str = ""

    @property
    def collapsed(self) -> bool:
        """Whether the network learned nothing that depends on its input."""
        return self.skill < LEAST_SKILL or self.variance < LEAST_VARIANCE


@dataclass(frozen=True, kw_only=True, slots=True)
class LatentHealth:
    """What the numbers of a code carry.

    Attributes
    ----------
    split
        What it was measured on.
    units
        Numbers in the code.
    dead
        How many are zero for every image, as ReLU leaves them.
    constant
        How many others are the same for every image.
    effective_dimension
        (Σ λ)² / Σ λ² of the eigenvalues λ of the code's covariance: between 1, where one
        direction carries everything, and ``units``.
    """

    split: Literal["test", "validation"]
    units: int
    dead: int
    constant: int
    effective_dimension: float
