"""What every baseline promises."""

import abc
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple, Self, final

import numpy as np
from numpy.typing import NDArray

Shape = tuple[int, int, int, int]


class Pairs(NamedTuple):
    """What a method sees, and what it should give.

    Both arrays have shape (count, height, width, channels) and values in [0, 1].
    """

    seen: NDArray[np.float32]
    clean: NDArray[np.float32]


@final
class NoisyAlone(Pairs):
    """Noisy images whose clean ones nobody knows; they stand in both places.

    Parameters
    ----------
    noisy
        Shape (count, height, width, channels), in [0, 1].
    deviation
        Standard deviation of the noise where it is Gaussian and the deviation known or estimated.

    Attributes
    ----------
    deviation
        As it was given.
    """

    deviation: float | None

    def __new__(cls, noisy: NDArray[np.float32], deviation: float | None = None) -> Self:
        """Put the noisy images in both places."""
        pairs = super().__new__(cls, noisy, noisy)
        pairs.deviation = deviation
        return pairs


class Baseline(abc.ABC):
    """A way to rebuild clean images that needs no training by gradients.

    Public attributes are what it was asked for, attributes with an underscore what fitting found:
    arrays, numbers and words, so that a fitted baseline can be kept and restored.

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

    def refusal(self, shape: Shape) -> str | None:
        """Return why images of a shape (count, height, width, channels) cannot be served.

        ``None`` where they can.
        """
        return None

    @final
    @property
    def parameters(self) -> dict[str, Any]:
        """What the baseline was asked for, by name."""
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}

    @final
    def state(self) -> dict[str, NDArray[Any]]:
        """Return what fitting found, as arrays by name."""
        return {
            name: np.asarray(value) for name, value in vars(self).items() if name.startswith("_")
        }

    @final
    def restore(self, state: Mapping[str, NDArray[Any]]) -> Self:
        """Take what an earlier fitting found, as ``state`` gave it, in place of fitting."""
        for name, value in state.items():
            setattr(self, name, value if value.ndim else value.item())
        return self
