"""What can go wrong, in the user's words.

::

    HourglassError
    ├── ConfigurationError   a value, name or key that cannot be (also a ValueError)
    │   └── DriftError       a run that would go on with other libraries or on another machine
    ├── MissingPathError     a path that is not there (also a FileNotFoundError)
    ├── OutputExistsError    a path that is there and must not be (also a FileExistsError)
    ├── DataError            files or arrays that are not images as promised (also a ValueError)
    │   └── ImageShapeError  axes or sizes that do not fit
    ├── ModelFileError       a model file that is damaged or not one (also a ValueError)
    ├── FetchError           data that could not be had (also an OSError)
    ├── WriteError           output that could not be written (also an OSError)
    │   └── TargetError      one file of the output, for a reason that others may not share
    ├── DivergenceError      a training whose loss is no longer a number (also an ArithmeticError)
    ├── CollapseError        a training that ended with a network that learned nothing
    ├── BusyError            a run that another process is working on
    ├── PartialError         a batch of files of which some failed
    └── BackendError         no Keras backend to compute with (also an ImportError)

Messages name files and classes of strangers, so each is one line of printable text (``printable``).
"""

import math
import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

# Control characters, line breaks, surrogates, invisible format characters, and the letters that
# fill a place with nothing. Arabic signs that Unicode counts as format characters are visible.
_UNPRINTABLE: Final = (
    "\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001-\U000e007f"
)
# The joiners of Persian, Hindi and of families of emoji stay where they join such letters.
_VISIBLE: Final = f"[^\x00-\x7f{_UNPRINTABLE}]"
_TO_ESCAPE: Final = re.compile(
    f"(?P<bytes>[\udc80-\udcff]+)|(?<={_VISIBLE})(?P<joiner>[\u200c\u200d])(?={_VISIBLE})"
    f"|[{_UNPRINTABLE}]"
)
_SHORT: Final = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}


class HourglassError(Exception):
    """Root of every error that Hourglass raises on purpose."""

    def __str__(self) -> str:
        """Return the message as one printable line."""
        return printable(super().__str__())


class ConfigurationError(HourglassError, ValueError):
    """A value, name or key that Hourglass cannot work with."""


class DriftError(ConfigurationError):
    """A run that would go on with other libraries, or on another machine, than it was begun."""


class MissingPathError(HourglassError, FileNotFoundError):
    """A path that was asked for and does not exist."""


class OutputExistsError(HourglassError, FileExistsError):
    """A path that would be written and exists already."""


class DataError(HourglassError, ValueError):
    """Files or arrays that do not hold images as promised."""


class ImageShapeError(DataError):
    """Images whose axes or sizes do not fit."""


class ModelFileError(HourglassError, ValueError):
    """A model file that is damaged, or not a model file."""


class FetchError(HourglassError, OSError):
    """A data set that could neither be found nor fetched."""


class WriteError(HourglassError, OSError):
    """Output that could not be written."""


class TargetError(WriteError):
    """A file of the output that cannot be written under its name; others may well be."""


class DivergenceError(HourglassError, ArithmeticError):
    """A training whose loss is no longer a finite number."""


class CollapseError(HourglassError):
    """A training that ended with a network that answers every image with the same one."""


class BusyError(HourglassError):
    """A run that another process is working on."""


class PartialError(HourglassError):
    """Some files of a batch failed; the others are done."""


class BackendError(HourglassError, ImportError):
    """No Keras backend is installed."""


def require_positive(name: str, value: float) -> float:
    """Return ``value`` if it is a finite number above zero.

    Raises
    ------
    ConfigurationError
        If it is not.
    """
    if not (math.isfinite(value) and value > 0):
        raise ConfigurationError(f"{name} must be a number above 0; {value} was given.")
    return value


def require_not_negative(name: str, value: float) -> float:
    """Return ``value`` if it is a finite number, zero or more.

    Raises
    ------
    ConfigurationError
        If it is not.
    """
    if not (math.isfinite(value) and value >= 0):
        raise ConfigurationError(f"{name} must be 0 or more; {value} was given.")
    return value


def require_fraction(name: str, value: float) -> float:
    """Return ``value`` if it lies in [0, 1].

    Raises
    ------
    ConfigurationError
        If it does not.
    """
    if not 0.0 <= value <= 1.0:
        raise ConfigurationError(f"{name} must lie between 0 and 1; {value} was given.")
    return value


def require_known(name: str, value: str, known: Iterable[str]) -> str:
    """Return ``value`` if it is one of ``known``; else name the choices and the nearest.

    Raises
    ------
    ConfigurationError
        If it is not.
    """
    choices = sorted(known)
    if value in choices:
        return value
    raise ConfigurationError(
        f"{name} {value!r} is not known.{nearest(value, choices)} There is: {', '.join(choices)}."
    )


def nearest(word: str, choices: Iterable[str]) -> str:
    """Return a question that offers the choice nearest to ``word``, or nothing."""
    near = get_close_matches(word, list(choices), n=1, cutoff=0.5)
    return f" Did you mean {near[0]!r}?" if near else ""


def printable(text: str) -> str:
    r"""Return a name or a text from elsewhere as one line that is shown and does nothing else.

    What a terminal or a table would obey, hide or break at is escaped as Python writes it, such
    as ``\x1b`` or ``\u202e``. A byte that is not UTF-8 becomes ``\xff``. All other text stays as it
    is, backslashes too: the result is for reading, and files keep the names that they have.
    Escaping twice is escaping once.

    Examples
    --------
    >>> print(printable("two lines\n.png"), printable(r"C:\data"))
    two lines\n.png C:\data
    """
    if text.isascii() and text.isprintable():
        return text
    return _TO_ESCAPE.sub(_escaped, text)


def printable_lines(text: str) -> str:
    """Return a text of several lines with each line as ``printable`` returns it."""
    return "\n".join(map(printable, text.split("\n")))


def escape(character: str) -> str:
    """Return a character in ASCII, as ``printable`` writes those that it escapes."""
    code = ord(character)
    if code < 0x80:
        return _SHORT.get(character) or f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _escaped(found: re.Match[str]) -> str:
    if found["joiner"]:
        return found["joiner"]
    if found["bytes"]:
        # How Python keeps bytes that its locale cannot decode: they may be UTF-8 all the same.
        content = bytes(ord(letter) - 0xDC00 for letter in found["bytes"])
        return printable(content.decode("utf-8", "backslashreplace"))
    return escape(found[0])
