"""How long a lesson takes: quick for a test, full for results worth reading."""

import logging
import os
import sys
import tempfile
from typing import Final, TypeVar

from hourglass.errors import require_known
from hourglass.figures import use_hourglass_style

SETTING_VARIABLE: Final = "HOURGLASS_LESSONS"
_SETTINGS: Final = ("full", "quick")
_STANDARD_ERROR: Final = 2

Value = TypeVar("Value")


def begin() -> None:
    """Draw in the style of the house, and keep TensorFlow's log out of the outputs.

    Call it before TensorFlow is imported for the first time.

    Raises
    ------
    ConfigurationError
        If ``HOURGLASS_LESSONS`` is neither ``quick`` nor ``full``.
    """
    is_quick()
    use_hourglass_style()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # TensorFlow's Python side warns of every network after the fifth. Imported in a kernel, it
    # sets a level of its own; a filter stays.
    logging.getLogger("tensorflow").addFilter(_is_error)
    if type(sys.stderr).__module__.startswith("ipykernel"):
        _drop_native_log()


def _is_error(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.ERROR


def _drop_native_log() -> None:
    """Lead file descriptor 2 aside: in a kernel, Python's own standard error goes another way.

    TensorFlow's C++ writes its log there, partly before any setting is read.
    """
    with tempfile.TemporaryFile() as aside:
        os.dup2(aside.fileno(), _STANDARD_ERROR)


def is_quick() -> bool:
    """Return whether ``HOURGLASS_LESSONS`` asks for the quick setting; by default it is full.

    Raises
    ------
    ConfigurationError
        If it is neither ``quick`` nor ``full``.
    """
    asked = os.environ.get(SETTING_VARIABLE, "full")
    return require_known(SETTING_VARIABLE, asked, _SETTINGS) == "quick"


def pick(*, quick: Value, full: Value) -> Value:
    """Return the value that belongs to the setting.

    Parameters
    ----------
    quick
        Small enough for a test that runs all lessons in minutes.
    full
        What the published lesson is made with.
    """
    return quick if is_quick() else full
