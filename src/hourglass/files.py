"""Writing that leaves either the old file or the new one, never half of one."""

import contextlib
import csv
import errno
import hashlib
import io
import os
import re
import secrets
import shutil
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from hourglass.errors import (
    BusyError,
    HourglassError,
    OutputExistsError,
    TargetError,
    WriteError,
    printable,
)

CACHE_DIR_VARIABLE: Final = "HOURGLASS_CACHE_DIR"
_TEMPORARY: Final = ".part"
#: Bytes that a name may have on nearly every file system.
LONGEST_NAME: Final = 255
_DIGEST_LETTERS: Final = 12
# What the system refuses of one name or place. All else, such as a full or broken disk or too many
# open files, it would refuse of the next file too.
_OF_ONE_FILE: Final = frozenset(
    {
        errno.EACCES,
        errno.EBUSY,
        errno.EEXIST,
        errno.EFBIG,
        errno.EILSEQ,
        errno.EINVAL,
        errno.EISDIR,
        errno.ELOOP,
        errno.ENAMETOOLONG,
        errno.ENOENT,
        errno.ENOTDIR,
        errno.ENOTEMPTY,
        errno.EPERM,
        errno.ETXTBSY,
    }
)
_ADVICE: Final = {
    errno.EISDIR: "Move the folder of that name away, or choose another place.",
    errno.ENAMETOOLONG: "Choose a shorter name, or a place with a shorter path.",
}


@contextlib.contextmanager
def atomic_write(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes its name only when everything is on disk.

    Parameters
    ----------
    path
        The name the file takes at the end. Its folder is made if it is missing.

    Yields
    ------
    BinaryIO
        A temporary file beside ``path``. It is flushed, forced to disk and renamed at the end of
        the block; after an error it is removed and what stood at ``path`` stays as it was.

    Raises
    ------
    TargetError
        If this file cannot be written, for a reason that others may not share.
    WriteError
        If the folder or the file cannot be written (permissions, a full disk).
    """
    temporary = _temporary_beside(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except HourglassError:
        raise
    except OSError as error:
        raise write_error(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path``, all of it or nothing.

    Raises
    ------
    WriteError
        If it cannot be written.
    """
    with atomic_write(path) as file:
        file.write(content)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` in UTF-8, all of it or nothing.

    Raises
    ------
    WriteError
        If it cannot be written.
    """
    write_bytes(path, text.encode())


def write_csv(path: Path, rows: Iterable[Iterable[object]]) -> None:
    """Write rows as CSV in UTF-8, all of them or nothing; every text is made printable.

    A name stays on its line then, and a terminal that shows the file shows a name.

    Raises
    ------
    WriteError
        If it cannot be written.
    """
    with atomic_write(path) as file:
        text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
        csv.writer(text, lineterminator="\n").writerows(
            [printable(cell) if isinstance(cell, str) else cell for cell in row] for row in rows
        )
        text.detach()


@contextlib.contextmanager
def locked(path: Path, *, busy: str | None = None) -> Iterator[None]:
    """Let one process or thread at a time into a block; the others wait, or are refused.

    The system gives the lock back when its holder ends in any way, so that a killed process
    blocks no one.

    Parameters
    ----------
    path
        The name of the lock, the same for all that exclude each other. Its folder is made if it
        is missing; the file is there only while someone holds the lock, or was killed with it.
    busy
        What the error says to whoever comes second; by default the others wait for their turn.

    Raises
    ------
    BusyError
        If another one holds the lock and nobody waits.
    WriteError
        If the folder or the file cannot be written.
    """
    # It takes longer to import than the rest of this module, and few need it.
    from filelock import FileLock, Timeout

    lock = FileLock(path)
    try:
        lock.acquire(timeout=-1 if busy is None else 0)
    except Timeout as error:
        raise BusyError(busy) from error
    except OSError as error:
        raise write_error(path, error) from error
    try:
        yield
    finally:
        # Whoever waits for a file that has lost its name starts over with a new one. Windows
        # does not remove an open file: there it stays, empty.
        with contextlib.suppress(OSError):
            path.unlink()
        lock.release()


def remove_file(path: Path) -> None:
    """Remove a file if it is there.

    Raises
    ------
    WriteError
        If it cannot be removed.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise write_error(path, error) from error


def remove_folder(path: Path) -> None:
    """Remove a folder with everything in it if it is there.

    Raises
    ------
    WriteError
        If something cannot be removed.
    """
    try:
        if path.is_dir():
            shutil.rmtree(path)
    except OSError as error:
        raise write_error(path, error) from error


@contextlib.contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Give a folder its name only when everything in it is written.

    Parameters
    ----------
    path
        The name the folder takes at the end; nothing may stand there. Its parent is made if it
        is missing.

    Yields
    ------
    Path
        A folder beside ``path`` to write to. After an error it is removed.

    Raises
    ------
    OutputExistsError
        If something stands there already. Of two that make the same folder at once, one gets
        this error.
    WriteError
        If it cannot be written.
    """
    if exists(path):
        raise OutputExistsError(f"{path} exists already. Choose another place.")
    temporary = _temporary_beside(path)
    try:
        temporary.mkdir(parents=True)
        yield temporary
        temporary.rename(path)
        _sync_folder(path.parent)
    except HourglassError:
        raise
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
            raise OutputExistsError(f"{path} exists already. Choose another place.") from error
        raise write_error(path, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def remove_leftovers(folder: Path, names: Collection[str] | None = None) -> None:
    """Remove the temporary files that killed writers left in a folder.

    Nobody else may be writing there: hold the lock that belongs to the folder.

    Parameters
    ----------
    folder
        The folder; it need not be there.
    names
        Names of the files that were to be written; by default what was left of any. In a
        folder of a user, name them: others too may call a file ``.part``.

    Raises
    ------
    WriteError
        If the folder cannot be listed, or one cannot be removed.
    """
    # Once a temporary file had the whole name of the final one; some may lie about still.
    ours = None if names is None else {*names, *map(_digest, names)}
    try:
        left = list(folder.glob(f".*{_TEMPORARY}"))
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            # Nothing can lie there; who writes there is told so.
            return
        raise write_error(folder, error) from error
    for path in left:
        if ours is None or _final_name(path) in ours:
            remove_file(path)


def derived_name(name: str, *, before: str = "", after: str = "") -> str:
    """Return the name of a file that belongs to another: that one's with words around it.

    Where this is longer than ``LONGEST_NAME``, the other name is cut, and ``~`` and twelve letters
    of its SHA-256 stand for the rest.
    """
    room = LONGEST_NAME - len(os.fsencode(before + after))
    if len(os.fsencode(name)) > room:
        short, room = name, room - 1 - _DIGEST_LETTERS
        while len(os.fsencode(short)) > room:
            short = short[:-1]
        name = f"{short}~{_digest(name)}"
    return f"{before}{name}{after}"


def _temporary_beside(path: Path) -> Path:
    # A name of one length, because the final one may be as long as names can be.
    token = secrets.token_hex(_DIGEST_LETTERS // 2)
    return path.with_name(f".{_digest(path.name)}.{token}{_TEMPORARY}")


def _final_name(temporary: Path) -> str | None:
    """Return what stands for the final name in that of a temporary file."""
    found = re.fullmatch(
        rf"\.(.+)\.[0-9a-f]{{{_DIGEST_LETTERS}}}{re.escape(_TEMPORARY)}", temporary.name, re.DOTALL
    )
    return found[1] if found else None


def _digest(name: str) -> str:
    return hashlib.sha256(os.fsencode(name)).hexdigest()[:_DIGEST_LETTERS]


def make_folder(path: Path, *, exist_ok: bool = True) -> Path:
    """Make a folder with its parents and return it.

    Raises
    ------
    OutputExistsError
        If something stands there already and ``exist_ok`` is false. Of two that make the same
        folder at once, one gets this error.
    WriteError
        If it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=exist_ok)
    except FileExistsError as error:
        if exist_ok:
            raise write_error(path, error) from error
        raise OutputExistsError(f"{path} exists already. Choose another place.") from error
    except OSError as error:
        raise write_error(path, error) from error
    return path


def exists(path: Path) -> bool:
    """Return whether something stands where output would go.

    Raises
    ------
    WriteError
        If that cannot be told (permissions, a name that is too long).
    """
    try:
        return path.exists()
    except OSError as error:
        raise write_error(path, error) from error


def cache_folder(name: str) -> Path:
    """Return a folder of Hourglass' own cache; it need not be there."""
    # It is only needed where nothing was chosen.
    from platformdirs import user_cache_path

    return (environment_path(CACHE_DIR_VARIABLE) or user_cache_path("hourglass")) / name


def environment_path(variable: str) -> Path | None:
    """Return the path in a variable of the environment, ``None`` where it is not set or empty."""
    value = unquoted(os.environ.get(variable, ""))
    return Path(os.path.expanduser(value)) if value else None  # noqa: PTH111 - no home, no error


def unquoted(value: str) -> str:
    """Return the value of a variable without the quotes that ``set NAME="..."`` leaves around it.

    No shell has taken them away on Windows, in a Dockerfile or in a service's settings.
    """
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_error(path: Path, error: OSError) -> WriteError:
    """Return the error that says why ``path`` could not be written.

    It is a ``TargetError`` where this is about that file alone.
    """
    reason = error.strerror or type(error).__name__
    kind = TargetError if error.errno in _OF_ONE_FILE else WriteError
    usual = "Choose a place you may write to with room left."
    return kind(f"Could not write {path}: {reason}. {_ADVICE.get(error.errno or 0, usual)}")


def _sync_folder(folder: Path) -> None:
    # Without this a rename can be lost in a power cut. Windows cannot open a folder.
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
