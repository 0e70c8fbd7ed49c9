"""Finding what black and white are where the type of the values does not say it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError
from hourglass.records import (
    RangeOption,
    ValueRange,
    ValueRanges,
    dtype_range,
    parse_range,
)

# The whites of cameras that keep fewer bits than their files, and those bits.
_WHITES: Final = {255: 8, 1_023: 10, 4_095: 12, 16_383: 14}
# A picture of an editor, which uses all 16 bits, may well be as dark as this one.
_WHITE_OR_DARK: Final = 16_383
# A file that spans less than this share of all files' range would be all but flat to a network,
# whose errors are as large.
_LEAST_SHARE: Final = 0.01
# Floating point within 0 and 1 is believed to mean just that, unless it is almost black.
_LEAST_WHITE: Final = 1 / 16
# Values may go beyond what a model learned by this share of it: a brighter image of the same
# instrument is no reason to scale all images otherwise.
_MOST_BEYOND: Final = 0.5
# Where all but one value in a thousand of every image lie within this share of the range, the few
# others decide what black and white are.
_BULK: Final = (0.1, 99.9)
_LEAST_BULK: Final = 0.1
_SAMPLED: Final = 65_536


@dataclass(slots=True)
class _Extent:
    """The values of one type: over all images, and the ends of each file that was named."""

    low: float = np.inf
    high: float = -np.inf
    images: int = 0
    told: set[ValueRange | None] = field(default_factory=set)
    files: dict[Any, tuple[float, float]] = field(default_factory=dict)
    bulk: tuple[float, float] = (np.inf, -np.inf)
    outside: int = 0
    images_outside: int = 0

    @property
    def range(self) -> ValueRange:
        """From the least to the greatest value; of a constant, one further."""
        return _from_to(self.low, self.high)

    @property
    def counted(self) -> str:
        return _counted(len(self.files), "file") if self.files else _counted(self.images, "image")


@final
class RangeScan:
    """What black and white are in images, as far as these have been seen.

    Without an option bytes have the ends of their type; so have 16-bit values, unless all of them
    fit into 8, 10, 12 or 14 bits, which then are those of the camera. What a file's tags tell goes
    before that, and what a model learned. Other types have no white of their own: floating point
    within 0 and 1 has these, everything else its least and its greatest value over all files.

    Parameters
    ----------
    option
        What the user said of black and white.
    learned
        What they were to a model, by type.

    Attributes
    ----------
    given
        Black and white as numbers, where the user gave these.

    Examples
    --------
    >>> scan = RangeScan()
    >>> scan.add(np.array([[0, 3900]], np.uint16))
    >>> ranges, lines = scan.ranges()
    >>> str(ranges.of("uint16"))
    '0..4095'
    """

    def __init__(
        self, option: RangeOption | None = None, learned: Mapping[str, ValueRange] | None = None
    ) -> None:
        self._option = None if option is None else parse_range(option)
        self.given = self._option if isinstance(self._option, ValueRange) else None
        self._learned = learned or {}
        self._extents: dict[str, _Extent] = {}
        self._seen: set[str] = set()

    def knows(self, dtype: np.dtype[Any]) -> bool:
        """Tell whether black and white of a type do not have to be guessed."""
        return self._option is not None or dtype.name in self._learned

    @property
    def passes_bytes(self) -> bool:
        """Whether nothing depends on the values of 8 bits."""
        return self.given is None and self._option != "data"

    def settled(self, dtype: np.dtype[Any]) -> bool:
        """Tell whether no further image can change the range of a type."""
        if self._option is not None:
            # The ends of floating point are refused where values lie outside of them.
            return self._option != "data" and (self.given is not None or dtype.kind != "f")
        # By name: the bytes of an array may come in the other order.
        if dtype.name == "uint8":
            return True
        extent = self._extents.get(dtype.name)
        if extent is None or dtype.name != "uint16" or None not in extent.told:
            return False
        learned = [one.high + _MOST_BEYOND * one.width for one in self._learned.values()]
        return extent.high > max(*_WHITES, *learned)

    def see(self, dtype: np.dtype[Any]) -> None:
        """Take note that there are images of a type, whose values need not be known."""
        self._seen.add(dtype.name)

    def add(
        self,
        pixels: NDArray[Any],
        told: ValueRange | None = None,
        file: object = None,
        *,
        images: int = 1,
    ) -> None:
        """Take note of an image, a frame or an array of images.

        Parameters
        ----------
        pixels
            Its values without an alpha, finite and one at least.
        told
            What its file says of black and white.
        file
            What the file is known by: frames of one file share a range.
        images
            How many images these are.
        """
        self.note(self.look(pixels), told, file, images=images)

    def look(self, pixels: NDArray[Any]) -> "Values":
        """Return what counts of the values of an image, for ``note``; any thread may do it."""
        low, high = float(pixels.min()), float(pixels.max())
        outside, bulk = 0, (low, high)
        if self.given is not None:
            outside = count_outside(pixels, self.given)
        elif pixels.dtype.name not in ("uint8", "uint16"):
            sample = pixels.ravel()[:: max(1, pixels.size // _SAMPLED)]
            first, last = np.percentile(sample, _BULK)
            bulk = float(first), float(last)
        return Values(pixels.dtype.name, low, high, bulk, outside)

    def note(
        self,
        values: "Values",
        told: ValueRange | None = None,
        file: object = None,
        *,
        images: int = 1,
    ) -> None:
        """Take note of an image that was looked at; parameters as in ``add``."""
        self._seen.add(values.dtype)
        extent = self._extents.setdefault(values.dtype, _Extent())
        low, high = values.low, values.high
        extent.low, extent.high = min(extent.low, low), max(extent.high, high)
        extent.bulk = min(extent.bulk[0], values.bulk[0]), max(extent.bulk[1], values.bulk[1])
        extent.images += images
        extent.told.add(told)
        extent.outside += values.outside
        extent.images_outside += images if values.outside else 0
        if file is not None:
            before = extent.files.get(file, (low, high))
            extent.files[file] = min(before[0], low), max(before[1], high)

    def ranges(self) -> tuple[ValueRanges, tuple[str, ...]]:
        """Return what black and white are, and a line for each guess.

        Raises
        ------
        DataError
            If the ends of the type were asked for, and floating point lies outside of 0 and 1.
        """
        by_type: dict[str, ValueRange] = {}
        own: dict[Any, ValueRange] = {}
        lines: list[str] = []
        for name in sorted(self._seen):
            found, single, told = self._of_type(name)
            lines += told
            own |= single
            if found is not None and found != dtype_range(name):
                by_type[name] = found
        return ValueRanges(by_type=by_type, own=own), tuple(lines)

    def _of_type(self, name: str) -> tuple[ValueRange | None, dict[Any, ValueRange], list[str]]:
        extent, learned = self._extents.get(name), self._learned.get(name)
        if self.given is not None:
            outside = (0, 0) if extent is None else (extent.outside, extent.images_outside)
            lines = [
                outside_line(*outside, f"{name} image", [self.given]),
                *_warn_of(name, self.given, learned),
            ]
            return self.given, {}, [line for line in lines if line is not None]
        if extent is None:
            return None, {}, []
        if self._option == "dtype":
            _require_within_type(name, extent)
            return None, {}, []
        if self._option == "data":
            line = f"Black and white of {name} images are their least and greatest value, "
            warnings = (*_outliers(extent), *_warn_of(name, extent.range, learned))
            return extent.range, {}, [f"{line}{extent.range.rounded}.", *warnings]
        return _found(name, extent, self._learned, "uint8" in self._seen)


@dataclass(frozen=True, slots=True)
class Values:
    """What counts of the values of an image: see ``RangeScan.look``.

    Attributes
    ----------
    dtype
        Name of their type.
    low, high
        The least and the greatest.
    bulk
        Where all but one in a thousand at either end lie.
    outside
        How many lie outside of the range that was given.
    """

    dtype: str
    low: float
    high: float
    bulk: tuple[float, float]
    outside: int


def count_outside(values: NDArray[Any], value_range: ValueRange) -> int:
    """Return how many values lie outside of a range."""
    # Their least and greatest, which are soon found, mostly say that none does.
    if values.size == 0 or value_range.holds(float(values.min()), float(values.max())):
        return 0
    low, high = value_range.low, value_range.high
    return int(np.count_nonzero(values < low) + np.count_nonzero(values > high))


def outside_line(outside: int, count: int, noun: str, ranges: Iterable[ValueRange]) -> str | None:
    """Tell how many values lie outside of what was taken for black and white; nothing for none.

    Parameters
    ----------
    outside
        How many values.
    count, noun
        In how many images or files, and what these are called.
    ranges
        What was taken for black and white in them.
    """
    if not outside:
        return None
    black_and_white = " and ".join(dict.fromkeys(one.rounded for one in ranges))
    return (
        f"{_counted(outside, 'value')} of {_counted(count, noun)} lie outside of "
        f"{black_and_white} and count as black or white for the model."
    )


def _found(
    name: str, extent: _Extent, learned: Mapping[str, ValueRange], beside_bytes: bool
) -> tuple[ValueRange | None, dict[Any, ValueRange], list[str]]:
    """Return the range of one type where the user said nothing: see ``RangeScan``."""
    told = extent.told - {None}
    if told and None not in extent.told:
        widest = ValueRange(
            min(one.low for one in told if one), max(one.high for one in told if one)
        )
        if widest.holds(extent.low, extent.high):
            line = f"Black and white of {name} images are {widest.rounded}, as their files say."
            return widest, {}, [line, *_warn_of(name, widest, learned.get(name))]
    fitting = _learned_range(name, extent, learned)
    if fitting is not None:
        line = f"Black and white of {name} images are {fitting.rounded}, as the model learned them."
        if not fitting.holds(extent.low, extent.high):
            line += f" Values go {_ends(extent)}; those outside count as black or white."
        share = (extent.high - extent.low) / fitting.width
        if 0 < share < _LEAST_WHITE:
            line += f" They use {share:.2%} of it. Say --range data if they are of another kind."
        return fitting, {}, [line]
    found, single, lines = _guessed(name, extent, beside_bytes)
    return found, single, [*lines, *_warn_of(name, found or dtype_range(name), learned.get(name))]


def _learned_range(
    name: str, extent: _Extent, learned: Mapping[str, ValueRange]
) -> ValueRange | None:
    """Return what a model learned, if these images can be of the same kind."""
    same = learned.get(name)
    if same is not None:
        beyond = max(same.low - extent.low, extent.high - same.high)
        return same if beyond <= _MOST_BEYOND * same.width else None
    for one in learned.values():
        # Of another type they have to use the range, or it is none of theirs.
        spread = (extent.high - extent.low) / one.width
        if one.holds(extent.low, extent.high) and spread > _LEAST_WHITE:
            return one
    return None


def _guessed(
    name: str, extent: _Extent, beside_bytes: bool
) -> tuple[ValueRange | None, dict[Any, ValueRange], list[str]]:
    if name == "uint8":
        return None, {}, []
    if name == "uint16":
        white = next((white for white in _WHITES if extent.high <= white), None)
        if white is None or extent.high == 0:
            return None, {}, []
        exceeds = f"No value of {extent.counted} of 16 bits exceeds {extent.high:,.0f}"
        if beside_bytes and white == _WHITE_OR_DARK:
            # Pictures of 8 and 16 bits in one place come from editors, which use the whole range.
            line = f"{exceeds}; white is taken to be 65,535, as other files have 8 bits."
            return None, {}, [f"{line} Say --range 0..{white} if it is {white:,}."]
        return (
            ValueRange(0, white),
            {},
            [
                f"{exceeds}, so white is taken to be {white:,} ({_WHITES[white]} bits). Say "
                "--range dtype if it is 65,535."
            ],
        )
    unit = ValueRange(0.0, 1.0)
    is_float = np.dtype(name).kind == "f"
    is_black = _LEAST_WHITE >= extent.high > 0
    if is_float and unit.holds(extent.low, extent.high) and not is_black:
        return None, {}, []
    lines = [
        f"Black and white of {extent.counted} of {name} are their least and greatest value, "
        f"{extent.range.rounded}. Say --range LOW..HIGH if they are others.",
        *_outliers(extent),
    ]
    flat = {
        file: ends
        for file, ends in extent.files.items()
        if ends[1] - ends[0] < _LEAST_SHARE * extent.range.width
    }
    if len(flat) == len(extent.files):
        flat = {}
    own = {file: _own_range(*ends, is_float=is_float) for file, ends in flat.items()}
    if own:
        lines.append(
            f"Scaled by {'its' if len(own) == 1 else 'their'} own values"
            f"{', or 0 to 1 where these lie within' if is_float else ''}: {len(own):,} of them, "
            "which would be all but flat in that range."
        )
    return extent.range, own, lines


def _own_range(low: float, high: float, *, is_float: bool) -> ValueRange:
    if is_float and low >= 0 and _LEAST_WHITE < high <= 1:
        return ValueRange(0.0, 1.0)
    return _from_to(low, high)


def _from_to(low: float, high: float) -> ValueRange:
    # A sum with a very large number is that number again.
    return ValueRange(low, high if high > low else low + max(1.0, abs(low) * 2.0**-20))


def _outliers(extent: _Extent) -> Iterator[str]:
    """Tell of a range that follows from a few values far away from all others."""
    first, last = extent.bulk
    if last - first < _LEAST_BULK * extent.range.width and last > first:
        yield (
            f"Nearly all of these values lie within {ValueRange(first, last).rounded}: a few far "
            "away from them decide what black and white are. Say --range LOW..HIGH to cut them off."
        )


def _require_within_type(name: str, extent: _Extent) -> None:
    if np.dtype(name).kind == "f" and not dtype_range(name).holds(extent.low, extent.high):
        raise DataError(
            f"--range dtype takes floating point to lie in 0..1, and {name} images hold values "
            f"{_ends(extent)}. Give --range data, or black and white as LOW..HIGH."
        )


def _warn_of(name: str, used: ValueRange, learned: ValueRange | None) -> Iterator[str]:
    if learned is not None and learned != used:
        yield (
            f"The model learned {name} images whose black and white are {learned.rounded}, and "
            f"these are scaled by {used.rounded}: results may be worse. Say --range {learned} if "
            "it is that."
        )


def _ends(extent: _Extent) -> str:
    return f"from {extent.low:,.7g} to {extent.high:,.7g}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
