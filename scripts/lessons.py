"""Execute the lessons of ``notebooks/``: quickly as a test, or in full to publish them.

``lessons.py`` executes every lesson in the quick setting, two at a time, and writes nothing.
``lessons.py --full 3 8`` executes lessons 3 and 8 in full and writes each beside its text as an
``.ipynb`` with outputs; ``--prose`` brings changed prose to notebooks whose code is the same.
Lessons run in an empty folder: they need the package and nothing else.
"""

import argparse
import asyncio
import os
import re
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

from hourglass.lessons import SETTING_VARIABLE

ROOT: Final = Path(__file__).resolve().parent.parent
NOTEBOOKS: Final = ROOT / "notebooks"
# A cell that takes longer hangs.
_SECONDS_A_CELL: Final = 1800
# What a traceback of the kernel has between its words.
_COLORS: Final = re.compile(r"\x1b\[[0-9;]*m")
# What is folded away, and what the page calls it.
_PROMPTS: Final = {
    "check": "the check",
    "solution": "a solution",
    "wrong": "a tempting mistake",
    "hide-input": "the code",
}


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
        prompt = next((_PROMPTS[tag] for tag in _PROMPTS if tag in tags_of(cell)), None)
        if prompt:
            words = {"code_prompt_show": f"Show {prompt}", "code_prompt_hide": f"Hide {prompt}"}
            cell.metadata |= {"jupyter": {"source_hidden": True}, "mystnb": words}
    return notebook


def tags_of(cell: Any) -> list[str]:
    """Return the tags of a cell."""
    return list(cell.metadata.get("tags", ()))


def code_cells(notebook: Any) -> list[Any]:
    """Return the cells that are executed, in their order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


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
            coalesce_streams=True,
            config=Config({"ConnectionFileMixin": connection}),
        )
        asyncio.run(client.async_execute(env=os.environ | {SETTING_VARIABLE: setting}))
    # The kernel writes its Python's version there, which is no matter of the lesson.
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    notebook.metadata["hourglass"] = {"setting": setting}
    return notebook


def published(file: Path) -> Path:
    """Return where a lesson lies with its outputs."""
    return file.with_suffix(".ipynb")


def write_lesson(notebook: Any, file: Path) -> None:
    """Write an executed lesson beside its text."""
    unfinished = file.with_suffix(".part")
    nbformat.write(notebook, unfinished)
    unfinished.replace(published(file))


def refresh_prose(file: Path) -> bool:
    """Give a published lesson the prose of its text, and return whether its code is the same."""
    fresh, old = read_lesson(file), nbformat.read(published(file), as_version=4)
    code, executed = code_cells(fresh), code_cells(old)
    if [cell.source for cell in code] != [cell.source for cell in executed]:
        print(f"{file.stem}: its code has changed; execute it with --full", flush=True)
        return False
    for cell, done in zip(code, executed, strict=True):
        cell.outputs, cell.execution_count = done.outputs, done.execution_count
    fresh.metadata = old.metadata
    write_lesson(fresh, file)
    return True


def run_lesson(file: Path, *, full: bool) -> bool:
    """Execute one lesson, tell how it went, and return whether it went well."""
    start = time.monotonic()
    try:
        notebook = execute(file, "full" if full else "quick")
    except CellExecutionError as error:
        print(f"{file.stem}: FAILED\n{_COLORS.sub('', str(error))}", flush=True)
        return False
    if full:
        write_lesson(notebook, file)
    print(f"{file.stem}: {time.monotonic() - start:.0f} s", flush=True)
    return True


def main() -> int:
    """Execute the lessons that are asked for; 1 if one of them fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("numbers", nargs="*", type=int, help="lessons; all by default")
    parser.add_argument("--full", action="store_true", help="in full, and write the outputs")
    parser.add_argument("--prose", action="store_true", help="bring changed prose alone")
    asked = parser.parse_args()
    files = lesson_files(asked.numbers)
    if not files:
        parser.error(f"no lesson of these numbers is in {NOTEBOOKS.name}/: {asked.numbers}")
    if asked.prose:
        stale = [file for file in files if not refresh_prose(file)]
        return 1 if stale else 0
    # In full a lesson gets the whole machine: what it says of time is then not another's.
    with ThreadPoolExecutor(1 if asked.full else 2) as pool:
        went_well = list(pool.map(lambda file: run_lesson(file, full=asked.full), files))
    return 0 if all(went_well) else 1


if __name__ == "__main__":
    sys.exit(main())
