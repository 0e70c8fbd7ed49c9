"""Reading the files of a run, or saying which one cannot be read."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from hourglass.errors import ConfigurationError, DataError
from hourglass.records import from_json

Record = TypeVar("Record")


def read_json(kind: type[Record], path: Path) -> Record:
    """Read a record from its file.

    Raises
    ------
    DataError
        If the file cannot be read, or does not hold such a record.
    """
    try:
        with reading(path):
            content = path.read_bytes()
        return from_json(kind, content, str(path))
    except ConfigurationError as error:
        raise DataError(str(error)) from error


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Say which file could not be read, and why.

    Raises
    ------
    DataError
        If something in the block cannot be read.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DataError(f"{path} cannot be read: {reason}. Check its permissions.") from error
