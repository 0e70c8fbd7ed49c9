"""What an unfinished file of latents has so far: parts that are written whole or not at all.

::

    .latents.parquet.parts/
        request.json    what was asked for; other requests do not go on with these parts
        00000.npz       the first images: latents, digests, thumbnails, and why some failed
        map.npz         the map that was fitted to them, if one was asked for
"""

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError
from hourglass.files import (
    derived_name,
    exists,
    make_folder,
    remove_folder,
    remove_leftovers,
    write_bytes,
)
from hourglass.records import DIGEST_BYTES, LatentsRequest, from_json, to_json
from hourglass.runs.archive import read_arrays, write_arrays


@dataclass(frozen=True, kw_only=True, slots=True)
class PartsPlan:
    """What parts belong to.

    Attributes
    ----------
    request
        What was asked for.
    numbers
        Numbers in the latent of one image.
    images_each
        Images in a part.
    changed
        SHA-256 over when the files were changed, so that a part never outlives its images.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    request: LatentsRequest
    numbers: int
    images_each: int
    changed: str

    @property
    def count(self) -> int:
        """How many parts there are."""
        return -(-self.request.count // self.images_each)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LatentsPart:
    """What was made of some images.

    Attributes
    ----------
    ids
        Positions of the images that could be read, shape (rows,).
    latents, digests, thumbnails
        As in ``LatentRows``.
    reasons
        Why the others could not, by position.
    """

    ids: NDArray[np.int64]
    latents: NDArray[np.float32]
    digests: NDArray[np.uint8]
    thumbnails: tuple[bytes, ...] | None
    reasons: dict[int, str]

    def __len__(self) -> int:
        """Return the number of images that could be read."""
        return len(self.ids)


@final
class LatentsParts:
    """The parts of one file of latents; hold its lock while there are any.

    Parameters
    ----------
    output
        The file that they will be.
    plan
        What they belong to. What another plan has left is removed.
    """

    def __init__(self, output: Path, plan: PartsPlan) -> None:
        self.folder, self.plan = parts_folder(output), plan
        if self._kept_plan() != plan:
            remove_folder(self.folder)
            make_folder(self.folder)
            write_bytes(self.folder / "request.json", to_json(plan))
        remove_leftovers(self.folder)

    @property
    def map(self) -> Path:
        """The map that was fitted."""
        return self.folder / "map.npz"

    def positions(self, number: int) -> range:
        """Return which images belong to a part."""
        start = number * self.plan.images_each
        return range(start, min(start + self.plan.images_each, self.plan.request.count))

    def read(self, number: int) -> LatentsPart | None:
        """Return a part, ``None`` where it is not there or damaged, so that it is made again."""
        path = self._path(number)
        if not exists(path):
            return None
        try:
            return read_arrays(path, "a part of latents", self._part)
        except DataError:
            return None

    def require(self, number: int) -> LatentsPart:
        """Return a part that was written before.

        Raises
        ------
        DataError
            If it is gone or damaged.
        """
        part = self.read(number)
        if part is None:
            raise DataError(f"{self.folder} was changed meanwhile. Give the command again.")
        return part

    def write(self, number: int, part: LatentsPart) -> None:
        """Write a part."""
        failed = sorted(part.reasons)
        pictures = part.thumbnails or ()
        write_arrays(
            self._path(number),
            {
                "ids": part.ids,
                "latents": part.latents,
                "digests": part.digests,
                "pictures": np.frombuffer(b"".join(pictures), np.uint8),
                "lengths": np.array([len(picture) for picture in pictures], np.int64),
                "failed": np.array(failed, np.int64),
                "reasons": np.array([part.reasons[position] for position in failed], "U"),
            },
        )

    def remove(self) -> None:
        """Remove all parts."""
        remove_folder(self.folder)

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:05}.npz"

    def _kept_plan(self) -> PartsPlan | None:
        with contextlib.suppress(Exception):
            content = (self.folder / "request.json").read_bytes()
            return from_json(PartsPlan, content, str(self.folder))
        return None

    def _part(self, arrays: dict[str, NDArray[Any]]) -> LatentsPart:
        rows = len(arrays["ids"])
        if arrays["latents"].shape != (rows, self.plan.numbers):
            raise DataError("its latents have another shape")
        if arrays["digests"].shape != (rows, DIGEST_BYTES):
            raise DataError("its digests have another shape")
        return LatentsPart(
            ids=arrays["ids"],
            latents=arrays["latents"],
            digests=arrays["digests"],
            thumbnails=_pictures(arrays) if self.plan.request.thumbnails else None,
            reasons=dict(zip(arrays["failed"].tolist(), arrays["reasons"].tolist(), strict=True)),
        )


def parts_folder(output: Path) -> Path:
    """Return the hidden folder in which a file of latents grows."""
    return output.with_name(derived_name(output.name, before=".", after=".parts"))


def _pictures(arrays: dict[str, NDArray[Any]]) -> tuple[bytes, ...]:
    text, ends = arrays["pictures"].tobytes(), np.cumsum(arrays["lengths"])
    starts = ends - arrays["lengths"]
    return tuple(text[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True))
