"""How numbers and names are written, in drawings and in the report."""

import math
from collections.abc import Sequence
from typing import Final

from hourglass.errors import printable

_THIN_SPACE: Final = "\u202f"
_MINUS: Final = "\u2212"
NOTHING: Final = "\u2013"


def format_mse(value: float) -> str:
    """Return a mean squared error of pixels in [0, 1]: ``0.00431``."""
    return _fixed(value, 5)


def format_decibel(value: float) -> str:
    """Return a level in dB, without the unit: ``23.66``."""
    return _fixed(value, 2)


def format_gain(value: float | None) -> str:
    """Return a difference in dB with its sign, without the unit: ``+2.47``."""
    if value is None or math.isnan(value):
        return NOTHING
    return f"+{_fixed(value, 2)}" if value >= 0.005 else _fixed(value, 2)


def format_nats(value: float) -> str:
    """Return an amount of information in nats, without the unit: ``11.62``."""
    return _fixed(value, 2)


def format_number(value: float) -> str:
    """Return a number that has no unit: ``−1.834``."""
    return _fixed(value, 3)


def format_ssim(value: float) -> str:
    """Return a structural similarity: ``0.874``."""
    return _fixed(value, 3)


def format_share(value: float) -> str:
    """Return a share between 0 and 1, such as an accuracy: ``0.9253``."""
    return _fixed(value, 4)


def format_percent(value: float | None) -> str:
    """Return a share of images in percent, or nothing: ``94.12 %``."""
    return NOTHING if value is None or math.isnan(value) else f"{100 * value:.2f}{_THIN_SPACE}%"


def format_count(value: float) -> str:
    """Return a number of things, thousands set apart by a thin space."""
    return f"{round(value):,}".replace(",", _THIN_SPACE)


def format_seconds(value: float) -> str:
    """Return a wall time: ``8.4 s``, ``4 min 05 s`` or ``1 h 02 min``."""
    if value < 59.95:
        return f"{value:.1f} s"
    minutes, seconds = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {seconds:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{format_count(hours)} h {minutes:02d} min"


def format_shape(shape: Sequence[int | None]) -> str:
    """Return sizes without the batch axis, open ones as ``any``: ``any × any × 3``."""
    return " × ".join("any" if size is None else str(size) for size in shape)


def shortened(text: str, length: int) -> str:
    """Return ``text`` on one line, its end cut off if it is longer than ``length``."""
    line = printable(text)
    return line if len(line) <= length else f"{line[: length - 1]}…"


def _fixed(value: float, decimals: int) -> str:
    if math.isnan(value):
        return NOTHING
    text = "∞" if math.isinf(value) else f"{abs(value):.{decimals}f}"
    return f"{_MINUS}{text}" if value < 0 and text.strip("0.") else text
