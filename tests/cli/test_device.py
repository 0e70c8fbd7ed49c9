"""What a network is computed on: asked for, refused where it is not there, and recorded."""

import os
import subprocess
import sys

import numpy as np
import pytest

from hourglass.cli.libraries import _NO_GPU
from hourglass.images import write_image_file
from hourglass.runs import RunFolder

TRAIN = ["train", "digits", "--network", "dense", "--epochs", "3", "--quiet"]
COMMANDS = {
    "demo": ["demo", "--output", "out"],
    "train": [*TRAIN, "--output", "out"],
    "evaluate": ["evaluate", "RUN"],
    "denoise": ["denoise", "RUN", "a.png", "--output", "out"],
    "reconstruct": ["reconstruct", "RUN", "a.png", "--output", "out"],
}
# Tells the variables at the moment when the first part of the backend is imported.
LOOK_AT_THE_VARIABLES = """
import os, sys
class Look:
    def find_spec(self, name, *_):
        if name.startswith(os.environ["KERAS_BACKEND"] + "."):
            print({name: os.environ.get(name) for name in %r}, file=sys.stderr)
            sys.meta_path.remove(self)
sys.meta_path.insert(0, Look())
from hourglass.cli import main
try:
    main(sys.argv[1:])
finally:
    if os.environ["KERAS_BACKEND"] == "tensorflow":
        import tensorflow as tf
        assert tf.config.get_visible_devices("GPU") == []
"""
# JAX built for processors alone, on a machine with a GPU.
A_GPU_THAT_JAX_CANNOT_USE = """
from hourglass.cli.libraries import prepare_keras
prepare_keras()
from jax._src import hardware_utils
hardware_utils.has_visible_nvidia_gpu = lambda: True
import jax
jax.devices()
"""


@pytest.fixture(autouse=True)
def _variables_are_put_back(monkeypatch):
    for name in (*_NO_GPU, "JAX_LOGGING_LEVEL"):
        # Only what has been set is put back: a variable that is not there would stay.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


@pytest.fixture
def computed_on(monkeypatch):
    """Return a function that sets what the backend says that it computes on."""
    return lambda device: monkeypatch.setattr("hourglass.experiment.device_in_use", lambda: device)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_gpu_that_is_not_there_is_refused_in_one_line(
    hourglass, a_run, tmp_path, computed_on, command
):
    write_image_file(tmp_path / "a.png", np.full((8, 8, 1), 0.5, np.float32))
    before = sorted(tmp_path.rglob("*"))
    computed_on("cpu")
    words = [a_run if word == "RUN" else word for word in COMMANDS[command]]
    done = hourglass(*words, "--device", "gpu")
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
    assert "--device gpu needs a GPU" in done.err and "it computes on cpu" in done.err
    assert "say --device cpu" in done.err
    assert sorted(tmp_path.rglob("*")) == before


def test_a_gpu_that_is_there_is_taken(hourglass, a_run, computed_on):
    computed_on("gpu (NVIDIA H200)")
    assert hourglass("evaluate", a_run, "--device", "gpu").code == 0


def test_a_gpu_that_is_in_use_already_cannot_be_hidden(hourglass, a_run, computed_on):
    computed_on("gpu (NVIDIA H200)")
    done = hourglass("evaluate", a_run, "--device", "cpu")
    assert done.code == 2 and "computes on gpu (NVIDIA H200) already" in done.err


def test_what_is_typed_wins_over_the_environment(hourglass, a_run, computed_on, monkeypatch):
    computed_on("cpu")
    monkeypatch.setenv("HOURGLASS_DEVICE", "gpu")
    assert "--device gpu needs" in hourglass("evaluate", a_run).err
    assert hourglass("evaluate", a_run, "--device", "cpu").code == 0
    assert hourglass("report", a_run).code == 0


@pytest.mark.parametrize("place", ["typed", "environment"])
def test_a_word_that_is_no_device_gets_the_nearest(hourglass, monkeypatch, place, tmp_path):
    if place == "environment":
        monkeypatch.setenv("HOURGLASS_DEVICE", "gpuu")
    words = ["--device", "gpuu"] if place == "typed" else []
    done = hourglass(*TRAIN, "--output", "x", *words)
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    for word in ("gpuu", "device", "auto", "cpu", 'Did you mean "gpu"'):
        assert word.lower() in done.err.lower()
    assert not (tmp_path / "x").exists()


def test_auto_leaves_the_variables_alone(hourglass, a_run):
    assert hourglass("evaluate", a_run, "--device", "auto").code == 0
    assert not _NO_GPU.keys() & os.environ.keys()


def in_a_process(code, *words, cwd, **environment):
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, words)],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_gpus_are_hidden_before_the_backend_is_imported_and_it_sees_none(tmp_path, backend):
    visible = {"CUDA_VISIBLE_DEVICES": "0", "JAX_PLATFORMS": "", "KERAS_BACKEND": backend}
    done = in_a_process(
        LOOK_AT_THE_VARIABLES % list(_NO_GPU),
        *[*TRAIN, "--output", "x", "--device", "cpu"],
        cwd=tmp_path,
        **visible,
    )
    assert (done.returncode, done.stderr) == (0, f"{dict(_NO_GPU)}\n")
    run = RunFolder(tmp_path / "x")
    environment = run.read_record().environment
    assert (environment.backend, environment.device) == (backend, "cpu")
    assert "device" not in run.read_experiment().to_toml()
    assert '<th scope="row">device</th><td>cpu</td>' in run.report.read_text(encoding="utf-8")


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_a_process_without_a_gpu_refuses_in_one_line(tmp_path, backend):
    hidden = {"CUDA_VISIBLE_DEVICES": "-1", "HOURGLASS_DEVICE": "gpu", "KERAS_BACKEND": backend}
    code = "import sys; from hourglass.cli import main; main(sys.argv[1:])"
    done = in_a_process(code, *TRAIN, "--output", "x", cwd=tmp_path, **hidden)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert f"needs a GPU that {backend} can use" in done.stderr
    assert not list(tmp_path.iterdir())


def test_jax_keeps_to_itself_which_gpus_it_cannot_use(tmp_path):
    done = in_a_process(A_GPU_THAT_JAX_CANNOT_USE, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
