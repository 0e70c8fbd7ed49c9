"""Where printed lines go: results to standard output, the story to standard error.

Names of files, classes and runs come from strangers. Whatever is printed here is printable text,
and none of it is markup, so that no command has to think of it.
"""

import codecs
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from hourglass.errors import escape, printable
from hourglass.records import left_out_line

# Wide enough for the widest table where nobody has set a width, as in a pipe or a file.
_WIDTH_OF_A_FILE: Final = 120
_ESCAPING: Final = "hourglass.escape"
_STREAMS: Final = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))
# What JSON itself leaves as it is.
_BEYOND_ASCII: Final = re.compile("[^\n\x20-\x7e]")


@final
class _PlainConsole(Console):
    """A console that prints every string, also those in tables, as one line of plain text."""

    def render_str(self, text: str, **options: Any) -> Text:
        options |= {"emoji": False, "markup": False, "highlight": False}
        return super().render_str(printable(text), **options)


def prepare_streams() -> None:
    """Open the standard streams that whoever started the process has closed, and make them robust.

    A stream that is missing would leave its number to the next file that is opened. What the
    terminal's encoding lacks is escaped, where Python would raise an error or pass bytes on.
    """
    for number, (name, mode) in enumerate(_STREAMS):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8"))
    codecs.register_error(_ESCAPING, _escaped)
    for stream in (sys.stdout, sys.stderr):
        # What stands in for them in a notebook or a test may not be reconfigured.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_ESCAPING)


def results() -> Console:
    """Return the console for what was asked for."""
    return _console(sys.stdout)


def errors() -> Console:
    """Return the console for everything else."""
    return _console(sys.stderr)


def teller(quiet: bool) -> Callable[[str], None]:
    """Return a function that tells a line of the story, or nothing."""
    if quiet:
        return lambda line: None
    return print_error


def print_error(line: str) -> None:
    """Print one line to standard error."""
    errors().print(line, soft_wrap=True)


def print_line(line: str) -> None:
    """Print one line of a result."""
    results().print(line, soft_wrap=True)


def print_lines(text: str) -> None:
    """Print a text of several lines that is all ours, such as TOML."""
    for line in text.split("\n"):
        print_line(line)


def print_left_out(counts: Mapping[str, int]) -> None:
    """Print what a listing of image files did not take, if there is anything."""
    if line := left_out_line(counts):
        print_line(line)


def print_json(text: bytes) -> None:
    """Print a record as JSON; what is not printable, or not in the encoding, is escaped."""
    sys.stdout.write(_BEYOND_ASCII.sub(_as_json, text.decode()))


def print_table(title: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print a table whose first column is text and whose others are numbers or short words."""
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        # Names are shown whole: two long ones may differ at the end.
        table.add_column(column, justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    results().print(table)


def _console(stream: object) -> Console:
    width = None if getattr(stream, "isatty", bool)() else _WIDTH_OF_A_FILE
    return _PlainConsole(file=stream, width=width)  # type: ignore[arg-type]


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(escape, error.object[error.start : error.end])), error.end


def _as_json(found: re.Match[str]) -> str:
    character, encoding = found[0], getattr(sys.stdout, "encoding", None) or "utf-8"
    if printable(character) == character:
        try:
            character.encode(encoding)
        except UnicodeEncodeError:
            pass
        else:
            return character
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[n : n + 2].hex()}" for n in range(0, len(units), 2))
