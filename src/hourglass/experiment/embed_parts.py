"""Images become latents, one part of them after the other."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError, MissingPathError
from hourglass.experiment.embed_source import ImageSource
from hourglass.images import encode_thumbnail
from hourglass.images.memory import as_unit_range
from hourglass.images.workers import in_order
from hourglass.inference import encode
from hourglass.models import LatentModel, images_at_a_time
from hourglass.records import DIGEST_BYTES, LatentRows
from hourglass.runs import LatentsPart, LatentsParts

# Numbers of one part in memory: 64 MB.
_MOST_NUMBERS: Final = 1 << 24
_MOST_IMAGES: Final = 4096
_TOGETHER: Final = 32


class _Look(NamedTuple):
    """An image that was read: its position, its pixels, their digest and a small picture."""

    position: int
    pixels: NDArray[Any]
    digest: bytes
    picture: bytes


def images_in_a_part(numbers: int) -> int:
    """Return how many images make a part; it follows from the length of their latents alone."""
    return max(64, min(_MOST_IMAGES, _MOST_NUMBERS // numbers))


def encode_part(
    model: LatentModel,
    source: ImageSource,
    positions: range,
    *,
    thumbnails: bool,
    progress: Callable[[int], None] = lambda images: None,
) -> LatentsPart:
    """Read images by several threads and encode them; each that cannot be read has its reason.

    What a part holds follows from its images alone, so that it is the same whenever it is made.

    Parameters
    ----------
    model
        It encodes as many at a time as fit into bounded memory.
    source
        Where the images come from.
    positions
        Which of them.
    thumbnails
        Whether small pictures are made.
    progress
        Called with the number of images of this part that are done.
    """
    reasons: dict[int, str] = {}
    good: list[_Look] = []
    latents: list[NDArray[np.float32]] = []
    at_a_time = images_at_a_time(model.encoder.input.shape[1:])
    looks = _looks(source, positions, thumbnails, reasons)
    while together := list(islice(looks, at_a_time)):
        latents.append(_encoded(model, together))
        good += [_without_pixels(look) for look in together]
        progress(len(good) + len(reasons))
    return LatentsPart(
        ids=np.array([look.position for look in good], np.int64),
        latents=np.concatenate([np.empty((0, model.code_size), np.float32), *latents]),
        digests=_digests(good),
        thumbnails=tuple(look.picture for look in good) if thumbnails else None,
        reasons=reasons,
    )


def rows_of(parts: LatentsParts, source: ImageSource, labeled: bool) -> Iterator[LatentRows]:
    """Yield the rows of all parts, one part at a time, without places on a map.

    Raises
    ------
    DataError
        If a part is gone.
    """
    for number in range(parts.plan.count):
        part = parts.require(number)
        yield LatentRows(
            ids=part.ids,
            paths=tuple(source.name(int(position)) for position in part.ids),
            labels=tuple(source.label(int(one)) for one in part.ids) if labeled else None,
            latents=part.latents,
            digests=part.digests,
            thumbnails=part.thumbnails,
        )


def _looks(
    source: ImageSource, positions: range, thumbnails: bool, reasons: dict[int, str]
) -> Iterator[_Look]:
    """Yield the images that can be read, in order; of the others the reasons are kept."""

    def some(chosen: range) -> list[_Look | tuple[int, str]]:
        return [_look(source, position, thumbnails) for position in chosen]

    for looks in in_order(some, _pieces(positions)):
        for look in looks:
            if isinstance(look, _Look):
                yield look
            else:
                reasons[look[0]] = look[1]


def _look(source: ImageSource, position: int, thumbnails: bool) -> _Look | tuple[int, str]:
    try:
        pixels, digest = source.read(position)
    except (DataError, MissingPathError) as error:
        return position, str(error)
    return _Look(position, pixels, digest, encode_thumbnail(pixels) if thumbnails else b"")


def _pieces(positions: range) -> Iterable[range]:
    return (positions[start : start + _TOGETHER] for start in range(0, len(positions), _TOGETHER))


def _encoded(model: LatentModel, looks: list[_Look]) -> NDArray[np.float32]:
    images = np.stack([as_unit_range(look.pixels) for look in looks])
    # A code of maps lies flat: (images, numbers).
    latents = encode(model, images).reshape(len(images), -1)
    if not np.isfinite(latents).all():
        raise DataError(
            "The model gives latents that are not finite numbers. Train it again with a lower "
            "learning rate."
        )
    return latents


def _without_pixels(look: _Look) -> _Look:
    return look._replace(pixels=np.empty(0))


def _digests(looks: list[_Look]) -> NDArray[np.uint8]:
    content = b"".join(look.digest for look in looks)
    return np.frombuffer(content, np.uint8).reshape(len(looks), DIGEST_BYTES)
