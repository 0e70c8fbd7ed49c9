"""The reader of files that Keras saved can do nothing but read, whatever the file makes of it."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest

from hourglass.bundles import KerasLimits, from_keras, import_keras
from hourglass.errors import BackendError, ConfigurationError, ModelFileError
from keras_files import KERNEL, METADATA, Members, dense, small_weights, zipped


def write(folder: Path, content: bytes) -> Path:
    path = folder / "model.keras"
    path.write_bytes(content)
    return path


def external(file: h5py.File) -> None:
    del file[KERNEL]
    file[KERNEL] = h5py.ExternalLink("/etc/passwd", "/x")


def not_a_number(file: h5py.File) -> None:
    file[KERNEL][3, 4] = np.nan


HOSTILE = {
    "traversal": (zipped({"../../evil.py": b""}), "leads out of it"),
    "deep": (zipped({METADATA: b"[" * 400_000}), "nested too deep"),
    "external link": (dense(small_weights(external)), "link to another place"),
    "nan": (dense(small_weights(not_a_number)), "infinite or not a number"),
    "no weights": (dense(b""), "bytes of weights; the file of its weights has 0"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_refusal_comes_through_the_child(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    content, words = HOSTILE[name]
    path = write(tmp_path, content)
    with pytest.raises(ModelFileError, match=rf"model\.keras(?s:.*){words}") as caught:
        import_keras(path, image_shape=(8, 8, 1))
    assert str(tmp_path / "hourglass-") not in str(caught.value)
    assert [entry.name for entry in tmp_path.iterdir()] == ["model.keras"]
    assert path.read_bytes() == content


# What someone would try who had taken over the reader: each line is run in its place, with the
# rights that are left there.
TAKEN_OVER = """
import sys; sys.path.insert(0, sys.argv[1])
import ctypes, io, json, os, socket, subprocess, time
import numpy as np
from hourglass.bundles import keras_child
from hourglass.bundles.graph_shapes import graph_shapes
from hourglass.bundles.keras_archive import read_archive
from hourglass.bundles.keras_graph import Weights
from hourglass.bundles.keras_weights import read_weights
from hourglass.errors import ModelFileError
rng, libc = np.random.default_rng(0), ctypes.CDLL(None)
system_open, system_socket = libc.open, libc.socket
weights = json.loads(sys.argv[2])["weights"]

def attempt(file, **_):
    {attempt}
    raise ModelFileError("it went through")

keras_child.read_keras_model = attempt
keras_child.main()
"""
DAMAGED = """
whole = read_archive(file)[1].getvalue()
    shapes = {"kernel": (64, 64), "bias": (64,)}
    wanted = {"dense": Weights(group="layers/dense/vars", shapes=shapes)}
    refused = 0
    for _ in range(300):
        damaged = bytearray(whole)
        for place in rng.integers(0, 4000, 8):
            damaged[place] ^= int(rng.integers(1, 256))
        try:
            read_weights(io.BytesIO(damaged), len(damaged), wanted)
        except ModelFileError:
            refused += 1
    assert 50 < refused < 300
"""
LIMITS = KerasLimits(seconds=1, patience=60, memory=100 << 20)
ATTEMPTS = {
    "open": ("open('/etc/passwd')", "tried open"),
    "write": ("open('{folder}/evil', 'w')", "tried open"),
    "socket": ("socket.socket()", "tried socket"),
    "process": ("subprocess.run(['true'])", "tried subprocess|Too many open files"),
    "shell": ("os.system('true')", "tried os.system"),
    "code": ("exec('1')", "tried (exec|compile)"),
    "import": ("import colorsys", "tried import"),
    # Code of a library asks no hook: the system itself refuses.
    "open in C": (
        "raise ModelFileError(str(system_open(b'/etc/hostname', 0)))",
        "model.keras: -1$",
    ),
    "socket in C": ("raise ModelFileError(str(system_socket(2, 1, 0)))", "model.keras: -1$"),
    # A file that is damaged anywhere crashes nothing but, at most, its reader.
    "damage": (DAMAGED.strip(), "it went through|not read to its end"),
    "memory": ("bytearray(1 << 28)", "needs more memory"),
    "time": ("any(iter(int, 1))", "was not read to its end"),
    "waiting": ("time.sleep(99)", "took longer than 5 s"),
}

CHANGED = {"damage": {"seconds": 20}, "waiting": {"patience": 5}}


@pytest.mark.skipif(sys.platform != "linux", reason="the limits on memory are Linux's")
@pytest.mark.parametrize("name", ATTEMPTS)
def test_a_reader_that_was_taken_over_can_do_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt, words = ATTEMPTS[name]
    attempt = attempt.replace("{folder}", str(tmp_path))
    monkeypatch.setattr(from_keras, "_BOOT", TAKEN_OVER.replace("{attempt}", attempt))
    path = write(tmp_path, dense(small_weights(lambda file: None)))
    with pytest.raises(ModelFileError, match=words):
        import_keras(path, limits=replace(LIMITS, **CHANGED.get(name, {})))
    assert not (tmp_path / "evil").exists()


def test_a_child_that_fills_the_disk_is_stopped(
    good: Members, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = "[os.write(weights, bytes(1 << 20)) for _ in range(99)]"
    monkeypatch.setattr(from_keras, "_BOOT", TAKEN_OVER.replace("{attempt}", attempt))
    with pytest.raises(ModelFileError, match="File too large"):
        import_keras(write(tmp_path, zipped(good)))


def test_a_child_that_needs_more_than_it_may_is_refused(
    keras_files: Mapping[str, Path],
) -> None:
    with pytest.raises(ModelFileError, match=r"memory|not read to its end"):
        import_keras(keras_files["convolutions"], limits=replace(LIMITS, memory=1 << 16))


def test_a_system_without_limits_is_told(
    keras_files: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(from_keras, "_LIMITED", False)
    with pytest.raises(ConfigurationError, match="on Linux or macOS"):
        import_keras(keras_files["convolutions"])


def test_a_reader_that_does_not_start_is_no_fault_of_the_file(
    keras_files: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(from_keras, "_BOOT", "import a_library_that_is_missing")
    with pytest.raises(BackendError, match="did not start"):
        import_keras(keras_files["convolutions"])


def test_the_answer_of_a_child_is_not_trusted(
    keras_files: Mapping[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for line, words in (
        (b"", "not read to its end"),
        (b'{"graph": "{}", "image_shape": [8, 8, 1]}', "nodes"),
        (b'{"error": "Boom", "sentence": "red \\u001b[31m"}', r"red \[31m$"),
    ):
        boot = f"import sys; sys.stdout.buffer.write({line!r})"
        monkeypatch.setattr(from_keras, "_BOOT", boot)
        with pytest.raises(ModelFileError, match=words):
            import_keras(keras_files["convolutions"])
