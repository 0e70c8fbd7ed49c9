"""Execute the lessons of ``notebooks/``: quickly as a test, or in full to publish them.

``lessons.py`` executes every lesson in the quick setting, two at a time, and writes nothing.
``lessons.py --full 3 8`` executes lessons 3 and 8 in full and writes each beside its text as an
``.ipynb`` with outputs. Lessons run in an empty folder: they need the package and nothing else.
"""

import argparse
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from traitlets.config import Config

ROOT: Final = Path(__file__).resolve().parent.parent
NOTEBOOKS: Final = ROOT / "notebooks"
SETTING_VARIABLE: Final = "HOURGLASS_LESSONS"
# A cell that takes longer hangs.
_SECONDS_A_CELL: Final = 1800
_FOLDED: Final = {"hide-cell", "hide-input"}


def lesson_files(numbers: list[int]) -> list[Path]:
    """Return the texts of these lessons, or of all where no number is given."""
    files = sorted(NOTEBOOKS.glob("[0-9][0-9]-*.md"))
    return [file for file in files if not numbers or int(file.name[:2]) in numbers]


def read_lesson(file: Path) -> Any:
    """Return a lesson's text as a notebook without outputs, its answers folded away."""
    notebook = jupytext.read(file)
    for number, cell in enumerate(notebook.cells):
        # Random names would make every build differ from the last.
        cell["id"] = f"cell-{number:03d}"
        if _FOLDED & set(cell.metadata.get("tags", ())):
            cell.metadata["jupyter"] = {"source_hidden": True}
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def execute(file: Path, setting: str) -> Any:
    """Return a lesson with the outputs of a fresh kernel in an empty folder.

    Raises
    ------
    CellExecutionError
        If a cell raises; an assertion that does not hold is one.
    """
    notebook = read_lesson(file)
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as sockets:
        # Notebook and kernel speak through files: nothing listens on a port.
        connection = {"transport": "ipc", "ip": str(Path(sockets, "kernel"))}
        client = NotebookClient(
            notebook,
            timeout=_SECONDS_A_CELL,
            kernel_name="python3",
            resources={"metadata": {"path": folder}},
            record_timing=False,
            config=Config({"ConnectionFileMixin": connection}),
        )
        client.execute(env=os.environ | {SETTING_VARIABLE: setting})
    notebook.metadata["hourglass"] = {"setting": setting}
    return notebook


def publish(file: Path) -> None:
    """Execute a lesson in full and write it beside its text."""
    notebook = execute(file, "full")
    target = file.with_suffix(".ipynb")
    unfinished = target.with_suffix(".part")
    nbformat.write(notebook, unfinished)
    unfinished.replace(target)


def run_lesson(file: Path, *, full: bool) -> bool:
    """Execute one lesson, tell how it went, and return whether it went well."""
    start = time.monotonic()
    try:
        if full:
            publish(file)
        else:
            execute(file, "quick")
    except CellExecutionError as error:
        print(f"{file.stem}: FAILED\n{error}", flush=True)
        return False
    print(f"{file.stem}: {time.monotonic() - start:.0f} s", flush=True)
    return True


def main() -> int:
    """Execute the lessons that are asked for; 1 if one of them fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("numbers", nargs="*", type=int, help="lessons; all by default")
    parser.add_argument("--full", action="store_true", help="in full, and write the outputs")
    asked = parser.parse_args()
    files = lesson_files(asked.numbers)
    if not files:
        parser.error(f"no lesson of these numbers is in {NOTEBOOKS.name}/: {asked.numbers}")
    # In full a lesson gets the whole machine: what it says of time is then not another's.
    with ThreadPoolExecutor(1 if asked.full else 2) as pool:
        went_well = list(pool.map(lambda file: run_lesson(file, full=asked.full), files))
    return 0 if all(went_well) else 1


if __name__ == "__main__":
    sys.exit(main())
