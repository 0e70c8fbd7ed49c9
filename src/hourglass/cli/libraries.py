"""Getting ready for Keras: a backend that exists, and libraries that keep quiet."""

import importlib.util
import os
import sys
import tempfile
import warnings
from typing import Final

from hourglass.errors import BackendError, require_known

_BACKENDS: Final = ("tensorflow", "jax", "torch")
_STANDARD_ERROR: Final = 2


def prepare_keras(*, debug: bool = False) -> None:
    """Check for a backend, and keep libraries from writing to standard error.

    Call it before Keras is imported for the first time.

    Parameters
    ----------
    debug
        Let the libraries write what they want.

    Raises
    ------
    ConfigurationError
        If ``KERAS_BACKEND`` names none that can train.
    BackendError
        If no backend is installed.
    """
    _require_backend()
    if debug:
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.simplefilter("ignore")
    _put_native_output_aside()


def _require_backend() -> None:
    chosen = os.environ.get("KERAS_BACKEND")
    candidates = (require_known("KERAS_BACKEND", chosen, _BACKENDS),) if chosen else _BACKENDS
    if not any(importlib.util.find_spec(package) for package in candidates):
        raise BackendError(
            f"Keras has nothing to compute with: {' or '.join(candidates)} is not installed. "
            'Install a backend with one of the extras cpu, cuda, jax, torch: pip install ".[cpu]".'
        )


def _put_native_output_aside() -> None:
    """Lead file descriptor 2 to a temporary file for the rest of the process.

    TensorFlow's C++ writes its log there, partly before any setting is read. Python's own
    standard error goes on to where it went before.
    """
    if not _is_standard_error(sys.stderr):
        # Someone has put standard error elsewhere already, a test for example.
        return
    sys.stderr.flush()
    kept = os.dup(_STANDARD_ERROR)
    with tempfile.TemporaryFile() as aside:
        os.dup2(aside.fileno(), _STANDARD_ERROR)
    sys.stderr = os.fdopen(kept, "w", buffering=1, errors="backslashreplace")


def _is_standard_error(stream: object) -> bool:
    try:
        return bool(stream.fileno() == _STANDARD_ERROR)  # type: ignore[attr-defined]
    except (AttributeError, OSError, ValueError):
        return False
