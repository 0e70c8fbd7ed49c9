"""What only a process of its own can show: imports, file descriptors, signals."""

import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hourglass.runs import RunFolder

TRAIN = ["train", "digits", "--network", "dense", "--noise", "0.2"]


@pytest.fixture(autouse=True)
def _interruptible():
    """Let processes be interrupted also where the tests run in the background of a shell.

    Such a shell has its children ignore the signal, and they hand that on; a handler is not
    handed on, so that a child of this process starts as usual.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@contextmanager
def start(*words: str | Path, cwd: Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "hourglass", *map(str, words)],
        cwd=cwd,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            # One that did not end in time would be waited for without end.
            process.kill()


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["train", "--help"],
        ["denoise", "--help"],
        ["reconstruct", "--help"],
        ["data", "list"],
        ["data", "show", "fashion-mnist-small"],
        ["runs", "list"],
        ["runs", "show", "RUN"],
        ["export", "RUN", "--output", "model.hourglass"],
        ["report", "RUN"],
    ],
    ids=" ".join,
)
def test_light_commands_never_import_keras(words, a_run, tmp_path):
    words = [str(a_run) if word == "RUN" else word for word in words]
    code = (
        "import sys\n"
        "from hourglass.cli import main\n"
        "try:\n"
        f"    main({words!r})\n"
        "except SystemExit as end:\n"
        "    found = {'keras', 'tensorflow', 'jax', 'torch'} & set(sys.modules)\n"
        "    sys.exit(f'{end.code} {sorted(found)}' if end.code or found else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_no_library_writes_to_standard_error_and_quiet_is_quiet(tmp_path):
    train = [*TRAIN, "--epochs", "8", "--output"]
    code = (
        "import sys\n"
        "from hourglass.cli import main\n"
        f"for words in {[[*train, 'x'], [*train, 'y', '--quiet']]!r}:\n"
        "    try:\n"
        "        main(words)\n"
        "    except SystemExit as end:\n"
        "        if end.code:\n"
        "            raise\n"
        "    print('END OF A COMMAND', flush=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    told, quiet, rest = done.stdout.split("END OF A COMMAND")
    assert "affine LMMSE" in told and "affine LMMSE" in quiet and not rest.strip()
    # Both lines are of the first command: the second had nothing to say.
    first, second = done.stderr.strip().splitlines()
    assert first.startswith("Training a dense denoiser")
    assert second.startswith("Comparing")


def test_an_interrupted_run_is_marked_and_has_no_half_written_file(tmp_path):
    with start(*TRAIN, "--epochs", "100000", "--output", "x", cwd=tmp_path) as done:
        # The first line of the story comes after the folder of the run, before its training.
        assert done.stderr is not None and "Training" in done.stderr.readline()
        time.sleep(5)
        done.send_signal(signal.SIGINT)
        out, err = done.communicate(timeout=60)
    assert (done.returncode, out) == (130, "")
    # Before it there may be a warning: in so few steps a network is no better than the mean image.
    assert err.strip().splitlines()[-1].startswith("Interrupted.")
    assert "Traceback" not in err
    run = RunFolder(tmp_path / "x")
    assert run.read_record().status == "unfinished"
    names = {path.name for path in run.path.iterdir()}
    assert names == {"architecture.json", "experiment.toml", "record.json"}
    with start("runs", "list", "--runs", tmp_path, cwd=tmp_path) as listing:
        assert "unfinished" in listing.communicate(timeout=60)[0]


@pytest.mark.skipif(importlib.util.find_spec("torch") is not None, reason="PyTorch is here")
def test_without_a_backend_one_line_names_the_extras(tmp_path):
    with start(*TRAIN, "--epochs", "1", cwd=tmp_path, KERAS_BACKEND="torch") as done:
        _, err = done.communicate(timeout=60)
    assert done.returncode == 1
    assert len(err.strip().splitlines()) == 1
    assert "torch is not installed" in err and "extras cpu, cuda, jax, torch" in err


@pytest.mark.parametrize("name", ["numpy", "theano.x", "tensorflw"])
def test_a_backend_that_cannot_train_is_refused(tmp_path, name):
    with start(*TRAIN, "--epochs", "1", "--output", "x", cwd=tmp_path, KERAS_BACKEND=name) as done:
        _, err = done.communicate(timeout=60)
    assert done.returncode == 2
    assert len(err.strip().splitlines()) == 1
    assert f"KERAS_BACKEND '{name}' is not known" in err and "jax, tensorflow, torch" in err
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("words", ["--help", "data list", "data show digits --json"])
def test_a_reader_that_has_read_enough_is_no_fault(tmp_path, words):
    command = f"{sys.executable} -m hourglass {words}"
    script = f"set -o pipefail; ({command}; echo $? >&2) | (exec 0<&-; sleep 2)"
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stderr.strip() == "0"


def test_a_full_output_is_told(tmp_path):
    command = f"{sys.executable} -m hourglass data show digits --json > /dev/full"
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 74
    assert "Could not read or write" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("delay", [0.1, 0.2, 0.4, 0.8])
def test_an_early_interruption_is_quiet(tmp_path, delay):
    with start(*TRAIN, "--epochs", "100000", "--output", "x", cwd=tmp_path) as done:
        time.sleep(delay)
        done.send_signal(signal.SIGINT)
        _, err = done.communicate(timeout=60)
    # In its first moments Python itself has no handler yet and ends by the signal.
    assert done.returncode in (130, -signal.SIGINT)
    assert "Traceback" not in err or done.returncode == -signal.SIGINT


def test_nothing_can_be_written_on_a_full_disk(tmp_path):
    # A limit on the size of files makes the kernel refuse the write, as a full disk does.
    code = (
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
        "from hourglass.cli import main\n"
        f"main({[*TRAIN, '--epochs', '1', '--output', 'x']!r})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 74, done.stderr
    assert "Could not write" in done.stderr.strip().splitlines()[-1]
    assert not list(tmp_path.rglob("*.part"))
