"""Keys that stand side by side: in a file, and as words of the command line."""

import codecs
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import shorten
from typing import Any, Final

from hourglass.errors import ConfigurationError, MissingPathError

# Two ways to say one thing.
_RIVALS: Final = (frozenset({"noise", "corruption"}), frozenset({"epochs", "minutes"}))


# The longer marks first: that of UTF-16 begins one of UTF-32.
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_SAVE_AS: Final = (
    "Save it as UTF-8: in Notepad under Save as, Encoding; in PowerShell with "
    "Set-Content -Encoding utf8."
)
_LONGEST_LINE: Final = 80
# A key with a text in double quotes, in which a backslash begins an escape.
_QUOTED: Final = re.compile(r'\s*(?P<key>[\w.-]+)\s*=\s*"(?!"")(?P<value>[^"]*)')
# A drive or a server with single backslashes: "C:\temp" would silently be C:, a tab and "emp".
_EATEN: Final = re.compile(r"[A-Za-z]:\\(?!\\)|\\\\[^\\]+\\(?!\\)")
# What the parser finds, and what that means to whoever wrote the file.
_MEANINGS: Final = (
    ("Invalid value", 'A value is a number, true, false, or text in quotes: data = "digits".'),
    ("Expected '='", "After a key comes =, as in epochs = 20."),
    (
        "Expected newline",
        "Something follows the value. Each key has a line of its own, and numbers have a point: "
        "0.5.",
    ),
    ("Cannot overwrite", "This key was set before. Keep one of the two."),
    ("Cannot declare", "This table is there twice. Several runs are written as [[run]]."),
    ("Unclosed array", "A list needs commas and a bracket at its end, as in units = [128, 64]."),
    ("Invalid statement", "Each line has a key, = and a value, as in epochs = 20."),
    ("Unterminated string", "A text ends with the quote that it began with, on the same line."),
    ("Illegal character", "A text ends with the quote that it began with, on the same line."),
    ('Expected "\'"', "A text ends with the quote that it began with, on the same line."),
)


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file into a mapping.

    Raises
    ------
    MissingPathError
        If there is no such file.
    ConfigurationError
        If it is a folder, cannot be read or is not TOML; what is wrong is told for people who
        write such files on Windows, too.
    """
    return parse_toml(read_toml_text(path), path)


def read_toml_text(path: Path) -> str:
    """Read a TOML file as text, without the mark that Windows puts before UTF-8.

    Raises
    ------
    MissingPathError, ConfigurationError
        As ``read_toml`` raises them.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise MissingPathError(f"There is no experiment file {path}.") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigurationError(
            f"An experiment is a TOML file; {path} cannot be read: {reason}."
        ) from error
    _require_utf8(content, path)
    # TOML breaks lines as Windows and Unix do.
    return content.removeprefix(codecs.BOM_UTF8).decode()


def parse_toml(text: str, path: Path) -> dict[str, Any]:
    """Return the mapping that the text of a TOML file says; errors are those of ``read_toml``."""
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        quoted = _QUOTED.match(line)
        if quoted and _EATEN.match(quoted["value"]):
            raise _backslash_error(path, number, quoted)
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ConfigurationError(f"{path} is not TOML: it is nested too deeply.") from error
    except tomllib.TOMLDecodeError as error:
        raise _toml_error(path, lines, str(error)) from error


def _toml_error(path: Path, lines: Sequence[str], problem: str) -> ConfigurationError:
    """Return what the parser's words mean, and where in the file."""
    found = re.search(r"line (\d+), column (\d+)\)$", problem)
    number = int(found[1]) if found else len(lines)
    line = lines[number - 1]
    quoted = _QUOTED.match(line)
    if quoted and "\\" in quoted["value"]:
        return _backslash_error(path, number, quoted)
    where = f"line {number}, column {found[2]}" if found else "its end"
    own_words = f"{problem.partition(' (at ')[0]}."
    meaning = next((text for start, text in _MEANINGS if problem.startswith(start)), own_words)
    shown = shorten(line, _LONGEST_LINE, placeholder=" …")
    return ConfigurationError(f"{path} is not TOML at {where}: `{shown}`. {meaning}")


def _require_utf8(content: bytes, path: Path) -> None:
    for mark, name in _MARKS:
        if content.startswith(mark):
            raise ConfigurationError(f"{path} is {name}. {_SAVE_AS}")
    if b"\0" in content:
        pairs = content[: len(content) // 2 * 2]
        halves = pairs[::2].count(0), pairs[1::2].count(0)
        name = "UTF-16" if max(halves) > len(pairs) // 4 else "not a text file"
        raise ConfigurationError(f"{path} is {name}. {_SAVE_AS}")
    try:
        content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start : error.start + 1]
        letter = byte.decode("cp1252", "replace")
        raise ConfigurationError(
            f"{path} is not UTF-8: line {line} has the byte 0x{byte.hex().upper()}, which is "
            f"{letter!r} in Windows' own encoding (cp1252). {_SAVE_AS}"
        ) from error


def _backslash_error(path: Path, number: int, quoted: re.Match[str]) -> ConfigurationError:
    """Return how a text with backslashes is written, by the example of the user's own."""
    key, value = quoted["key"], quoted["value"]
    server = "\\\\" if value.startswith("\\\\") else ""
    meant = server + value.removeprefix(server).replace("\\\\", "\\")
    forward = meant.replace("\\", "/")
    return ConfigurationError(
        f"{path}, line {number}: in double quotes a backslash begins an escape. Write Windows "
        f'paths with forward slashes, {key} = "{forward}", or in single quotes, '
        f"{key} = '{meant}'."
    )


def without_rivals(values: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return keys without those that exclude one of the keys given over them."""
    rivals = {key for pair in _RIVALS if given.keys() & pair for key in pair}
    return {key: value for key, value in values.items() if key not in rivals}


def option_words(name: str, value: Any) -> list[str]:
    """Return an option as it is written on the command line."""
    if value is True:
        return [f"--{name}"]
    if not isinstance(value, tuple):
        return [f"--{name}", str(value)]
    return [f"--{name}", *map(str, value)] if value else [f"--empty-{name}"]


def refuse_two_corruptions(flat: Mapping[str, Any]) -> None:
    """Refuse a noise factor beside a corruption.

    Raises
    ------
    ConfigurationError
        If both are given.
    """
    if flat.get("corruption") is not None:
        raise ConfigurationError(
            f'noise = {flat["noise"]} is short for corruption = "gaussian:{flat["noise"]}", and '
            f'corruption = "{flat["corruption"]}" was given too. Leave one of them out.'
        )
