"""No file of a stranger makes us execute, import, connect, write, or take much before the error."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hostile import HOSTILE

GOOD = Path(__file__).parent / "random_weights.hourglass"
SCRIPT = Path(__file__).parent / "open_hostile.py"

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="the peak of memory is told by Linux"
)


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict]:
    """Return a function that tells what became of a hostile file, by its name."""
    folder = tmp_path_factory.mktemp("hostile")
    good = GOOD.read_bytes()
    files = {name: folder / f"{number}.hourglass" for number, name in enumerate(HOSTILE)}
    for name, file in files.items():
        file.write_bytes(HOSTILE[name](good))
    empty = tmp_path_factory.mktemp("empty")
    done = subprocess.run(
        [sys.executable, SCRIPT, GOOD, *files.values()],
        cwd=empty,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert list(empty.iterdir()) == [], "something was written"
    assert sorted(folder.iterdir()) == sorted(files.values())
    found = json.loads(done.stdout)
    for file in files.values():
        # Some of them are large.
        file.unlink()
    return lambda name: found[str(files[name])] | {"file": str(files[name])}


def test_there_are_enough_of_them() -> None:
    assert len(HOSTILE) >= 40


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_and_nothing_else_happens(name: str, refusals) -> None:
    found = refusals(name)
    assert (found["code"], found["error"]) == (65, "ModelFileError"), found
    assert found["file"] in found["line"]
    assert found["line"].count("\n") == 1
    assert "This is a fault of Hourglass" not in found["line"]
    assert found["seen"] == []
    assert found["keras"] == []
    # Of the processor: how long it takes on a shared machine says nothing of the file.
    assert found["seconds"] <= 2
    assert found["mebibytes"] <= 100


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("bomb in the weights", "unpack to more than 100 times"),
        ("duplicate keys", "the key 'spec' stands there twice"),
        ("deep nesting", "nested deeper than"),
        ("symbolic link as weights", "a link or a folder"),
        ("encrypted", "encrypted"),
        ("wrong hash", "SHA-256"),
        ("not a number", "NaN is not a number"),
        ("another schema", "schema version 99; this version of Hourglass reads 2"),
        ("weights that are no numbers", "infinite or not a number"),
        ("large weights whose last is no number", "infinite or not a number"),
        ("shape that lies", "should have shape"),
        ("unknown layer", "'hypernet' is not known"),
    ],
)
def test_the_reason_is_named(name: str, words: str, refusals) -> None:
    assert words in refusals(name)["line"]
