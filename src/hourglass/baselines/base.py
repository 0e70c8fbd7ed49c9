"""What every baseline promises."""

import abc
from typing import ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray


class Pairs(NamedTuple):
    """What a method sees, and what it should give.

    Both arrays have shape (count, height, width, channels) and values in [0, 1].
    """

    seen: NDArray[np.float32]
    clean: NDArray[np.float32]


class Baseline(abc.ABC):
    """A way to rebuild clean images that needs no training by gradients.

    Attributes
    ----------
    method
        Short name, the key of its images and scores.
    label
        Name in tables and pictures.
    """

    method: ClassVar[str]
    label: ClassVar[str]

    @property
    @abc.abstractmethod
    def detail(self) -> str:
        """What was chosen while fitting, in a few words; empty if there was nothing to choose."""

    @abc.abstractmethod
    def fit(self, training: Pairs, validation: Pairs) -> Self:
        """Learn from training pairs; choose on validation pairs what has to be chosen."""

    @abc.abstractmethod
    def reconstruct(self, seen: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the rebuilt images, same shape, in [0, 1]."""

    def refusal(self, image_shape: tuple[int, ...]) -> str | None:
        """Return why images of this shape cannot be served, or ``None``."""
        return None
