"""Tables in text, as spreadsheets and data frames write them: CSV, and with ``;`` or tabs."""

import codecs
import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

from hourglass.errors import DataError
from hourglass.images.foreign import refuse_foreign

_LONGEST_LINE: Final = 16 << 20
_SEPARATORS: Final = (",", ";", "\t")
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@contextmanager
def open_lines(path: Path) -> Iterator[Iterator[str]]:
    """Open a table and give its lines, each with its end; the mark of UTF-8 is taken off.

    Raises
    ------
    DataError
        If it is no text in UTF-8, or a line is too long for a table.
    """
    refuse_foreign(path)
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(_UTF_16) or head[1:2] == b"\0":
        raise DataError(
            f"{path} is text in UTF-16, which Windows calls Unicode, and UTF-8 was expected. Save "
            "it again as UTF-8; Excel calls that 'CSV UTF-8'."
        )
    # Line ends stay as they are: the parser of rows knows all of them, also within quotes.
    with path.open(encoding="utf-8-sig", newline="") as text:
        try:
            yield _lines(text, path)
        except UnicodeDecodeError as error:
            raise DataError(
                f"{path} is not text in UTF-8: {error.reason} at byte {error.start:,} of a part of "
                "it. Save it again as UTF-8; Excel calls that 'CSV UTF-8'."
            ) from error


def separator_of(line: str) -> str:
    """Return the comma, semicolon or tab that parts a line into the most fields."""
    return max(_SEPARATORS, key=lambda sign: len(next(csv.reader([line], delimiter=sign), [])))


def rows_of(lines: Iterator[str], path: Path) -> Iterator[list[str]]:
    """Yield the fields of each row without spaces around them, the names of the columns first.

    Raises
    ------
    DataError
        If a row has more or fewer fields than there are names, or cannot be parsed.
    """
    first = next(lines, "")
    separator = separator_of(first)

    def all_lines() -> Iterator[str]:
        yield first
        yield from lines

    reader = csv.reader(all_lines(), delimiter=separator, skipinitialspace=True)
    names: list[str] = []
    try:
        for row in reader:
            fields = [field.strip() for field in row]
            if not any(fields):
                continue
            names = names or fields
            if len(fields) != len(names):
                raise DataError(
                    f"{path}, line {reader.line_num:,}: {len(names)} fields were expected, as in "
                    f"the first line, and {len(fields)} came. Put a field that holds {separator!r} "
                    "in double quotes."
                )
            yield fields
    except csv.Error as error:
        raise DataError(f"{path}, line {reader.line_num:,}: {error}.") from error


def _lines(text: TextIO, path: Path) -> Iterator[str]:
    # A file that is no table may be one endless line.
    while line := text.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE:
            raise DataError(
                f"{path} has a line of more than {_LONGEST_LINE:,} letters, so it is no table."
            )
        yield line
