"""Which exit code an error has, and the line that it prints."""

from typing import Final

from cyclopts import CycloptsError

from hourglass.cli import INTERRUPTED
from hourglass.errors import (
    ConfigurationError,
    DataError,
    FetchError,
    HourglassError,
    MissingPathError,
    ModelFileError,
    OutputExistsError,
    PartialError,
    WriteError,
)

_CODES: Final[tuple[tuple[type[BaseException], int], ...]] = (
    (CycloptsError, 2),
    (ConfigurationError, 2),
    (MissingPathError, 2),
    (OutputExistsError, 2),
    (PartialError, 3),
    (DataError, 65),
    (ModelFileError, 65),
    (FetchError, 69),
    (WriteError, 74),
    (HourglassError, 1),
)


def exit_code(error: BaseException) -> tuple[int, str]:
    """Return the exit code of an error and one line for standard error."""
    notes = getattr(error, "__notes__", [])
    if isinstance(error, KeyboardInterrupt):
        return 130, " ".join([INTERRUPTED, *notes])
    for kind, code in _CODES:
        if isinstance(error, kind):
            # Cyclopts breaks its lines, with what was typed in them.
            text = " ".join(str(error).split()) if kind is CycloptsError else str(error)
            return code, " ".join([text, *notes])
    if isinstance(error, OSError):
        return 74, f"Could not read or write: {error}. Check permissions and the room left."
    return 1, (
        f"{type(error).__name__}: {error} This is a fault of Hourglass; "
        "please report it with the traceback that --debug prints."
    )
