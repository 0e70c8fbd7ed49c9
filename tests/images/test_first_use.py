"""The first use of a data set: one download for all, clean after a kill."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hourglass.errors import FetchError, WriteError
from hourglass.images import load_images
from hourglass.images.idx import MNIST_FILES, TRAIN_IMAGES

PACKED = [f"{file}.gz" for file in MNIST_FILES]
# A process of its own has the real table of checksums; the first argument replaces it.
PROGRAM = """
import json, sys
from dataclasses import replace
import filelock, pooch
from hourglass.images import load_images, named
named.MNIST = replace(named.MNIST, checksums=json.loads(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
print(load_images("mnist").fingerprint)
"""
Start = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def start(tiny_mnist) -> Iterator[Start]:
    """Return a function that starts a process which loads the data set once it is told to go."""
    processes: list[subprocess.Popen[str]] = []
    checksums = json.dumps(dict(tiny_mnist.publication.checksums))

    def start_one() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, checksums],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield start_one
    for process in processes:
        with process:
            process.kill()


def go(*processes: subprocess.Popen[str]) -> None:
    """Wait until all are ready, then tell all to go."""
    for process in processes:
        assert process.stdout.readline() == "ready\n", process.stderr.read()
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))  # noqa: PTH208 - hidden files count too


def test_eight_that_start_at_once_download_once(
    tiny_mnist, bare_machine, mirror, start, monkeypatch
):
    tiny_mnist.put(mirror.folder)
    mirror.flowing.clear()
    processes = [start() for _ in range(8)]
    go(*processes)
    assert mirror.halfway.wait(60)
    # Time for the other seven to ask too, if nothing held them back.
    time.sleep(0.5)
    mirror.flowing.set()
    ends = [process.communicate(timeout=60) for process in processes]
    monkeypatch.setenv("HOURGLASS_MIRROR_MNIST", "http://127.0.0.1:9/")
    fingerprint = load_images("mnist").fingerprint
    assert ends == [(f"{fingerprint}\n", "")] * 8
    assert sorted(mirror.asked) == sorted(f"/{name}" for name in PACKED)
    assert names(bare_machine) == ["mnist"]
    assert names(bare_machine / "mnist") == sorted(PACKED)


def test_whoever_waits_takes_over_from_one_that_is_killed(tiny_mnist, bare_machine, mirror, start):
    tiny_mnist.put(mirror.folder)
    mirror.flowing.clear()
    killed, waiting = start(), start()
    go(killed)
    assert mirror.halfway.wait(60)
    go(waiting)
    killed.kill()
    killed.wait()
    assert names(bare_machine) == ["mnist.lock"]
    mirror.flowing.set()
    out, err = waiting.communicate(timeout=60)
    assert (out, err) == (f"{load_images('mnist', offline=True).fingerprint}\n", "")
    assert mirror.asked == [f"/{name}" for name in (PACKED[0], *PACKED)]
    assert names(bare_machine) == ["mnist"]
    assert names(bare_machine / "mnist") == sorted(PACKED)


def test_what_a_killed_writer_left_is_removed_and_never_taken_for_data(
    tiny_mnist, bare_machine, mirror
):
    tiny_mnist.put(mirror.folder)
    (bare_machine / "mnist.lock").parent.mkdir()
    (bare_machine / "mnist.lock").touch()
    whole = (mirror.folder / PACKED[0]).read_bytes()
    (bare_machine / "mnist").mkdir()
    (bare_machine / "mnist" / f".{PACKED[0]}.0123456789ab.part").write_bytes(whole[:-9])
    with pytest.raises(FetchError, match=f"neither {TRAIN_IMAGES} nor"):
        load_images("mnist", offline=True)
    load_images("mnist")
    assert len(mirror.asked) == 4
    assert names(bare_machine) == ["mnist"]
    assert names(bare_machine / "mnist") == sorted(PACKED)


def test_a_cache_that_cannot_be_locked_is_told_before_anything_is_asked_for(
    tiny_mnist, bare_machine, mirror
):
    tiny_mnist.put(mirror.folder)
    (bare_machine / "mnist.lock").mkdir(parents=True)
    with pytest.raises(WriteError, match=r"mnist\.lock: Is a directory") as caught:
        load_images("mnist")
    assert "\n" not in str(caught.value)
    assert mirror.asked == []
