"""A map of latents that can be kept, and that new images can be placed on."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError
from hourglass.records.latents_file import MapName

_NUMBERS = {"pca": ("mean", "axes"), "tsne": ("latents", "places")}


@dataclass(frozen=True, kw_only=True, slots=True)
class MapFacts:
    """What a map is, but for its numbers.

    Attributes
    ----------
    kind
        ``pca`` or ``tsne``.
    model_sha256
        SHA-256 of the weights whose latents it maps.
    seed
        Which latents it was fitted to, and where it started from.
    fitted
        How many latents that were.
    perplexity
        Of t-SNE, while it was fitted; ``None`` for others.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    kind: MapName
    model_sha256: str
    seed: int
    fitted: int
    perplexity: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LatentsMap:
    """A map of latents on a plane; its axes have no unit.

    Attributes
    ----------
    facts
        What it is.
    arrays
        Its numbers by name. PCA: ``mean`` (numbers,) and ``axes`` (2, numbers). t-SNE: the
        ``latents`` (fitted, numbers) that it was fitted to and their ``places`` (fitted, 2).

    Raises
    ------
    DataError
        If an array is missing, has another shape, or is not finite.
    """

    facts: MapFacts
    arrays: dict[str, NDArray[np.floating]]

    def __post_init__(self) -> None:
        """Check that all arrays are there and fit each other."""
        names = _NUMBERS[self.facts.kind]
        if set(self.arrays) != set(names):
            raise DataError(f"a map by {self.facts.kind} has {' and '.join(names)}.")
        first, second = (self.arrays[name] for name in names)
        fits = {
            "pca": second.shape == (2, *first.shape) and first.ndim == 1,
            "tsne": first.ndim == 2 and second.shape == (self.facts.fitted, 2) == (len(first), 2),
        }
        if not fits[self.facts.kind]:
            raise DataError(f"its arrays have shapes {first.shape} and {second.shape}.")
        if not all(np.isfinite(array).all() for array in self.arrays.values()):
            raise DataError("its numbers are not finite.")

    @property
    def numbers(self) -> int:
        """Numbers in a latent that it can place."""
        name = _NUMBERS[self.facts.kind][0]
        return int(self.arrays[name].shape[-1])
