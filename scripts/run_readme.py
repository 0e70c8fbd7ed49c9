"""Run everything in the README that can be run, in its order, and stop at the first failure.

Lines behind ``$`` in blocks marked ``console`` are commands; blocks marked ``python`` are
programs. Those of ``make`` are left out, because the caller has run them already.
Commands see the virtual environment of the Makefile first, and ``runs/readme`` as their own
folder for runs, so that nothing of the user's is touched.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ALREADY_RUN = {"make demo", "make test", "make lessons", "make docs"}
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def steps(text: str) -> Iterator[list[str]]:
    """Yield each command of the README as words for a process."""
    for kind, content in BLOCK.findall(text):
        if kind == "python":
            yield [sys.executable, "-c", content]
            continue
        for line in content.splitlines():
            command = line.removeprefix("$ ")
            if line.startswith("$ ") and command not in ALREADY_RUN:
                yield ["bash", "-euc", command]


def main() -> int:
    """Run all steps in a folder of their own that looks like a clone."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "hourglass"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
        found = list(steps((folder / "README.md").read_text(encoding="utf-8")))
        # What `pip install` of the README brings goes to an environment of its own.
        subprocess.run([sys.executable, "-m", "venv", str(folder / ".venv")], check=True)
        environment = os.environ | {
            "PATH": f"{folder / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "VIRTUAL_ENV": str(folder / ".venv"),
        }
        for words in found:
            print(f"\n$ {words[-1].strip()}", flush=True)
            start = time.monotonic()
            if words[0] == sys.executable:
                words[0] = str(folder / ".venv" / "bin" / "python")
            subprocess.run(words, cwd=folder, env=environment, check=True)
            print(f"[{time.monotonic() - start:.0f} s]", flush=True)
        print(f"{len(found)} steps of the README ran.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
