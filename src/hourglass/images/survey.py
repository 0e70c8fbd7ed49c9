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
from hourglass.images.bring import LEVELS, bring_to_size
from hourglass.images.decode import decode, is_opaque
from hourglass.images.form import Channels
from hourglass.images.listing import Listing
from hourglass.images.memory import MOST_CHANNELS
from hourglass.images.reader import MOST_PIXELS
from hourglass.images.value_range import RangeScan, Values
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
    channels: Channels
    dtype: np.dtype[Any]
    opaque: bool
    digest: bytes
    frames: int
    values: Values | None
    told: ValueRange | None


@dataclass(slots=True)
class Survey:
    """What was found in the files of a listing.

    Attributes
    ----------
    good
        Positions in the listing of the files that can be used, shape (files,).
    sides
        Height and width of each of them, resized or cropped, shape (files, 2).
    digests
        A digest of the pixels of each, shape (files, ``DIGEST_BYTES``).
    failures
        The reason for each other file, by position.
    channels, types
        Numbers of files by what their channels are, and by the type of their values.
    scan
        What black and white are in them.
    veiled, animated
        Numbers of files whose alpha hides something, and with more frames than the first.
    smallest, largest
        Sides in the file of the images with the fewest and the most pixels.
    kept
        The pixels of each good file and what their channels are, ``None`` in place of those that
        are to be decoded again; altogether ``None`` where the images are too large or differ in
        size.
    """

    good: NDArray[np.int64]
    sides: NDArray[np.uint32]
    digests: NDArray[np.uint8]
    scan: RangeScan
    failures: dict[int, str] = field(default_factory=dict)
    channels: Counter[Channels] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    veiled: int = 0
    animated: int = 0
    smallest: Sides = (0, 0)
    largest: Sides = (0, 0)
    kept: list[tuple[NDArray[Any], Channels] | None] | None = field(default_factory=list)

    def keep_only(self, positions: NDArray[np.int64]) -> None:
        """Let go of the good files that are not at these positions of the listing."""
        chosen = np.isin(self.good, positions)
        self.good, self.sides = self.good[chosen], self.sides[chosen]
        self.digests = self.digests[chosen]
        if self.kept is not None:
            self.kept = list(compress(self.kept, chosen))


def survey(listing: Listing, options: FolderOptions, in_memory: int, scan: RangeScan) -> Survey:
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
        What black and white are, in other files that share them too.

    Returns
    -------
    Survey
        What was found; nothing is raised for a bad file.
    """
    count = len(listing)
    found = Survey(
        np.empty(count, np.int64),
        np.empty((count, 2), np.uint32),
        np.empty((count, DIGEST_BYTES), np.uint8),
        scan,
    )
    good = 0
    for position, look in enumerate(_looks(listing, options, found)):
        look = _alike(look, found) if isinstance(look, _Look) else look
        if isinstance(look, str):
            found.failures[position] = look
            continue
        found.good[good] = position
        found.sides[good] = look.shape[:2]
        found.digests[good] = np.frombuffer(look.digest, np.uint8)
        good += 1
        _count(found, look, listing[position])
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
            look = _look(listing[position], listing.frame(position), options, found.scan, keep)
            held += 0 if isinstance(look, str) or look.pixels is None else look.pixels.nbytes
            looks.append(look)
        return looks

    for looks in in_order(some, range(0, len(listing), _TOGETHER)):
        yield from looks


def _look(
    path: Path, frame: int, options: FolderOptions, scan: RangeScan, keep: bool
) -> _Look | str:
    try:
        image = decode(path, frame, max_pixels=options.max_pixels or MOST_PIXELS)
        pixels = bring_to_size(image.pixels, options.resize_to, options.crop_to)
    except DataError as error:
        return str(error)
    channels, dtype = image.channels, pixels.dtype
    values = image.pixels[..., :-1] if channels.alpha else image.pixels
    return _Look(
        sides=(image.pixels.shape[0], image.pixels.shape[1]),
        pixels=pixels if keep else None,
        shape=pixels.shape,
        channels=channels,
        dtype=dtype,
        opaque=not channels.alpha or is_opaque(pixels),
        digest=digest_of(pixels),
        frames=image.frames,
        values=None if dtype == np.uint8 and scan.passes_bytes else scan.look(values),
        told=image.value_range,
    )


def _alike(look: _Look, found: Survey) -> _Look | str:
    """Return what a file holds, or why it cannot be used beside those before it."""
    data = look.channels.colors + look.channels.bands
    if look.channels.bands and data > MOST_CHANNELS:
        return f"it has {data} channels of data, and at most {MOST_CHANNELS} are learned from"
    first = next(iter(found.channels), look.channels)
    bands = first.bands or look.channels.bands
    if bands and first[:2] != look.channels[:2]:
        return f"it has {look.channels}, and the images before it have {first}"
    return look


def _count(found: Survey, look: _Look, path: Path) -> None:
    found.channels[look.channels] += 1
    found.types[look.dtype.name] += 1
    found.scan.see(look.dtype)
    if look.values is not None:
        found.scan.note(look.values, look.told, None if look.dtype == np.uint16 else path)
    found.veiled += not look.opaque
    found.animated += look.frames > 1
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
    most = max(channels.total for channels in found.channels)
    each = height * width * most * max(_bytes_of_value(name, options) for name in found.types)
    if look.shape[:2] != (height, width) or count * each > in_memory:
        found.kept = None
        return
    found.kept.append(None if look.pixels is None else (look.pixels, look.channels))


def _bytes_of_value(dtype: str, options: FolderOptions) -> int:
    """Return what a value takes at most, as it is in its file and at rest."""
    as_levels = dtype in LEVELS and options.range in (None, "dtype")
    return np.dtype(dtype).itemsize if as_levels else max(4, np.dtype(dtype).itemsize)


def tell_bad(failures: dict[int, str], listing: Listing, most: int) -> Sequence[str]:
    """Return ``path (reason)`` for the first of the files that failed."""
    return [
        f"{listing.shown(position)} ({reason})"
        for position, reason in list(failures.items())[:most]
    ]
