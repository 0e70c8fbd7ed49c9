"""Checkpoints on disk: two generations, each one file that is whole or not there.

A checkpoint is a safetensors file whose header carries the progress as JSON. Its name holds the
step and the SHA-256 of its content, so that a file that was cut, changed or exchanged is known
before anything in it is used.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from hourglass.errors import ConfigurationError, DataError
from hourglass.files import remove_file, remove_leftovers, write_bytes
from hourglass.records import Progress, from_json, to_json
from hourglass.training.state import Arrays

SCHEMA: Final = 1
_GENERATIONS: Final = 2
_NAME: Final = re.compile(r"step-(\d{9})-([0-9a-f]{64})\.safetensors")
_PROGRESS: Final = "progress"
_LENGTH_BYTES: Final = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """A moment of a training.

    Attributes
    ----------
    progress
        How far it is.
    arrays
        Every number that its future depends on, by name.
    """

    progress: Progress
    arrays: Arrays

    @property
    def step(self) -> int:
        """Optimizer steps that are over."""
        return self.progress.epochs_done * self.progress.steps + self.progress.steps_done


@final
class Checkpoints:
    """The generations in one folder; no two processes may write there at once.

    Parameters
    ----------
    folder
        Where they lie. It is made by the first one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, checkpoint: Checkpoint) -> None:
        """Write a generation, then remove all but the newest two.

        Raises
        ------
        WriteError
            If it cannot be written; the generations before it stay.
        """
        progress = to_json(checkpoint.progress).decode()
        content = save_tensors(dict(checkpoint.arrays), metadata={_PROGRESS: progress})
        digest = hashlib.sha256(content).hexdigest()
        write_bytes(self.folder / f"step-{checkpoint.step:09d}-{digest}.safetensors", content)
        for path in self._generations()[_GENERATIONS:]:
            remove_file(path)
        remove_leftovers(self.folder)

    def newest(self, tell: Callable[[str], None]) -> Checkpoint | None:
        """Return the newest generation that is whole, ``None`` if there is no checkpoint.

        Parameters
        ----------
        tell
            Called with one warning if newer generations are damaged.

        Raises
        ------
        DataError
            If there are generations, and all of them are damaged.
        """
        damaged: list[str] = []
        for path in self._generations():
            try:
                found = _read(path)
            except DataError as error:
                damaged.append(str(error))
                continue
            if damaged:
                tell(
                    f"Warning: {' '.join(damaged)} Going on from the checkpoint before, "
                    f"step {found.step:,}."
                )
            return found
        if damaged:
            raise DataError(
                f"No checkpoint can be used. {' '.join(damaged)} Remove {self.folder} to train "
                "from the start again."
            )
        return None

    def _generations(self) -> list[Path]:
        """Return the files of all generations, the newest first."""
        names = [path.name for path in self.folder.glob("*")] if self.folder.is_dir() else []
        return [self.folder / name for name in sorted(filter(_NAME.fullmatch, names), reverse=True)]


def _read(path: Path) -> Checkpoint:
    """Read a generation after its checksum is found right."""
    match = _NAME.fullmatch(path.name)
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DataError(f"{path} cannot be read: {reason}.") from error
    if match is None or hashlib.sha256(content).hexdigest() != match[2]:
        raise DataError(f"{path} is damaged: its content does not have the SHA-256 of its name.")
    try:
        progress = from_json(Progress, _metadata(content), str(path))
        checkpoint = Checkpoint(progress=progress, arrays=load_tensors(content))
    except (SafetensorError, ConfigurationError, KeyError, ValueError) as error:
        raise DataError(f"{path} is not a checkpoint of this version: {error}.") from error
    if progress.schema_version != SCHEMA or checkpoint.step != int(match[1]):
        raise DataError(f"{path} is not a checkpoint of this version.")
    return checkpoint


def _metadata(content: bytes) -> bytes:
    """Return the progress in the header of a safetensors file."""
    # The library gives the metadata of files alone, and this file was read already.
    length = int.from_bytes(content[:_LENGTH_BYTES], "little")
    header = json.loads(content[_LENGTH_BYTES : _LENGTH_BYTES + length])
    return str(header["__metadata__"][_PROGRESS]).encode()
