"""The check before training: every file is decoded once, and what must be known of it is kept."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError
from hourglass.images.bring import bring_to_size
from hourglass.images.decode import decoded, has_opaque_alpha, opened
from hourglass.images.exif import upright
from hourglass.images.listing import Listing
from hourglass.images.reader import MOST_PIXELS
from hourglass.images.value_range import RangeScan, count_outside, finite_ends
from hourglass.images.workers import in_order
from hourglass.records import FolderOptions, Sides, ValueRange

DIGEST_BYTES: Final = 16

_TOGETHER: Final = 32
_HELD_BYTES: Final = 4 << 20


class _Look(NamedTuple):
    """What a file holds: its pixels are brought to size, and kept where that was asked for."""

    sides: Sides
    pixels: NDArray[Any] | None
    shape: tuple[int, ...]
    depth: str
    opaque: bool
    digest: bytes
    frames: int
    values: "_Values | None"


class _Values(NamedTuple):
    """The numbers of a file, where black and white may follow from them."""

    low: float
    high: float
    told: ValueRange | None
    outside: int


@dataclass(slots=True)
class Survey:
    """What was found in the files of a listing.

    Attributes
    ----------
    scan
        What black and white are in them.
    good
        Positions in the listing of the files that can be used, shape (files,).
    sides
        Height and width of each of them, resized or cropped, shape (files, 2).
    digests
        A digest of the pixels of each, shape (files, ``DIGEST_BYTES``).
    failures
        The reason for each other file, by position.
    channels, depths
        Numbers of files with 1 to 4 channels, and of each type of values.
    veiled, animated
        Numbers of files whose alpha hides something, and with more frames than the first.
    smallest, largest
        Sides in the file of the images with the fewest and the most pixels.
    kept
        The pixels of each good file, ``None`` in place of those that are to be decoded again;
        altogether ``None`` where the images are too large or differ in size.
    """

    scan: RangeScan
    good: NDArray[np.int64]
    sides: NDArray[np.uint32]
    digests: NDArray[np.uint8]
    failures: dict[int, str] = field(default_factory=dict)
    channels: Counter[int] = field(default_factory=Counter)
    depths: Counter[str] = field(default_factory=Counter)
    veiled: int = 0
    animated: int = 0
    smallest: Sides = (0, 0)
    largest: Sides = (0, 0)
    kept: list[NDArray[Any] | None] | None = field(default_factory=list)

    def keep_only(self, positions: NDArray[np.int64]) -> None:
        """Let go of the good files that are not at these positions of the listing."""
        chosen = np.isin(self.good, positions)
        self.good, self.sides = self.good[chosen], self.sides[chosen]
        self.digests = self.digests[chosen]
        if self.kept is not None:
            self.kept = list(compress(self.kept, chosen))


def survey(
    listing: Listing, options: FolderOptions, in_memory: int, scan: RangeScan | None = None
) -> Survey:
    """Decode every file once, by several threads.

    Parameters
    ----------
    listing
        The files.
    options
        What size they are brought to, and how large they may be.
    in_memory
        Bytes of pixels that are kept at most. Whether they are follows from the images alone.
    scan
        Takes note of their values; it may be that of other files too, which then have the same
        black and white.

    Returns
    -------
    Survey
        What was found; nothing is raised for a bad file.
    """
    count = len(listing)
    found = Survey(
        scan or RangeScan(options.range),
        np.empty(count, np.int64),
        np.empty((count, 2), np.uint32),
        np.empty((count, DIGEST_BYTES), np.uint8),
    )
    good = 0
    for position, look in enumerate(_looks(listing, options, found)):
        if isinstance(look, str):
            found.failures[position] = look
            continue
        found.good[good] = position
        found.sides[good] = look.shape[:2]
        found.digests[good] = np.frombuffer(look.digest, np.uint8)
        good += 1
        _count(found, look)
        _keep(found, look, count, in_memory, options)
    found.good, found.sides = found.good[:good], found.sides[:good]
    found.digests = found.digests[:good]
    return found


def digest_of(pixels: NDArray[Any]) -> bytes:
    """Return what changes with any value, side or depth of an image."""
    form = f"{pixels.shape} {pixels.dtype.name}".encode()
    values = np.ascontiguousarray(pixels, pixels.dtype.newbyteorder("<"))
    return hashlib.blake2b(values.data, digest_size=DIGEST_BYTES, salt=_salt(form)).digest()


def _salt(form: bytes) -> bytes:
    return hashlib.blake2b(form, digest_size=hashlib.blake2b.SALT_SIZE).digest()


def _looks(listing: Listing, options: FolderOptions, found: Survey) -> Iterator[_Look | str]:
    def some(start: int) -> list[_Look | str]:
        looks: list[_Look | str] = []
        held = 0
        for position in range(start, min(start + _TOGETHER, len(listing))):
            # Photos that wait for their turn in many threads would fill the memory.
            keep = found.kept is not None and held < _HELD_BYTES
            look = _look(listing[position], options, keep, found.scan)
            held += 0 if isinstance(look, str) or look.pixels is None else look.pixels.nbytes
            looks.append(look)
        return looks

    for looks in in_order(some, range(0, len(listing), _TOGETHER)):
        yield from looks


def _look(path: Path, options: FolderOptions, keep: bool, scan: RangeScan) -> _Look | str:
    try:
        with opened(path, max_pixels=options.max_pixels or MOST_PIXELS) as reader:
            whole, frames = upright(decoded(reader), reader.orientation), reader.frames
        values = _values(whole, reader.value_range, scan)
        pixels = bring_to_size(whole, options.resize_to, options.crop_to)
    except DataError as error:
        return str(error)
    return _Look(
        sides=(whole.shape[0], whole.shape[1]),
        pixels=pixels if keep else None,
        shape=pixels.shape,
        depth=pixels.dtype.name,
        opaque=pixels.shape[-1] in (1, 3) or has_opaque_alpha(pixels),
        digest=digest_of(pixels),
        frames=frames,
        values=values,
    )


def _values(pixels: NDArray[Any], told: ValueRange | None, scan: RangeScan) -> _Values | None:
    """Return what black and white may follow from; an alpha has no part in it."""
    if pixels.dtype == np.uint8 and scan.given is None and scan.settled(pixels.dtype):
        return None
    colors = pixels[..., :-1] if pixels.shape[-1] in (2, 4) else pixels
    low, high = finite_ends(colors)
    outside = 0
    if scan.given is not None and not scan.given.holds(low, high):
        outside = count_outside(colors, scan.given)
    return _Values(low, high, told, outside)


def _count(found: Survey, look: _Look) -> None:
    found.channels[look.shape[-1]] += 1
    found.depths[look.depth] += 1
    found.veiled += not look.opaque
    found.animated += look.frames > 1
    if look.values is not None:
        low, high, told, outside = look.values
        found.scan.add(np.dtype(look.depth), low, high, told, outside=outside)
    pixels = look.sides[0] * look.sides[1]
    if found.smallest == (0, 0) or pixels < found.smallest[0] * found.smallest[1]:
        found.smallest = look.sides
    if pixels > found.largest[0] * found.largest[1]:
        found.largest = look.sides


def _keep(found: Survey, look: _Look, count: int, in_memory: int, options: FolderOptions) -> None:
    """Keep the pixels of an image unless those of all would be too many, or sizes differ."""
    if found.kept is None:
        return
    height, width = (int(side) for side in found.sides[0])
    # The first one tells for all of one size, so that few are kept in vain.
    most = max(_bytes_of_value(depth, options) for depth in found.depths)
    each = height * width * max(found.channels) * most
    if look.shape[:2] != (height, width) or count * each > in_memory:
        found.kept = None
        return
    found.kept.append(look.pixels)


def _bytes_of_value(depth: str, options: FolderOptions) -> int:
    """Return what a value takes at most, as it is and at rest."""
    narrow = depth in ("uint8", "uint16") and options.range in (None, "dtype")
    return np.dtype(depth).itemsize if narrow else max(4, np.dtype(depth).itemsize)


def tell_bad(failures: dict[int, str], listing: Listing, most: int) -> Sequence[str]:
    """Return ``path (reason)`` for the first of the files that failed."""
    return [f"{listing[position]} ({reason})" for position, reason in list(failures.items())[:most]]
