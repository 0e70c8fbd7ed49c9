"""Where printed lines go: results to standard output, the story to standard error."""

import sys
from collections.abc import Callable, Iterable, Mapping

from rich.console import Console
from rich.table import Table

from hourglass.records import left_out_line

# Wide enough for the widest table where nobody has set a width, as in a pipe or a file.
_WIDTH_OF_A_FILE = 120


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
    return lambda line: errors().print(line, markup=False, highlight=False, soft_wrap=True)


def print_line(line: str) -> None:
    """Print one line of a result as it is."""
    results().print(line, markup=False, highlight=False, soft_wrap=True)


def print_left_out(counts: Mapping[str, int]) -> None:
    """Print what a listing of image files did not take, if there is anything."""
    if line := left_out_line(counts):
        print_line(line)


def print_json(text: bytes) -> None:
    """Print a record as JSON."""
    sys.stdout.write(text.decode())


def print_table(title: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print a table whose first column is text and whose others are numbers or short words."""
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    for row in rows:
        table.add_row(*row)
    results().print(table, markup=False, highlight=False)


def _console(stream: object) -> Console:
    width = None if getattr(stream, "isatty", bool)() else _WIDTH_OF_A_FILE
    return Console(file=stream, width=width)  # type: ignore[arg-type]
