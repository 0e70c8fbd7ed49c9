"""Disks that fail at a chosen moment."""

import errno
import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest


class Disk:
    """A disk on which a number of steps succeed; from then on each fails, by default for room.

    A step is what takes room: a new file or folder, a piece that is written, forcing it to disk,
    and giving it its name.
    """

    def __init__(self, steps: int, fail: Callable[[], None] | int = errno.ENOSPC) -> None:
        self.steps = steps
        self.fail = fail

    def step(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            if callable(self.fail):
                self.fail()
            else:
                raise OSError(self.fail, os.strerror(self.fail))

    def limit(self, patch: pytest.MonkeyPatch) -> None:
        """Have everything that takes room take a step first."""
        read, opened, made = Path.open, os.open, Path.mkdir
        patch.setattr(os, "fsync", self._after_a_step(os.fsync))
        patch.setattr(Path, "replace", self._after_a_step(Path.replace))

        def open_path(path: Path, mode: str = "r", **options: object) -> io.IOBase:
            if not set(mode) & set("awx+"):
                return read(path, mode, **options)
            self.step()
            return io.BufferedWriter(LimitedFile(path, mode, self))

        def open_descriptor(path: str, flags: int, *rest: object, **options: object) -> int:
            if flags & os.O_CREAT:
                self.step()
            return opened(path, flags, *rest, **options)

        def mkdir(path: Path, *rest: object, **options: object) -> None:
            if not path.exists():
                self.step()
            made(path, *rest, **options)

        patch.setattr(Path, "open", open_path)
        patch.setattr(os, "open", open_descriptor)
        patch.setattr(Path, "mkdir", mkdir)

    def _after_a_step(self, function: Callable[..., object]) -> Callable[..., object]:
        def step_first(*arguments: object) -> object:
            self.step()
            return function(*arguments)

        return step_first


class LimitedFile(io.FileIO):
    """A file of which half a piece is written when the disk is full."""

    def __init__(self, path: Path, mode: str, disk: Disk) -> None:
        super().__init__(path, mode.replace("b", ""))
        self.disk = disk

    def write(self, piece: bytes) -> int:
        if self.disk.steps <= 0:
            super().write(piece[: len(piece) // 2])
        self.disk.step()
        return super().write(piece)
