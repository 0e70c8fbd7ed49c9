"""JSON of strangers: read within bounds, or refused with the reason.

The JSON of the standard library takes the last of two equal keys, names for numbers that are none,
and any depth until it runs out of stack; none of that stands in a file of ours.
"""

import json
import math
import re
from typing import Any, Final, NoReturn

from hourglass.errors import ModelFileError

_MOST_DEPTH: Final = 12
# A description has some 80 entries in one table, the header of the deepest network some 300.
_MOST_ENTRIES: Final = 4096
_MOST_CHARACTERS: Final = 2000
# Seeds are the largest numbers; they have 64 bits.
_MOST_DIGITS: Final = 20
# Nothing is remembered to go back to: a long text would take a hundred times its length.
_STRING: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)


def parse_json(content: bytes, where: str) -> dict[str, Any]:
    """Return the object that a text holds.

    Parameters
    ----------
    content
        UTF-8 without a byte order mark. Its length is the caller's to bound.
    where
        What is read, for the error.

    Raises
    ------
    ModelFileError
        If it is not one JSON object; is nested deeper than 12 levels; has a key twice, more than
        4,096 entries in one place, a text of more than 2,000 characters or with characters that
        cannot be shown, a number of more than 20 digits or none that is finite.
    """
    try:
        _require_shallow(content)
        value = json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_no_number,
            parse_int=_integer,
            parse_float=_number,
        )
        _require_bounded(value)
    except (ValueError, RecursionError) as error:
        raise ModelFileError(
            f"{where} is not JSON as Hourglass writes it: {_reason(error)}. It is damaged, or not "
            "a model of Hourglass."
        ) from error
    if not isinstance(value, dict):
        raise ModelFileError(
            f"{where} must hold a JSON object; it holds a {type(value).__name__}. It is damaged, "
            "or not a model of Hourglass."
        )
    return value


def _require_shallow(content: bytes) -> None:
    """Refuse deep nesting before anything follows it down."""
    depth = 0
    for mark in re.finditer(rb"[\[\]{}]", _STRING.sub(b"", content)):
        depth += 1 if mark[0] in b"[{" else -1
        if depth > _MOST_DEPTH:
            raise ValueError(f"it is nested deeper than {_MOST_DEPTH} levels")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {_shown(twice)} stands there twice")
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _integer(digits: str) -> int:
    _require_digits(digits)
    return int(digits)


def _number(digits: str) -> float:
    _require_digits(digits.partition("e")[0].partition("E")[0].replace(".", "", 1))
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"{digits} is too large for a number")
    return value


def _require_digits(digits: str) -> None:
    if len(digits.lstrip("-")) > _MOST_DIGITS:
        raise ValueError(f"a number has more than {_MOST_DIGITS} digits")


def _require_bounded(value: Any) -> None:
    """Refuse long containers, long texts, and texts that would not be what they look like."""
    if isinstance(value, str):
        _require_plain(value)
    elif isinstance(value, dict | list):
        if len(value) > _MOST_ENTRIES:
            raise ValueError(f"there are {len(value):,} entries in one place")
        for entry in value:
            _require_bounded(entry)
        if isinstance(value, dict):
            for entry in value.values():
                _require_bounded(entry)


def _require_plain(text: str) -> None:
    if len(text) > _MOST_CHARACTERS:
        raise ValueError(f"a text has {len(text):,} characters")
    if not text.isprintable():
        raise ValueError(f"the text {_shown(text)} has characters that cannot be shown")


def _shown(text: str) -> str:
    return ascii(text[:40])


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start} is not UTF-8"
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    return str(error).removesuffix(".")
