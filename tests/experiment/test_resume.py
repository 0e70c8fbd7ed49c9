"""A run that was broken off, and what becomes of it."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import keras
import pytest

from hourglass.errors import BusyError, DataError, DriftError, WriteError
from hourglass.experiment import resume_run, run_experiment
from hourglass.records import CheckpointTiming, Experiment, TrainingPlan
from hourglass.runs import RunFolder

ROOT = Path(__file__).parents[2]
EXPERIMENT = Experiment(
    data="digits",
    network="dense",
    units=(16,),
    latent_dim=6,
    plan=TrainingPlan(epochs=3, batch_size=64),
)
ALWAYS = CheckpointTiming(between_epochs=0, within_epochs=0, share=1e9)


class BreakOff(keras.callbacks.Callback):
    def __init__(self, epoch):
        super().__init__()
        self.epoch = epoch

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.epoch:
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return run_experiment(EXPERIMENT, tmp_path_factory.mktemp("whole") / "run")


@pytest.fixture(scope="module")
def _broken(tmp_path_factory):
    path = tmp_path_factory.mktemp("broken") / "run"
    with pytest.raises(KeyboardInterrupt):
        run_experiment(EXPERIMENT, path, timing=ALWAYS, callbacks=[BreakOff(2)])
    return path


@pytest.fixture
def broken(_broken, tmp_path):
    """Return a run that was broken off after two of its three epochs, in a place of its own."""
    return RunFolder(Path(shutil.copytree(_broken, tmp_path / "elsewhere")))


@pytest.fixture
def trained(whole, tmp_path):
    """Return a run that was broken off when its model was written and nothing after it."""
    run = RunFolder(Path(shutil.copytree(whole.path, tmp_path / "trained")))
    run.write_record(replace(run.read_record(), status="trained"))
    for name in ("scores.json", "samples.npz", "report.html"):
        (run.path / name).unlink()
    return run


def names(run):
    return {path.name for path in run.path.iterdir()}


def test_a_copied_run_goes_on_and_ends_like_one_that_was_left_alone(broken, whole):
    assert broken.read_record().status == "unfinished"
    assert {"checkpoint", "record.json"} <= names(broken)
    told = []
    resume_run(broken, tell=told.append)
    record = broken.read_record()
    assert (record.status, record.digests) == ("finished", whole.read_record().digests)
    assert record.digests.keys() == {"weights", "optimizer", "history"}
    assert broken.read_scores() == whole.read_scores()
    assert names(broken) == names(whole)
    assert told[0].startswith("Training a dense autoencoder")


def test_a_finished_run_says_so_and_is_left_alone(whole):
    before = {path: path.stat().st_mtime_ns for path in whole.path.iterdir()}
    told = []
    resume_run(whole, tell=told.append)
    assert told == [f"{whole.path} is finished already; there is nothing to go on with."]
    assert {path: path.stat().st_mtime_ns for path in whole.path.iterdir()} == before


def test_a_run_without_a_checkpoint_starts_again(broken, whole):
    shutil.rmtree(broken.checkpoint)
    resume_run(broken)
    assert broken.read_record().digests == whole.read_record().digests


def test_a_trained_run_is_compared_and_not_trained_again(trained, whole):
    resume_run(trained, callbacks=[BreakOff(0)])
    assert trained.read_record().status == "finished"
    # A model that was not trained here is not compiled by XLA, which rounds in another order.
    assert trained.read_scores().model.mse == pytest.approx(whole.read_scores().model.mse, rel=1e-5)


def test_two_processes_never_work_on_one_run(broken):
    before = names(broken)
    with broken.held():
        with pytest.raises(BusyError, match=r"Another process is working on .*elsewhere"):
            resume_run(broken)
        assert names(broken) == {*before, ".lock"}
    assert names(broken) == before


def test_other_images_are_refused(broken):
    broken.write_record(replace(broken.read_record(), data_fingerprint="0" * 64))
    with pytest.raises(DataError, match=r"is not what .*elsewhere was trained on"):
        resume_run(broken)


@pytest.mark.parametrize("state", ["broken", "trained"])
def test_drift_is_refused_or_written_down(state, request, monkeypatch):
    run = request.getfixturevalue(state)
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    with pytest.raises(DriftError, match=r"TF_ENABLE_ONEDNN_OPTS was not there and is 0.*--allow"):
        resume_run(run)
    resume_run(run, allow_drift=True)
    record = run.read_record()
    assert record.drift == ("TF_ENABLE_ONEDNN_OPTS was not there and is 0",)
    assert record.environment.settings["TF_ENABLE_ONEDNN_OPTS"] == "0"


def test_a_damaged_checkpoint_costs_an_epoch_and_one_warning(broken, whole):
    newest = max(broken.checkpoint.iterdir())
    newest.write_bytes(newest.read_bytes()[:-1])
    told = []
    resume_run(broken, tell=told.append)
    (warning,) = [line for line in told if "damaged" in line]
    assert newest.name in warning and warning.startswith("Warning")
    assert broken.read_record().digests == whole.read_record().digests


def test_a_checkpoint_that_cannot_be_written_costs_nothing(broken, whole, monkeypatch):
    before = sorted(path.name for path in broken.checkpoint.iterdir())
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(WriteError, match="checkpoint"):
            resume_run(broken, timing=ALWAYS)
    assert sorted(path.name for path in broken.checkpoint.iterdir()) == before
    resume_run(broken)
    assert broken.read_record().digests == whole.read_record().digests


def fail(handle):
    raise OSError(5, os.strerror(5))


def test_killed_at_a_random_moment_it_ends_with_the_same_bytes(tmp_path):
    # The same script kills fifty times for the table of results.
    done = subprocess.run(
        [
            sys.executable,
            "benchmarks/kill_and_resume.py",
            "--kills",
            "1",
            "--runs",
            "classifier",
            "--output",
            str(tmp_path / "kills.csv"),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "1 of 1 equal."
