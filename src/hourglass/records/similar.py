"""Which images are alike: the nearest to one, and all that are nearly the same."""

from dataclasses import dataclass
from typing import Literal

MetricName = Literal["euclidean", "cosine"]
LikenessKind = Literal["exact", "near", "unconfirmed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class SimilarImage:
    """One of the images nearest to another.

    Attributes
    ----------
    id, path, label
        As in the file of latents; the label is empty where it is not known.
    distance
        Between the latents: Euclidean, or 1 less the cosine of their angle.
    """

    id: int
    path: str
    label: str
    distance: float


@dataclass(frozen=True, kw_only=True, slots=True)
class SimilarImages:
    """The images nearest to one.

    Attributes
    ----------
    image
        The image that was asked for.
    latents
        The file in which they were looked for.
    metric
        What nearness is.
    searched
        Number of images among which they are the nearest.
    found
        The nearest first; of equally near ones that with the lower id.
    sheet
        Path of the picture that shows them, where one was asked for.
    notes
        What was taken for black and white in the image, a sentence each.
    """

    image: str
    latents: str
    metric: MetricName
    searched: int
    found: tuple[SimilarImage, ...]
    sheet: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class DuplicatePair:
    """Two images that are the same, or nearly.

    Attributes
    ----------
    group
        Number of the group that both belong to, from 1.
    kind
        ``exact``: every pixel is the same. ``near``: the small pictures are near, and the latents
        named the pair. ``unconfirmed``: near in the latents, no pictures to compare.
    first_id, first_path, second_id, second_path
        The two, that with the lower id first.
    distance
        Euclidean, between the latents.
    difference
        Root mean squared difference of the small pictures at half their size, white is 1; ``None``
        without them.
    difference_within
        Difference up to which these two count as near; ``None`` for exact copies and without
        pictures.
    """

    group: int
    kind: LikenessKind
    first_id: int
    first_path: str
    second_id: int
    second_path: str
    distance: float
    difference: float | None
    difference_within: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Duplicates:
    """All images of a file of latents that have a copy in it, or something near one.

    Attributes
    ----------
    latents
        The file.
    images
        Number of images in it.
    within
        Distance up to which latents are near; ``None`` where the pictures alone decide.
    difference_within
        Difference up to which small pictures are near whatever they show; ``None`` without them.
    rule
        Where the two come from, in words.
    refuted
        Pairs within a distance that was given whose pictures differ; they are not in ``pairs``.
    pairs
        By group; within one by ids. A group of more than twenty lists each image with one that is
        near it, not all pairs.
    chains
        Groups in which some images are near others and not each other, such as frames of a film.
    warnings
        What the file does not tell, and what to do.
    output, sheet
        Paths of the table and of the picture, where they were asked for.
    """

    latents: str
    images: int
    within: float | None
    difference_within: float | None
    rule: str
    refuted: int
    pairs: tuple[DuplicatePair, ...]
    chains: int = 0
    warnings: tuple[str, ...] = ()
    output: str | None = None
    sheet: str | None = None

    @property
    def groups(self) -> int:
        """How many groups the images make that are in pairs."""
        return len({pair.group for pair in self.pairs})

    def count(self, kind: LikenessKind) -> int:
        """Return how many pairs are of a kind."""
        return sum(pair.kind == kind for pair in self.pairs)
