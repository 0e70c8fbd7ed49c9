"""One image of any size through a model, tile by tile, in bounded memory.

Tiles overlap, and each value of the result is a mean of those tiles that know it, weighted so
that one tile fades into the next. A local network is given tiles that reach so far beyond what is
taken from them that they change nothing; a network of one size is given tiles of that size.
"""

import math
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import ImageShapeError, require_fraction, require_positive
from hourglass.images.memory import as_unit_range
from hourglass.inference.batched import reconstruct
from hourglass.models import ImageModel
from hourglass.networks import Reach, unet_reach
from hourglass.records import ModelSpec, ValueRange

# Measured in docs/decisions/012-tiles.md.
TILE_SIDE: Final = 512
_RAMP: Final = 16
_VALUES_AT_A_TIME: Final = 300_000
# Of a very wide image tiles are lower: this many values are 32 MB.
_VALUES_OF_A_ROW_OF_TILES: Final = 8_000_000
# What is done with a band takes several times its memory.
_BAND_ROWS: Final = 32
# Less than half of a tile is margin, so that its work is not mostly done twice.
_SIDES_PER_MARGIN: Final = 4
#: How far each network looks that takes images of any size.
_REACHES: Final = {"unet": unet_reach}


class _Tiling(NamedTuple):
    """How an axis is cut; all in pixels.

    ``side`` is that of a tile and ``margin`` what it cannot rebuild at an inner border; over
    ``ramp`` more it fades. Tiles begin at multiples of ``multiple``. A network of one size has no
    margin, and an image that is smaller is mirrored until it is as large.
    """

    side: int
    margin: int
    ramp: int
    multiple: int
    mirrored: bool


class _Mixture(NamedTuple):
    """How much of the correction is applied, and what black and white are in the image."""

    strength: float
    value_range: ValueRange | None


class _Axis(NamedTuple):
    """Where tiles lie along an axis of ``size`` pixels.

    ``weights`` has shape (tiles, side) and sums to 1 over the tiles at every pixel; ``source``
    names the pixel of the image for each position, with those beyond its end.
    """

    size: int
    starts: tuple[int, ...]
    weights: NDArray[np.float32]
    source: NDArray[np.intp]

    @property
    def side(self) -> int:
        return self.weights.shape[1]


def rebuild_in_bands(
    model: ImageModel,
    spec: ModelSpec,
    pixels: NDArray[Any],
    *,
    tile: int = TILE_SIDE,
    strength: float = 1.0,
    value_range: ValueRange | None = None,
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Rebuild an image of any size and yield it in bands of whole rows, from top to bottom.

    Memory beside the image is bounded, whatever its height. What a later band needs of the image
    is kept, so that rows which were yielded may be written over.

    Parameters
    ----------
    model, spec
        A trained model, and what it was built from.
    pixels
        Shape (height, width, channels), at rest: uint8, uint16, float32 in [0, 1], or in any
        other numbers with their ``value_range``. Each channel of a color image is rebuilt on its
        own by a model of one channel; a gray image goes to all channels of another model, and
        its result is their mean.
    tile
        Side of a tile in pixels where the network takes any size; it is made larger where the
        network looks further, and lower where the image is very wide.
    strength
        Share of the model's correction that is applied, in [0, 1]:
        image + strength · (reconstruction − image).
    value_range
        What black and white are in ``pixels``; by default what their type says.

    Yields
    ------
    int
        Index of the first row of a band.
    NDArray[np.float32]
        The band, shape (rows, width, channels), in [0, 1].

    Raises
    ------
    ConfigurationError
        If ``strength`` does not lie in [0, 1] or ``tile`` is not above 0.
    ImageShapeError
        If the image has not three axes or no pixel, or its channels do not fit the model's.
    """
    require_fraction("strength", strength)
    require_positive("tile", tile)
    _require_image(pixels, spec.image_shape[2])
    height, width, channels = pixels.shape
    tile_rows = max(1, min(tile, _VALUES_OF_A_ROW_OF_TILES // (width * channels)))
    down, across = _tilings(spec, tile_rows, tile)
    rows, columns = _lay(height, down), _lay(width, across)
    mixture = _Mixture(strength, value_range)
    return _bands(model, spec, pixels, (rows, columns), down.margin, mixture)


def _require_image(pixels: NDArray[Any], channels: int) -> None:
    if pixels.ndim != 3 or pixels.size == 0:
        raise ImageShapeError(
            "An image has axes (height, width, channels) and one pixel or more; this array has "
            f"shape {pixels.shape}. For a grayscale image add the last axis: pixels[..., None]."
        )
    if pixels.shape[2] != channels and 1 not in (pixels.shape[2], channels):
        raise ImageShapeError(
            f"The image has {pixels.shape[2]} channels and the model {channels}; they have to be "
            "as many, or one of them 1. Convert the image first."
        )


def _tilings(spec: ModelSpec, tile_rows: int, tile_columns: int) -> tuple[_Tiling, _Tiling]:
    """Return how rows and columns are cut."""
    height, width = spec.image_shape[:2]
    if height is not None and width is not None:
        return _fixed_tiling(height), _fixed_tiling(width)
    if spec.network not in _REACHES:
        raise ImageShapeError(f"The {spec.network} network needs images of one size.")
    reach = _REACHES[spec.network](spec.options.units)
    if spec.objective == "blind-spot":
        # It looks one pixel further, at the image moved by one, and tiles begin at multiples.
        reach = reach._replace(margin=reach.margin + reach.multiple)
    return _local_tiling(reach, tile_rows), _local_tiling(reach, tile_columns)


def _local_tiling(reach: Reach, tile: int) -> _Tiling:
    multiple, margin = reach
    ramp = _rounded_up(_RAMP, multiple)
    side = max(_rounded_up(tile, multiple), _SIDES_PER_MARGIN * margin, 2 * (margin + ramp))
    return _Tiling(side, margin, ramp, multiple, mirrored=False)


def _fixed_tiling(side: int) -> _Tiling:
    return _Tiling(side, 0, side // 2, 1, mirrored=True)


def _lay(size: int, tiling: _Tiling) -> _Axis:
    """Lay tiles along an axis; the last one ends where the axis does, and overlaps more."""
    extent = _rounded_up(size, tiling.multiple)
    side = tiling.side
    if tiling.mirrored:
        extent = max(extent, side)
        positions = np.arange(extent) % (2 * size)
        source = np.minimum(positions, 2 * size - 1 - positions)
    else:
        # The network repeats the last row and column of the whole image in the same way.
        side = min(side, extent)
        source = np.minimum(np.arange(extent), size - 1)
    step = side - 2 * tiling.margin - tiling.ramp
    last = extent - side
    starts = (*range(0, last, max(step, 1)), last)
    return _Axis(size, starts, _weights(starts, side, tiling), source)


def _weights(starts: tuple[int, ...], side: int, tiling: _Tiling) -> NDArray[np.float32]:
    extent = starts[-1] + side
    weights = np.ones((len(starts), side))
    if tiling.ramp:
        share = (np.arange(side) - tiling.margin + 0.5) / tiling.ramp
        fade = np.sin(0.5 * np.pi * np.clip(share, 0.0, 1.0)) ** 2
        weights[1:] *= fade
        weights[:-1] *= fade[::-1]
    total = np.zeros(extent)
    for start, weight in zip(starts, weights, strict=True):
        total[start : start + side] += weight
    shares = [
        weight / total[start : start + side] for start, weight in zip(starts, weights, strict=True)
    ]
    return np.array(shares, np.float32)


def _bands(
    model: ImageModel,
    spec: ModelSpec,
    pixels: NDArray[Any],
    axes: tuple[_Axis, _Axis],
    margin: int,
    mixture: _Mixture,
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    rows, columns = axes
    seen = pixels[:0]
    begun = np.zeros((0, *pixels.shape[1:]), np.float32)
    done = 0
    for number, (start, weights) in enumerate(zip(rows.starts, rows.weights, strict=True)):
        fresh = rows.source[start + len(seen) : start + rows.side]
        seen = np.concatenate([seen, pixels[fresh]])
        sums = _rebuilt_across(model, spec, seen, columns, mixture.value_range)
        sums *= weights[:, None, None]
        sums[: len(begun)] += begun
        last = number + 1 == len(rows.starts)
        following = start + rows.side if last else rows.starts[number + 1]
        ready = rows.size if last else following + margin
        yield from _finished(seen, sums, range(done - start, ready - start), start, mixture)
        # The caller may have written over what was yielded: nothing here is a view of `pixels`.
        seen, begun = seen[following - start :].copy(), sums[following - start :].copy()
        # It would stay until the next row of tiles is done.
        del sums
        done = ready


def _finished(
    seen: NDArray[Any], sums: NDArray[np.float32], rows: range, start: int, mixture: _Mixture
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Yield rows of a row of tiles that begins at ``start``, a few at a time."""
    for row in rows[::_BAND_ROWS]:
        part = slice(row, min(row + _BAND_ROWS, rows.stop))
        yield start + row, _mixed(seen[part], sums[part], mixture)


def _rebuilt_across(
    model: ImageModel,
    spec: ModelSpec,
    seen: NDArray[Any],
    columns: _Axis,
    value_range: ValueRange | None,
) -> NDArray[np.float32]:
    """Return a row of tiles as one, shape (side, width, channels)."""
    height, width, channels = seen.shape
    sums = np.zeros((height, width, channels), np.float32)
    together = _at_a_time(height, columns.side, max(channels, spec.image_shape[2]))
    for first in range(0, len(columns.starts), together):
        starts = columns.starts[first : first + together]
        places = [columns.source[start : start + columns.side] for start in starts]
        tiles = as_unit_range(np.stack([seen[:, place] for place in places]), value_range)
        rebuilt = _rebuilt(model, tiles, spec.image_shape[2])
        for start, weights, tile in zip(
            starts, columns.weights[first : first + together], rebuilt, strict=True
        ):
            target = sums[:, start : start + columns.side]
            target += (tile * weights[:, None])[:, : target.shape[1]]
    return sums


def _rebuilt(model: ImageModel, tiles: NDArray[np.float32], channels: int) -> NDArray[np.float32]:
    """Return what a model makes of tiles (count, side, side, channels) of any channels."""
    count, height, width, present = tiles.shape
    if present == channels:
        return reconstruct(model, tiles)
    batch_size = _at_a_time(height, width, channels)
    if channels == 1:
        alone = np.moveaxis(tiles, -1, 1).reshape(count * present, height, width, 1)
        rebuilt = reconstruct(model, alone, batch_size=batch_size).reshape(
            count, present, height, width
        )
        return np.moveaxis(rebuilt, 1, -1)
    color = np.repeat(tiles, channels, axis=-1)
    rebuilt = reconstruct(model, color, batch_size=batch_size)
    return rebuilt.mean(axis=-1, keepdims=True)


def _at_a_time(*shape: int) -> int:
    """Return how many tiles of a shape go through a network together."""
    return max(1, _VALUES_AT_A_TIME // math.prod(shape))


def _mixed(
    seen: NDArray[Any], rebuilt: NDArray[np.float32], mixture: _Mixture
) -> NDArray[np.float32]:
    """Return ``rebuilt`` mixed with the image; both ends are exact."""
    strength, value_range = mixture
    if strength == 1.0:
        return np.clip(rebuilt, 0.0, 1.0)
    mixed = (1.0 - strength) * as_unit_range(seen, value_range) + strength * rebuilt
    return np.clip(mixed, 0.0, 1.0)


def _rounded_up(size: int, multiple: int) -> int:
    return -(-size // multiple) * multiple
