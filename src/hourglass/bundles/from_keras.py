"""A user's own ``.keras`` file brought in: read in a child process, then checked like any other.

Only the child looks into the file, by ``keras_child``, under limits that the system holds. What
it answers is taken for a stranger's word too: the graph goes through the closed vocabulary, the
weights through the checks that every model file goes through.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import hourglass
from hourglass.bundles.archive import DESCRIPTION, WEIGHTS
from hourglass.bundles.loading import load_model
from hourglass.bundles.saving import describe
from hourglass.bundles.vocabulary import require_vocabulary
from hourglass.errors import BackendError, ConfigurationError, MissingPathError, ModelFileError
from hourglass.files import atomic_write, write_bytes
from hourglass.records import (
    LAYERS,
    NO_OPTIONS,
    LayerGraph,
    ModelSpec,
    checked,
    from_json,
    to_json,
)

if TYPE_CHECKING:
    from hourglass.models import ImageModel

# Where the package is installed it is found anyway, and nothing stands before Python's own.
_BOOT: Final = (
    "import sys; sys.argv[1] in sys.path or sys.path.insert(0, sys.argv[1]); "
    "from hourglass.bundles.keras_child import main; main()"
)
_HDF5: Final = b"\x89HDF\r\n\x1a\n"
_ZIP: Final = b"PK"
_MOST_BYTES: Final = 2 << 30
_MOST_ANSWER: Final = 1 << 20
_LONGEST_SENTENCE: Final = 1500
_LIMITED: Final = os.name == "posix"
_KINDS: Final[Mapping[str, type[Exception]]] = {"ConfigurationError": ConfigurationError}


@dataclass(frozen=True, kw_only=True, slots=True)
class KerasLimits:
    """What a child process may take to read a file, beyond what it has at its start.

    Attributes
    ----------
    seconds
        Of processor time.
    patience
        Seconds by the clock.
    memory
        Bytes of address space; held on Linux.
    """

    seconds: int
    patience: int
    memory: int


def limits_of(size: int) -> KerasLimits:
    """Return what reading a file of ``size`` bytes may take.

    It lies in memory once as a whole and once as arrays, either of them with room to be made in;
    of its description, 1 MB of JSON at most, Python makes up to 40 MB.
    """
    seconds = 20 + size // 20_000_000
    return KerasLimits(seconds=seconds, patience=10 * seconds, memory=(80 << 20) + 4 * size)


def import_keras(
    file: Path,
    *,
    image_shape: tuple[int, int, int] | None = None,
    code: str | None = None,
    corruption: str | None = None,
    limits: KerasLimits | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> tuple["ImageModel", ModelSpec]:
    """Read a ``.keras`` file and build the model that it holds.

    Parameters
    ----------
    file
        What ``model.save("….keras")`` of Keras 3 wrote: a Sequential or Functional model, from
        images to images of the same size, of plain layers.
    image_shape
        Height, width, channels, where the file does not say them.
    code
        The layer whose output is the code, by its name in the file; by default the end of the
        first of two models, where the file's model is made of an encoder and a decoder.
    corruption
        What the model was trained to undo, in words; ``None`` for clean images.
    limits
        What reading it may take; by default what its size explains.
    tell
        Called with a line that says how the file is read.

    Returns
    -------
    model, spec
        An ``Autoencoder`` where there is a code, else a ``Denoiser``; and its description.

    Raises
    ------
    BackendError
        If the child process does not start, for a library that it does not find.
    ConfigurationError
        If shape, code or corruption do not fit, or the system cannot hold limits.
    MissingPathError
        If there is no such file.
    ModelFileError
        If it is another kind of file, damaged, holds layers that Hourglass does not take, or
        takes more than the limits.
    """
    size = _require_kind(file)
    tell(f"{file} is read in a process of its own, with limits; none of its code is run.")
    asked = {"image_shape": image_shape, "code": code}
    with tempfile.TemporaryDirectory(prefix="hourglass-") as name:
        folder = Path(name)
        answer = _ask_child(file, folder / WEIGHTS, asked, size, limits or limits_of(size))
        spec = replace(_spec(answer, file), corruption=corruption)
        require_vocabulary(spec)
        description = describe(spec, (folder / WEIGHTS).read_bytes())
        write_bytes(folder / DESCRIPTION, to_json(description))
        return _checked_model(folder, file), spec


def _checked_model(folder: Path, file: Path) -> "ImageModel":
    try:
        return load_model(folder)[0]
    except ModelFileError as error:
        # Where the files of the answer lie helps nobody.
        reason = str(error).replace(f"{folder}{os.sep}", "")
        raise ModelFileError(f"{file} does not hold a model that is whole: {reason}") from error


def _require_kind(file: Path) -> int:
    """Return the size of a file that may be one of Keras 3."""
    if (file / "saved_model.pb").exists():
        raise ModelFileError(f"{file} is a SavedModel, which holds a program. {_SAVE}")
    if not file.is_file():
        raise MissingPathError(f"There is no file {file}.")
    try:
        with file.open("rb") as opened:
            start = opened.read(len(_HDF5))
    except OSError as error:
        raise ModelFileError(f"{file} cannot be read: {error.strerror}.") from error
    if start == _HDF5:
        raise ModelFileError(f"{file} is of the older format of Keras (HDF5). {_SAVE}")
    if not start.startswith(_ZIP):
        raise ModelFileError(f"{file} is not a .keras file. {_SAVE}")
    size = file.stat().st_size
    if size > _MOST_BYTES:
        raise ModelFileError(f"{file} has {size} bytes; {_MOST_BYTES} are possible.")
    return size


def _ask_child(
    file: Path, weights: Path, asked: Mapping[str, Any], size: int, limits: KerasLimits
) -> Mapping[str, Any]:
    """Let a child process read the file; return its answer, and leave the weights."""
    if not _LIMITED:
        raise ConfigurationError(
            "A .keras file is read under limits of the system, which this one does not have. Do "
            "it on Linux or macOS; the bundle that it gives can be read everywhere."
        )
    with ExitStack() as stack:
        source = stack.enter_context(file.open("rb"))
        answer = stack.enter_context(tempfile.TemporaryFile())
        target = stack.enter_context(atomic_write(weights)).fileno()
        words = {
            **asked,
            "weights": target,
            "seconds": limits.seconds,
            "memory": limits.memory,
            "bytes": size + _MOST_ANSWER,
        }
        command = [sys.executable, "-I", "-c", _BOOT, _home(), json.dumps(words)]
        try:
            done = subprocess.run(  # noqa: S603 - our own program
                command,
                stdin=source,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                pass_fds=[target],
                env=_environment(),
                timeout=limits.patience,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ModelFileError(f"{file} took longer than {limits.patience} s to read.") from error
        answer.seek(0)
        text = answer.read(_MOST_ANSWER)
    _require_end(done.returncode, text, file, limits)
    return _answer(text, file)


def _home() -> str:
    """Return the folder that this package lies in; the child is to run the same code."""
    return str(Path(str(hourglass.__file__)).parent.parent)


def _require_end(status: int, text: bytes, file: Path, limits: KerasLimits) -> None:
    """Refuse a file whose reader did not come to its end."""
    if status == 0:
        return
    if not text:
        raise BackendError(
            f"The process that reads {file} did not start. See what is missing: "
            f'{sys.executable} -I -c "import h5py, hourglass.bundles"'
        )
    raise ModelFileError(
        f"{file} was not read to its end: its process took more than the {limits.seconds} s, or "
        f"the memory, that a file of its size needs, or failed (status {status}). It is damaged, "
        "or made to do harm."
    )


def _environment() -> dict[str, str]:
    """Return what a child needs: where libraries lie, one thread, no plug-ins of HDF5."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return kept | {
        "HDF5_PLUGIN_PRELOAD": "::",
        "HDF5_USE_FILE_LOCKING": "FALSE",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONUTF8": "1",
    }


def _answer(text: bytes, file: Path) -> Mapping[str, Any]:
    try:
        answer = json.loads(text)
    except ValueError as error:
        raise ModelFileError(f"{file} was not read to its end; it is damaged.") from error
    if "error" in answer:
        sentence = "".join(filter(str.isprintable, str(answer["sentence"])))[:_LONGEST_SENTENCE]
        raise _KINDS.get(answer["error"], ModelFileError)(f"{file}: {sentence}")
    return answer


def _spec(answer: Mapping[str, Any], file: Path) -> ModelSpec:
    try:
        graph = from_json(LayerGraph, answer["graph"].encode(), str(file))
        values = {
            "network": LAYERS,
            "image_shape": answer["image_shape"],
            "options": NO_OPTIONS,
            "layers": graph,
        }
        return checked(ModelSpec, values, str(file))
    except ConfigurationError as error:
        raise ModelFileError(str(error)) from error


_SAVE: Final = (
    "Hourglass reads what model.save('model.keras') of Keras 3 writes; load it where it was made "
    "and save it so."
)
