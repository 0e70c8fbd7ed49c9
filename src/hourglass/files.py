"""Writing that leaves either the old file or the new one, never half of one."""

import contextlib
import errno
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Container, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from hourglass.errors import BusyError, HourglassError, OutputExistsError, WriteError

CACHE_DIR_VARIABLE: Final = "HOURGLASS_CACHE_DIR"
_TEMPORARY: Final = ".part"


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
    WriteError
        If the folder or the file cannot be written (permissions, a full disk).
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}{_TEMPORARY}")
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
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}{_TEMPORARY}")
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


def remove_leftovers(folder: Path, names: Container[str] | None = None) -> None:
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
        If one cannot be removed.
    """
    for path in folder.glob(f".*{_TEMPORARY}"):
        if names is None or _final_name(path) in names:
            remove_file(path)


def _final_name(temporary: Path) -> str | None:
    found = re.fullmatch(rf"\.(.+)\.[0-9a-f]{{12}}{re.escape(_TEMPORARY)}", temporary.name)
    return found[1] if found else None


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

    chosen = os.environ.get(CACHE_DIR_VARIABLE)
    return (Path(chosen).expanduser() if chosen else user_cache_path("hourglass")) / name


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_error(path: Path, error: OSError) -> WriteError:
    """Return the error that says why ``path`` could not be written."""
    reason = error.strerror or type(error).__name__
    return WriteError(
        f"Could not write {path}: {reason}. Choose a place you may write to with room left."
    )


def _sync_folder(folder: Path) -> None:
    # Without this a rename can be lost in a power cut. Windows cannot open a folder.
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
