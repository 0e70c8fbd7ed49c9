"""The latents of many images as a file keeps them: what was asked, what came, and the rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final, Literal

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError, printable
from hourglass.records.folder import ColorName
from hourglass.records.value_range import NumberType, ValueRange

LATENTS_SCHEMA: Final = 1
#: Bytes of the digest of an image's pixels.
DIGEST_BYTES: Final = 16
MapName = Literal["pca", "tsne"]


@dataclass(frozen=True, kw_only=True, slots=True)
class LatentsRequest:
    """What a file of latents is made of: equal requests give equal files.

    Attributes
    ----------
    model_sha256
        SHA-256 of the weights.
    images
        The images in words: names of folders and files without what leads to them, or a data set
        and its split.
    images_sha256
        SHA-256 over names and sizes of the files, or the fingerprint of the data set.
    count
        Number of images.
    image_shape
        Height, width and channels that the model takes.
    resize, crop, color
        How each file is brought to that, as in ``FolderOptions``; as the run's own were.
    thumbnails
        Whether each row has a small picture.
    map
        The kind of map that the rows have a place on; ``None`` for none.
    map_seed
        Which latents a map was fitted to, and where it starts from.
    placed_on
        SHA-256 of the map that was given to place the rows on; ``None`` where a new one was
        fitted to them, or there is none.
    ranges
        What black and white were in the files, by type, where these are not the ends of the type.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    model_sha256: str
    images: str
    images_sha256: str
    count: int
    image_shape: tuple[int | None, int | None, int]
    resize: str | None = None
    crop: str | None = None
    color: ColorName | None = None
    thumbnails: bool = True
    map: MapName | None = None
    map_seed: int = 0
    placed_on: str | None = None
    ranges: Mapping[NumberType, ValueRange] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class LatentsFacts:
    """What a file of latents says about itself.

    Attributes
    ----------
    request
        What it was made of.
    rows
        Number of images whose latents it has.
    numbers
        Numbers in the latent of one image.
    labeled
        Whether rows have labels.
    failed
        How many images could not be read; ``rows`` and these are all that were asked for.
    reasons
        Why, by path: at most ``MOST_REASONS`` of them.
    not_listed
        What the given folders hold besides, counted by ending or reason.
    schema_version
        Of the form of the file.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    MOST_REASONS: ClassVar[int] = 1000

    request: LatentsRequest
    rows: int
    numbers: int
    labeled: bool = False
    failed: int = 0
    reasons: Mapping[str, str] = field(default_factory=dict)
    not_listed: Mapping[str, int] = field(default_factory=dict)
    schema_version: int = LATENTS_SCHEMA


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LatentRows:
    """Rows of a file of latents.

    Attributes
    ----------
    ids
        Position of each image among those that were asked for, rising, shape (rows,).
    paths
        Where each image was found: from the given folder on, or its place in the data set.
    labels
        The class of each, empty where it is not known; altogether ``None`` where none is.
    latents
        Shape (rows, numbers), float32.
    digests
        A digest of each image's own pixels, before they are brought to the model's form, shape
        (rows, ``DIGEST_BYTES``), uint8.
    thumbnails
        A small PNG of each, ``None`` without them.
    places
        Place of each on a map, shape (rows, 2), float32, ``None`` without one; the axes have no
        unit.

    Raises
    ------
    DataError
        If lengths do not agree, ids do not rise, or a number is not finite.
    """

    ids: NDArray[np.int64]
    paths: tuple[str, ...]
    labels: tuple[str, ...] | None
    latents: NDArray[np.float32]
    digests: NDArray[np.uint8]
    thumbnails: tuple[bytes, ...] | None = None
    places: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        """Check that all parts belong together; names become printable in every format."""
        object.__setattr__(self, "paths", tuple(map(printable, self.paths)))
        if self.labels is not None:
            object.__setattr__(self, "labels", tuple(map(printable, self.labels)))
        rows = len(self.ids)
        parts = (self.paths, self.labels, self.thumbnails, self.latents, self.digests, self.places)
        lengths = {len(part) for part in parts if part is not None}
        if self.ids.ndim != 1 or self.latents.ndim != 2 or lengths - {rows}:
            raise DataError(f"its columns differ in length: {sorted({rows, *lengths})}.")
        if self.digests.shape != (rows, DIGEST_BYTES):
            raise DataError(f"digests have {DIGEST_BYTES} bytes; it has {self.digests.shape}.")
        if self.places is not None and self.places.shape != (rows, 2):
            raise DataError(f"a place has two numbers; it has {self.places.shape}.")
        if rows and (self.ids[0] < 0 or (np.diff(self.ids) <= 0).any()):
            raise DataError("its ids do not rise from 0.")
        for name, part in (("latents", self.latents), ("places", self.places)):
            if part is not None and not np.isfinite(part).all():
                raise DataError(f"its {name} are not finite numbers.")

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.ids)


@dataclass(frozen=True, kw_only=True, slots=True)
class EmbeddedImages:
    """What became of images whose latents were to be written.

    Attributes
    ----------
    output
        Path of the file of latents.
    facts
        What it says about itself.
    encoded
        How many images were encoded now; others were done before.
    done_before
        Whether the whole file was there already and is left alone.
    map_file
        Path of the stored map, where one was fitted.
    """

    output: str
    facts: LatentsFacts
    encoded: int
    done_before: bool = False
    map_file: str | None = None
