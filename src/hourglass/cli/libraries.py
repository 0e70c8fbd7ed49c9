"""Getting ready for Keras: a backend that exists, its device, and libraries that keep quiet."""

import importlib.util
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Mapping
from typing import Final, Literal

from hourglass.errors import BackendError, ConfigurationError, require_known

_BACKENDS: Final = ("tensorflow", "jax", "torch")
_STANDARD_ERROR: Final = 2
# An empty list of devices would do for CUDA too, but Windows drops empty variables.
_NO_GPU: Final[Mapping[str, str]] = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "HIP_VISIBLE_DEVICES": "-1",
    "JAX_PLATFORMS": "cpu",
    "KERAS_TORCH_DEVICE": "cpu",
}
Device = Literal["auto", "cpu", "gpu"]


def prepare_keras(*, debug: bool = False, device: Device = "auto") -> None:
    """Check for a backend and its device, and keep libraries from writing to standard error.

    Call it before Keras is imported for the first time.

    Parameters
    ----------
    debug
        Let the libraries write what they want.
    device
        ``cpu`` hides GPUs from the backend, ``gpu`` insists on one; both import Keras. ``auto``
        leaves things as they are.

    Raises
    ------
    ConfigurationError
        If ``KERAS_BACKEND`` names none that can train, or the device is not to be had.
    BackendError
        If no backend is installed.
    """
    _require_backend()
    if device == "cpu":
        os.environ.update(_NO_GPU)
    if not debug:
        _silence_libraries()
    if device != "auto":
        _require_device(device)


def _require_backend() -> None:
    chosen = os.environ.get("KERAS_BACKEND")
    candidates = (require_known("KERAS_BACKEND", chosen, _BACKENDS),) if chosen else _BACKENDS
    if not any(importlib.util.find_spec(package) for package in candidates):
        raise BackendError(
            f"Keras has nothing to compute with: {' or '.join(candidates)} is not installed. "
            'Install a backend with one of the extras cpu, cuda, jax, torch: pip install ".[cpu]".'
        )


def _require_device(device: Literal["cpu", "gpu"]) -> None:
    """Refuse a device that the backend does not compute on, by its own account."""
    import keras

    from hourglass.experiment import device_in_use

    found, backend = device_in_use(), keras.backend.backend()
    if found.startswith(device):
        return
    if device == "cpu":
        raise ConfigurationError(
            f"--device cpu needs a {backend} that has not started yet; this one computes on "
            f"{found} already. Start a new process."
        )
    raise ConfigurationError(
        f"--device gpu needs a GPU that {backend} can use; it computes on {found}. Install its "
        "driver and a backend built for it (TensorFlow's is the extra cuda), see that "
        "CUDA_VISIBLE_DEVICES does not hide it, or say --device cpu."
    )


def _silence_libraries() -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Built for processors alone, JAX warns of each GPU that it cannot use.
    os.environ.setdefault("JAX_LOGGING_LEVEL", "ERROR")
    # TensorFlow's Python side, which warns of every network after the fifth.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    warnings.simplefilter("ignore")
    _put_native_output_aside()


def _put_native_output_aside() -> None:
    """Lead file descriptor 2 to a temporary file for the rest of the process.

    TensorFlow's C++ writes its log there, partly before any setting is read. Python's own
    standard error goes on to where it went before.
    """
    if not _is_standard_error(sys.stderr):
        # Someone has put standard error elsewhere already, a test for example.
        return
    sys.stderr.flush()
    encoding, errors = sys.stderr.encoding, sys.stderr.errors
    kept = os.dup(_STANDARD_ERROR)
    with tempfile.TemporaryFile() as aside:
        os.dup2(aside.fileno(), _STANDARD_ERROR)
    sys.stderr = os.fdopen(kept, "w", buffering=1, encoding=encoding, errors=errors)


def _is_standard_error(stream: object) -> bool:
    try:
        return bool(stream.fileno() == _STANDARD_ERROR)  # type: ignore[attr-defined]
    except (AttributeError, OSError, ValueError):
        return False
