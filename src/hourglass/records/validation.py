"""The door of the records: text and mappings come in checked, or not at all."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Final, TypeVar, cast

import pydantic_core
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, PydanticSerializationError

from hourglass.errors import ConfigurationError, nearest, printable

Record = TypeVar("Record")

# What reads and writes records of a kind takes longer to make than to use.
_adapter: Final[Callable[[Any], TypeAdapter[Any]]] = cache(TypeAdapter)


def checked(
    kind: type[Record],
    values: Mapping[str, Any],
    source: str,
    *,
    unseen: Collection[str] = (),
    short: str = "",
) -> Record:
    """Build a record from a mapping and name everything that is wrong at once.

    Parameters
    ----------
    kind
        The record's class.
    values
        What the fields should be.
    source
        Where the values come from, for the error: ``experiment.toml``, ``the command line``.
    unseen
        Tables that the user did not write, left out of the keys that an error names.
    short
        A key that is accepted before this door and turned into another one, offered with the
        rest where a key is misspelt.

    Raises
    ------
    ConfigurationError
        If a key is unknown (the nearest is offered) or a value does not fit.
    """
    try:
        return cast(Record, _adapter(kind).validate_python(dict(values)))
    except ValidationError as error:
        raise _configuration_error(error, kind, source, unseen, short) from error


def to_json(record: object) -> bytes:
    """Return a record as indented JSON.

    JSON is Unicode: a name that has other bytes is written as ``printable`` shows it.
    """
    adapter = _adapter(type(record))
    try:
        return adapter.dump_json(record, indent=2) + b"\n"
    except PydanticSerializationError:
        content = _as_unicode(adapter.dump_python(record))
        return pydantic_core.to_json(content, indent=2, inf_nan_mode="null") + b"\n"


def from_json(
    kind: type[Record], text: bytes, source: str, *, strict: bool | None = None
) -> Record:
    """Build a record from JSON.

    Parameters
    ----------
    kind
        The record's class.
    text
        What is read.
    source
        Where it comes from, for the error.
    strict
        Whether a number in quotes is a text, and 1 no truth value; by default what can be read
        as the right type is taken.

    Raises
    ------
    ConfigurationError
        If the text is not JSON, a key is unknown or a value does not fit.
    """
    try:
        return cast(Record, _adapter(kind).validate_json(text, strict=strict))
    except ValidationError as error:
        raise _configuration_error(error, kind, source) from error


def _configuration_error(
    error: ValidationError,
    kind: type[Any],
    source: str,
    unseen: Collection[str] = (),
    short: str = "",
) -> ConfigurationError:
    known = [short, *_keys(kind)]
    lines = [_sentence(detail, known, unseen) for detail in error.errors(include_url=False)]
    return ConfigurationError(f"{source}: {' '.join(lines)}")


def _sentence(detail: ErrorDetails, known: Iterable[str], unseen: Collection[str]) -> str:
    path = ".".join(str(part) for part in detail["loc"] if part not in unseen) or "the whole"
    given = detail["input"]
    if detail["type"] == "unexpected_keyword_argument":
        return f"{path!r} is not a key.{nearest(path, known)}"
    if detail["type"] == "literal_error":
        choices = re.findall(r"'([^']*)'", detail["ctx"]["expected"])
        question = nearest(str(given), choices)
        return f"{path} {given!r} is not known.{question} There is: {', '.join(choices)}."
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    message = detail["msg"].removeprefix("Input ")
    return f"{path} {message[0].lower()}{message[1:]}; {given!r} was given."


def _as_unicode(content: Any) -> Any:
    """Return what JSON holds with each text printable that is none in Unicode."""
    if isinstance(content, dict):
        return {_as_unicode(key): _as_unicode(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return list(map(_as_unicode, content))
    if isinstance(content, str) and any("\ud800" <= letter <= "\udfff" for letter in content):
        return printable(content)
    return content


def _keys(kind: type[Any]) -> Iterable[str]:
    for field in fields(kind):
        yield field.name
        if is_dataclass(field.type):
            yield from _keys(cast(type, field.type))
