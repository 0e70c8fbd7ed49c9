"""Run by the tests in a process of its own: many files, one after the other, each measured.

The process begins bare, so that its first peak of memory is the interpreter's own.
"""

import contextlib
import io
import json
import os
import sys
import time
from pathlib import Path

STATUS, FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
# What a process of ours has no business with while it looks at a file.
FORBIDDEN = ("ctypes.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "pty.", "socket.")
WRITING = ("os.chmod", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink")
seen: list[str] = []


def peak() -> int:
    """Return the most memory that the process has had since it last forgot, in KiB."""
    return int(STATUS.read_text().partition("VmHWM:")[2].split()[0])


def forget_the_peak() -> None:
    FORGET.write_text("5")


def watch(event: str, arguments: tuple) -> None:
    writes = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    bad = event.startswith((*FORBIDDEN, *WRITING, "subprocess."))
    if (writes and arguments[0] != str(FORGET)) or bad:
        seen.append(f"{event} {arguments[0]}")


def ended(*words: str) -> tuple[int, str]:
    """Return the exit code of a command, and what it said on standard error."""
    from hourglass.cli import main

    told = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(told):
        try:
            main(list(words))
        except SystemExit as end:
            return int(end.code or 0), told.getvalue()
    return 0, told.getvalue()


def loaded(path: Path) -> str:
    """Return the name of the error that Python's own door has."""
    from hourglass.bundles import load_model

    try:
        load_model(path)
    except Exception as error:
        return type(error).__name__
    return "nothing"


def main(good: str, *files: str) -> None:
    baseline = peak()
    # A module that is imported late would be compiled, and that written down.
    sys.dont_write_bytecode = True
    # Everything is imported, and what imports write is written, before anyone looks.
    assert ended("runs", "show", good)[0] == 0
    assert ended("runs", "show", "nowhere.hourglass")[0] == 2
    sys.addaudithook(watch)
    found = {}
    for file in files:
        seen.clear()
        forget_the_peak()
        start = time.process_time()
        code, line = ended("runs", "show", file)
        middle = time.process_time()
        error = loaded(Path(file))
        found[file] = {
            "code": code,
            "line": line,
            "error": error,
            "seconds": max(middle - start, time.process_time() - middle),
            "mebibytes": (peak() - baseline) / 1024,
            "seen": list(seen),
            "keras": sorted({"keras", "tensorflow", "jax", "torch"} & sys.modules.keys()),
        }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
