"""Finding what black and white are where the type of the values does not say it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError
from hourglass.records import RangeOption, ValueRange, ValueRanges, dtype_range, parse_range

# The whites of cameras that keep fewer bits than their files, and those bits.
_WHITES: Final = {255: 8, 1_023: 10, 4_095: 12, 16_383: 14}
# A file that spans less than this share of all files' range would be all but flat to a network,
# whose errors are as large.
_LEAST_SHARE: Final = 0.01
# Floating point within 0 and 1 is believed to mean just that, unless it is almost black.
_LEAST_WHITE: Final = 1 / 16
# Values may go beyond what a model learned by this share of it: a brighter image of the same
# instrument is no reason to scale all images otherwise.
_MOST_BEYOND: Final = 0.5


@dataclass(slots=True)
class _Extent:
    """The values of one type: over all images, and the ends of each file that was named."""

    low: float = np.inf
    high: float = -np.inf
    images: int = 0
    told: set[ValueRange | None] = field(default_factory=set)
    files: dict[Any, tuple[float, float]] = field(default_factory=dict)
    outside: int = 0
    images_outside: int = 0

    def add(self, low: float, high: float, told: ValueRange | None, file: object) -> None:
        self.low, self.high = min(self.low, low), max(self.high, high)
        self.told.add(told)
        if file is not None:
            before = self.files.get(file, (low, high))
            self.files[file] = min(before[0], low), max(before[1], high)

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
    within 0 and 1 has these, everything else its least and its greatest value over all images.

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
    >>> scan.add(np.dtype("uint16"), 0, 3900)
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
        self._extents: defaultdict[str, _Extent] = defaultdict(_Extent)
        self._asked: set[str] = set()

    def settled(self, dtype: np.dtype[Any]) -> bool:
        """Tell whether no further image can change the range of a type."""
        self._asked.add(dtype.name)
        if self._option is not None:
            # The ends of floating point are refused where values lie outside of them.
            return self._option != "data" and (self.given is not None or dtype.kind != "f")
        if dtype == np.uint8:
            return True
        extent = self._extents.get(dtype.name)
        return dtype == np.uint16 and extent is not None and extent.high > self._highest_white

    @property
    def _highest_white(self) -> float:
        """Where a value of 16 bits is above this, no other can make their white a lower one."""
        beyond = [one.high + _MOST_BEYOND * one.width for one in self._learned.values()]
        return max([*_WHITES, *beyond])

    def knows(self, dtype: np.dtype[Any]) -> bool:
        """Tell whether black and white of a type do not have to be guessed."""
        return self._option is not None or dtype.name in self._learned

    def add(
        self,
        dtype: np.dtype[Any],
        low: float,
        high: float,
        told: ValueRange | None = None,
        file: object = None,
        *,
        images: int = 1,
        outside: int = 0,
    ) -> None:
        """Take note of an image, a frame or an array of images.

        Parameters
        ----------
        dtype
            Type of its values.
        low, high
            The least and the greatest of them, finite.
        told
            What its file says of black and white.
        file
            What the file is known by: frames of one file share a range. Only files that are named
            may get a range of their own.
        images
            How many images these are.
        outside
            How many of its values lie outside of ``given``.
        """
        self._asked.add(dtype.name)
        extent = self._extents[dtype.name]
        extent.add(float(low), float(high), told, file)
        extent.images += images
        extent.outside += outside
        extent.images_outside += images if outside else 0

    def add_array(self, pixels: NDArray[Any], told: ValueRange | None = None) -> None:
        """Take note of images in one array, shape (images, ...), whose values are finite."""
        outside = 0 if self.given is None else count_outside(pixels, self.given)
        low, high = float(pixels.min()), float(pixels.max())
        self.add(pixels.dtype, low, high, told, images=len(pixels), outside=outside)

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
        for name in sorted(self._asked):
            found, single, told = self._of_type(name)
            lines += told
            own |= single
            if found is not None and found != dtype_range(name):
                by_type[name] = found
        return ValueRanges(by_type=by_type, own=own), tuple(lines)

    def _of_type(self, name: str) -> tuple[ValueRange | None, dict[Any, ValueRange], list[str]]:
        extent, learned = self._extents.get(name), self._learned.get(name)
        if self.given is not None:
            outside = (extent.outside, extent.images_outside) if extent is not None else (0, 0)
            lines = [outside_line(*outside, self.given), *_warn_of(name, self.given, learned)]
            return self.given, {}, [line for line in lines if line is not None]
        if extent is None:
            return None, {}, []
        if self._option == "dtype":
            _require_within_type(name, extent)
            return None, {}, []
        if self._option == "data":
            line = f"Black and white of {name} images are their least and greatest value, "
            warning = _warn_of(name, extent.range, learned)
            return extent.range, {}, [f"{line}{extent.range.rounded}.", *warning]
        return _found(name, extent, self._learned)


def finite_ends(values: NDArray[Any]) -> tuple[float, float]:
    """Return the least and the greatest value of an image.

    Raises
    ------
    DataError
        If one is no finite number, or too large for single precision; the message is the reason
        alone.
    """
    low, high = float(values.min()), float(values.max())
    # NaN spreads to both ends and infinity is one of them, so finite ends mean finite values.
    if not (np.isfinite(low) and np.isfinite(high)):
        missing, infinite = np.isnan(values).sum(), np.isinf(values).sum()
        counts = (
            f"{missing:,} of its values are NaN" if missing else "",
            f"{infinite:,} {'' if missing else 'of its values '}are infinite" if infinite else "",
        )
        raise DataError(" and ".join(filter(None, counts)))
    if max(-low, high) > np.finfo(np.float32).max:
        raise DataError(f"its values go from {low:g} to {high:g}, beyond single precision")
    return low, high


def count_outside(values: NDArray[Any], value_range: ValueRange) -> int:
    """Return how many values lie outside of a range."""
    # Their least and greatest, which are soon found, mostly say that none does.
    if values.size == 0 or value_range.holds(float(values.min()), float(values.max())):
        return 0
    low, high = value_range.low, value_range.high
    # A number beyond the ends of the type must not be cast to it.
    below, above = (np.count_nonzero(outer) for outer in (values < low, values > high))
    return int(below + above)


def outside_line(outside: int, images: int, value_range: ValueRange) -> str | None:
    """Tell how many values lie outside of what was taken for black and white; nothing for none."""
    if not outside:
        return None
    return (
        f"{_counted(outside, 'value')} of {_counted(images, 'image')} lie outside of "
        f"{value_range.rounded} and count as black or white."
    )


def _found(
    name: str, extent: _Extent, learned: Mapping[str, ValueRange]
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
            line += (
                f" Some values lie outside, {_ends(extent)} in all, and count as black or white."
            )
        return fitting, {}, [line]
    found, single, lines = _guessed(name, extent)
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
    name: str, extent: _Extent
) -> tuple[ValueRange | None, dict[Any, ValueRange], list[str]]:
    if name == "uint8":
        return None, {}, []
    if name == "uint16":
        white = next((white for white in _WHITES if extent.high <= white), None)
        if white is None or extent.high == 0:
            return None, {}, []
        return (
            ValueRange(0, white),
            {},
            [
                f"No value of {extent.counted} of 16 bits exceeds {extent.high:,.0f}, so white is "
                f"taken to be {white:,} ({_WHITES[white]} bits). Say --range dtype if it is 65,535."
            ],
        )
    unit = ValueRange(0.0, 1.0)
    is_float = np.dtype(name).kind == "f"
    is_black = _LEAST_WHITE >= extent.high > 0
    if is_float and unit.holds(extent.low, extent.high) and not is_black:
        return None, {}, []
    flat = {
        file: ends
        for file, ends in extent.files.items()
        if ends[1] - ends[0] < _LEAST_SHARE * extent.range.width
    }
    if len(flat) == len(extent.files):
        flat = {}
    lines = [
        f"Black and white of {extent.counted} of {name} are their least and greatest value, "
        f"{extent.range.rounded}. Say --range LOW..HIGH if they are others."
    ]
    own = {file: _own_range(ends, is_float) for file, ends in flat.items()}
    if own:
        lines.append(
            f"{len(own):,} of them span less than a hundredth of that; each of those is scaled by "
            f"its own values{', or 0..1 where they lie within' if is_float else ''}."
        )
    return extent.range, own, lines


def _own_range(ends: tuple[float, float], is_float: bool) -> ValueRange:
    low, high = ends
    if is_float and low >= 0 and _LEAST_WHITE < high <= 1:
        return ValueRange(0.0, 1.0)
    return _from_to(low, high)


def _from_to(low: float, high: float) -> ValueRange:
    # A sum with a very large number is that number again.
    return ValueRange(low, high if high > low else low + max(1.0, abs(low) * 2.0**-20))


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
    return f"from {extent.low:,.10g} to {extent.high:,.10g}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
