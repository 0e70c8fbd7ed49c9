"""Finding what black and white are where the type of the values does not say it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, final

import numpy as np

from hourglass.records import (
    RangeOption,
    ValueRange,
    ValueRanges,
    dtype_range,
    parse_range,
)

# The whites of cameras that keep fewer bits than their files, and those bits.
_WHITES: Final = {255: 8, 1_023: 10, 4_095: 12, 16_383: 14}
# A file that spans less than this share of all files' range would be all but flat to a network,
# whose errors are as large.
_LEAST_SHARE: Final = 0.01
# Floating point within 0 and 1 is believed to mean just that, unless it is almost black.
_LEAST_WHITE: Final = 1 / 16


@dataclass(slots=True)
class _Extent:
    """The values of one type: over all images, and the ends of each file."""

    low: float = np.inf
    high: float = -np.inf
    images: int = 0
    told: set[ValueRange | None] = field(default_factory=set)
    files: dict[Any, tuple[float, float]] = field(default_factory=dict)

    def add(self, low: float, high: float, told: ValueRange | None, file: object) -> None:
        self.low, self.high = min(self.low, low), max(self.high, high)
        self.images += 1
        self.told.add(told)
        before = self.files.get(file, (low, high))
        self.files[file] = min(before[0], low), max(before[1], high)

    @property
    def range(self) -> ValueRange:
        """From the least to the greatest value; of a constant, one further."""
        return ValueRange(self.low, self.high if self.high > self.low else self.low + 1)

    @property
    def counted(self) -> str:
        return f"{len(self.files):,} file{'s' if len(self.files) > 1 else ''}"


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

    Examples
    --------
    >>> scan = RangeScan()
    >>> scan.add(np.dtype("uint16"), 0, 3900)
    >>> ranges, lines = scan.ranges()
    >>> str(ranges.of("uint16"))
    '0..4095'
    """

    def __init__(
        self,
        option: RangeOption | None = None,
        learned: Mapping[str, ValueRange] = MappingProxyType({}),
    ) -> None:
        self.option = None if option is None else parse_range(option)
        self._learned = learned
        self._extents: defaultdict[str, _Extent] = defaultdict(_Extent)
        self._asked: set[str] = set()

    def settled(self, dtype: np.dtype[Any]) -> bool:
        """Tell whether no further image can change the range of a type."""
        self._asked.add(dtype.name)
        if self.option is not None:
            return self.option != "data"
        if dtype == np.uint8:
            return True
        return dtype == np.uint16 and self._extents[dtype.name].high > max(_WHITES)

    def add(
        self,
        dtype: np.dtype[Any],
        low: float,
        high: float,
        told: ValueRange | None = None,
        file: object = None,
    ) -> None:
        """Take note of an image or a frame.

        Parameters
        ----------
        dtype
            Type of its values.
        low, high
            The least and the greatest of them, finite.
        told
            What its file says of black and white.
        file
            What the file is known by: frames of one file share a range.
        """
        self._asked.add(dtype.name)
        self._extents[dtype.name].add(float(low), float(high), told, file)

    def ranges(self) -> tuple[ValueRanges, tuple[str, ...]]:
        """Return what black and white are, and a line for each guess."""
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
        extent, learned = self._extents.get(name), self._learned
        if isinstance(self.option, ValueRange):
            return self.option, {}, list(_warn_of(name, self.option, learned.get(name)))
        if self.option == "dtype" or extent is None:
            return None, {}, []
        if self.option == "data":
            line = f"Black and white of {name} images are their least and greatest value"
            return extent.range, {}, [f"{line}, {_shown(extent.range)}."]
        return _found(name, extent, learned, "uint8" in self._asked)


def outside_line(outside: int, files: int, value_range: str) -> str | None:
    """Tell how many values lie outside of what was taken for black and white; nothing for none."""
    if not outside:
        return None
    return (
        f"{outside:,} values of {files:,} file{'s' if files > 1 else ''} lie outside of "
        f"{value_range} and count as black or white."
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
            line = f"Black and white of {name} images are {widest}, as their files say."
            return widest, {}, [line, *_warn_of(name, widest, learned.get(name))]
    fitting = _learned_range(name, extent, learned)
    if fitting is not None:
        line = f"Black and white of {name} images are {fitting}, as the model learned them."
        return fitting, {}, [line]
    found, single, lines = _guessed(name, extent, beside_bytes)
    return found, single, [*lines, *_warn_of(name, found or dtype_range(name), learned.get(name))]


def _learned_range(
    name: str, extent: _Extent, learned: Mapping[str, ValueRange]
) -> ValueRange | None:
    """Return what a model learned, if these images can be of the same kind."""
    ranges: list[ValueRange | None] = [learned.get(name), *learned.values()]
    for one in ranges:
        if one is not None and one.holds(extent.low, extent.high):
            # Of another type they have to use the range, or it is none of theirs.
            spread = (extent.high - extent.low) / one.width
            if name in learned or spread > _LEAST_WHITE:
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
        if beside_bytes:
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
    flat = {
        file: ends
        for file, ends in extent.files.items()
        if ends[1] - ends[0] < _LEAST_SHARE * extent.range.width
    }
    if len(flat) == len(extent.files):
        flat = {}
    lines = [
        f"Black and white of {extent.counted} of {name} are their least and greatest value, "
        f"{_shown(extent.range)}. Say --range LOW..HIGH if they are others."
    ]
    own = {file: _own_range(ends, is_float) for file, ends in flat.items()}
    if own:
        lines.append(
            f"Scaled by {'its' if len(own) == 1 else 'their'} own values"
            f"{', or 0 to 1 where these lie within' if is_float else ''}: {len(own):,} of them, "
            "which would be all but flat in that range."
        )
    return extent.range, own, lines


def _shown(value_range: ValueRange) -> str:
    return f"{value_range.low:g} to {value_range.high:g}"


def _own_range(ends: tuple[float, float], is_float: bool) -> ValueRange:
    low, high = ends
    if is_float and low >= 0 and _LEAST_WHITE < high <= 1:
        return ValueRange(0.0, 1.0)
    return ValueRange(low, high if high > low else low + 1)


def _warn_of(name: str, used: ValueRange, learned: ValueRange | None) -> Iterator[str]:
    if learned is not None and learned != used:
        yield (
            f"The model learned {name} images whose black and white are {learned}, and these are "
            f"scaled by {used}: results may be worse. Say --range {learned} if it is that."
        )
