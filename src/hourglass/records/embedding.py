"""How images lie in a space of numbers, and on a map of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import ConfigurationError, DataError

# A map of more is slow to make and hard to read.
MAPPED_IMAGES: Final = 5_000
SpaceName = Literal["pixels", "pca", "latents"]


@dataclass(frozen=True, kw_only=True, slots=True)
class SpaceScores:
    """How the images of a split lie in one space.

    Shares lie between 0 and 1; those that need labels are ``None`` where there are none.

    Attributes
    ----------
    space
        ``pixels``, ``pca`` or ``latents``; the key of its map.
    label
        The name that tables and pictures show.
    dimensions
        Numbers that stand for one image.
    effective_dimension
        (Σ λ)² / Σ λ² of the eigenvalues λ of the covariance.
    neighbors_accuracy
        Share of images whose class the nearest training images tell.
    probe_accuracy
        Share of images whose class a logistic regression tells.
    clustering_accuracy
        Share of images in the cluster that belongs to their class, for the best way to give
        each cluster a class.
    mutual_information
        Normalized mutual information of clusters and classes.
    adjusted_rand
        Adjusted Rand index of clusters and classes: 0 for chance, 1 for agreement.
    trustworthiness
        Whether neighbors in this space are neighbors among the pixels, 1 at best.
    continuity
        Whether neighbors among the pixels are neighbors in this space, 1 at best.
    map_trustworthiness
        Whether neighbors on the map are neighbors in this space, 1 at best.
    map_neighbors_accuracy
        Share of images on the map whose class the nearest other images there tell.
    """

    space: SpaceName
    label: str
    dimensions: int
    effective_dimension: float
    trustworthiness: float
    continuity: float
    map_trustworthiness: float
    neighbors_accuracy: float | None = None
    probe_accuracy: float | None = None
    clustering_accuracy: float | None = None
    mutual_information: float | None = None
    adjusted_rand: float | None = None
    map_neighbors_accuracy: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Embedding:
    """The latents of a run beside raw pixels and beside PCA with as many numbers.

    Attributes
    ----------
    run, data, model
        Names of the run, of the data set and of what was trained.
    split
        What every figure was measured on; what is fitted is fitted to the train split.
    images
        Images whose class was to be told, and on which the effective dimension was measured.
    train_images
        Training images among which neighbors were looked for.
    fitted_images
        Training images that the logistic regression and the clusters were fitted to.
    mapped_images
        Images of the split on the maps, the same in each; trustworthiness and continuity were
        measured on them too.
    neighbors
        How many neighbors were asked.
    perplexity
        Of t-SNE.
    seed
        Of the draw of images, the clusters and the maps; not the seed of the run.
    class_names
        Names of the classes, empty without labels.
    left_out
        Why measures are missing; empty where none is.
    spaces
        Pixels, PCA, latents.
    """

    run: str
    data: str
    model: str
    split: Literal["test", "validation"]
    images: int
    train_images: int
    fitted_images: int
    mapped_images: int
    neighbors: int
    perplexity: float
    seed: int
    class_names: tuple[str, ...]
    spaces: tuple[SpaceScores, ...]
    left_out: str = ""

    def space(self, name: SpaceName) -> SpaceScores:
        """Return the figures of one space.

        Raises
        ------
        ConfigurationError
            If it was not measured.
        """
        for space in self.spaces:
            if space.space == name:
                return space
        raise ConfigurationError(f"The space {name!r} of {self.run} was not measured.")

    def lines(self) -> Iterator[str]:
        """Yield what to know about the figures: what they mean and on how much they rest."""
        if self.class_names:
            yield (
                f"kNN: the class by the {self.neighbors} nearest of {self.train_images:,} train "
                f"images, for {self.images:,} {self.split} images. Probe and clusters (k-means, "
                f"for {len(self.class_names)} classes): fitted to {self.fitted_images:,} train "
                f"images, told on the {self.split} images."
            )
        yield (
            f"Trustworthiness and continuity: {self.neighbors} neighbors among the pixels and "
            f"back, {self.mapped_images:,} {self.split} images."
        )
        if self.left_out:
            yield self.left_out


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Maps:
    """Where t-SNE puts the same images when it is given one space or another.

    Attributes
    ----------
    positions
        Indices into the split, shape (images,).
    labels
        Class of each image, shape (images,); ``None`` without labels.
    maps
        Place of each image by space, shape (images, 2).

    Raises
    ------
    DataError
        If shapes differ, or a place is no number.
    """

    positions: NDArray[np.int64]
    labels: NDArray[np.int64] | None
    maps: Mapping[str, NDArray[np.float32]]

    def __post_init__(self) -> None:
        count = len(self.positions)
        for name, places in self.maps.items():
            if places.shape != (count, 2) or not np.isfinite(places).all():
                raise DataError(
                    f"A map needs two finite numbers for each of its {count} images; "
                    f"{name!r} has shape {places.shape}."
                )
        if self.labels is not None and self.labels.shape != (count,):
            raise DataError(f"{count} images on a map have labels of shape {self.labels.shape}.")
