"""What black and white are in the numbers of an image."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Final, Literal

import numpy as np
from pydantic import StringConstraints

from hourglass.errors import ConfigurationError

#: ``data``, ``dtype`` or ``LOW..HIGH``; see ``parse_range``.
RangeOption = Annotated[str, StringConstraints(max_length=100)]

#: Types of values that images are read from.
NumberType = Annotated[
    str, StringConstraints(pattern=r"\A(?:u?int(?:8|16|32|64)|float(?:16|32|64))\z")
]

_NUMBER: Final = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_SPELLED: Final = re.compile(rf"({_NUMBER})\.\.({_NUMBER})")


@dataclass(frozen=True, slots=True)
class ValueRange:
    """The numbers that stand for black and white.

    Attributes
    ----------
    low, high
        Black and white: finite, and ``high`` above ``low``.

    Raises
    ------
    ConfigurationError
        If they are not.

    Examples
    --------
    >>> str(ValueRange(0, 4095)), str(ValueRange(-1000.5, 3e6))
    ('0..4095', '-1000.5..3000000')
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    low: float
    high: float

    def __post_init__(self) -> None:
        finite = math.isfinite(self.low) and math.isfinite(self.high)
        if not (finite and self.low < self.high and math.isfinite(self.high - self.low)):
            raise ConfigurationError(
                f"A range goes from a lower to a higher number, such as 0..4095; {self.low:g} to "
                f"{self.high:g} was given."
            )

    def __str__(self) -> str:
        """Return the range as it is spelled on the command line."""
        return f"{_number(self.low)}..{_number(self.high)}"

    @property
    def rounded(self) -> str:
        """The range to read: fractions have the digits that single precision holds."""
        return "..".join(
            _number(end) if end == int(end) else f"{end:.7g}" for end in (self.low, self.high)
        )

    @property
    def width(self) -> float:
        """The distance from black to white."""
        return self.high - self.low

    def holds(self, low: float, high: float) -> bool:
        """Tell whether values from ``low`` to ``high`` all lie within."""
        return self.low <= low and high <= self.high


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueRanges:
    """What black and white are in a set of image files.

    Attributes
    ----------
    by_type
        By the type of their values; types that are not here have ``dtype_range``.
    own
        Of single files, by what they were added as.
    """

    by_type: Mapping[str, ValueRange] = field(default_factory=dict)
    own: Mapping[Any, ValueRange] = field(default_factory=dict)

    @property
    def known(self) -> tuple[ValueRange, ...]:
        """All of them, those of types first."""
        return (*self.by_type.values(), *self.own.values())

    def of(self, dtype: str, file: object = None) -> ValueRange | None:
        """Return the range of a file's values, ``None`` for that of their type."""
        # Mostly no file has its own, and looking up a path takes a while.
        return (self.own.get(file) if self.own else None) or self.by_type.get(dtype)


def parse_range(text: str) -> Literal["data", "dtype"] | ValueRange:
    """Return what a user said of black and white.

    Parameters
    ----------
    text
        ``data``: the least and the greatest value of all images. ``dtype``: the ends of the type
        of the values, 0 and 1 for floating point. ``LOW..HIGH``: these numbers.

    Raises
    ------
    ConfigurationError
        If it is none of these.
    """
    found = _SPELLED.fullmatch(text.strip())
    if found:
        return ValueRange(float(found[1]), float(found[2]))
    if text == "data":
        return "data"
    if text == "dtype":
        return "dtype"
    raise ConfigurationError(
        f"range is data, dtype or LOW..HIGH, such as 0..4095 or -1000..3000; {text!r} was given."
    )


def dtype_range(dtype: np.dtype[Any] | str) -> ValueRange:
    """Return black and white of a type: its ends, 0 and 1 for floating point.

    Examples
    --------
    >>> str(dtype_range("uint8")), str(dtype_range("float32"))
    ('0..255', '0..1')
    """
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        return ValueRange(0.0, 1.0)
    ends = np.iinfo(dtype)
    return ValueRange(float(ends.min), float(ends.max))


def _number(value: float) -> str:
    return f"{int(value)}" if value == int(value) and abs(value) < 1e15 else f"{value!r}"
