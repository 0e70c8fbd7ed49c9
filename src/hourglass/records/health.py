"""Whether a network learned anything, told apart from how well it did."""

from collections.abc import Iterator
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Lookup:
    """What looking images up among the training images gives, in place of a model.

    Attributes
    ----------
    split
        What the images are.
    images
        How many images were looked up, the first ones of the split.
    mse
        Mean squared error of the nearest training images.
    model_mse
        The model's, on the same images.
    copies
        How many images of the whole split are also training images.
    """

    split: Literal["test", "validation"]
    images: int
    mse: float
    model_mse: float
    copies: int

    def lines(self) -> Iterator[str]:
        """Yield what to know: the figure, and a warning where there is one."""
        yield (
            f"The nearest training image as an answer: MSE {self.mse:.5f} (first {self.images:,} "
            f"{self.split} images)."
        )
        if self.model_mse >= self.mse:
            yield (
                f"Warning: with {self.model_mse:.5f} on these the model is no better than looking "
                "up the nearest training image. Train longer, or with more images."
            )
        if self.copies:
            yield (
                f"Warning: {self.copies:,} {self.split} images are training images too, so the "
                f"{self.split} figures flatter every method that learns. Remove the copies."
            )
