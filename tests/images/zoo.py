"""A zoo of image files, good and bad, each with what reading it must give.

Nothing here goes through the code that is tested: files are put together by Pillow, tifffile and
by hand. ``python tests/images/zoo.py FOLDER`` writes them all.
"""

import sys
from functools import cache
from pathlib import Path

import zoo_bad
import zoo_good
from zoo_parts import Specimen, encoded, scene

__all__ = ["Specimen", "bad", "encoded", "good", "make", "scene", "specimens"]


@cache
def specimens() -> dict[str, Specimen]:
    """Return the zoo by name."""
    found = [*zoo_good.specimens(), *zoo_bad.specimens()]
    assert len({specimen.name for specimen in found}) == len(found)
    return {specimen.name: specimen for specimen in found}


def good() -> list[Specimen]:
    """Return the files that are read."""
    return [specimen for specimen in specimens().values() if specimen.expected is not None]


def bad() -> list[Specimen]:
    """Return the files that are refused."""
    return [specimen for specimen in specimens().values() if specimen.expected is None]


def make(folder: Path) -> None:
    """Write the zoo."""
    folder.mkdir(parents=True, exist_ok=True)
    for specimen in specimens().values():
        (folder / specimen.name).write_bytes(specimen.content)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
    sys.stdout.write(f"{len(specimens())} files in {sys.argv[1]}\n")
