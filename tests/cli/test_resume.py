"""``hourglass resume``."""

import os
import shutil

import pytest

from hourglass.files import write_error
from hourglass.runs import RunFolder

TRAIN = ["train", "digits", "--network", "dense", "--units", "16", "--epochs", "8"]


@pytest.fixture
def broken_off(hourglass, tmp_path, monkeypatch):
    """Return a function that breaks off a training at its second epoch by an error."""
    from hourglass.training import ProgressBar

    def break_off(error):
        def raise_it(bar, epoch, logs=None):
            if epoch == 1:
                raise error

        with monkeypatch.context() as patch:
            patch.setattr(ProgressBar, "on_epoch_begin", raise_it)
            patch.setattr(ProgressBar, "on_train_batch_end", lambda *_, **__: None)
            patch.setattr(ProgressBar, "on_epoch_end", lambda *_, **__: None)
            return hourglass(*TRAIN, "--output", "x")

    return break_off


def test_a_run_that_was_interrupted_goes_on(broken_off, hourglass, tmp_path):
    done = broken_off(KeyboardInterrupt())
    assert done.code == 130
    assert done.err.strip().splitlines()[-1].endswith("Go on with: hourglass resume x")
    assert hourglass("runs", "list", "--runs", ".").out.count("unfinished") == 1
    done = hourglass("resume", "x")
    assert done.code == 0, done.err
    assert "180 test images" in done.out and "x/report.html" in done.out
    assert RunFolder(tmp_path / "x").read_record().status == "finished"
    again = hourglass("resume", "x")
    assert again.code == 0 and "finished already" in again.err


def test_a_full_disk_ends_with_74_and_the_way_to_go_on(broken_off, tmp_path):
    error = write_error(tmp_path / "x" / "checkpoint", OSError(28, os.strerror(28)))
    done = broken_off(error)
    assert done.code == 74
    assert "No space left" in done.err and "Go on with: hourglass resume x" in done.err


def test_what_cannot_go_on_is_refused_in_one_line(hourglass, a_run, tmp_path, monkeypatch):
    done = hourglass("resume", "no-such-run")
    assert done.code == 2 and "no run 'no-such-run'" in done.err
    run = RunFolder(shutil.copytree(a_run, tmp_path / "run"))
    record = run.read_record()
    text = (run.path / "record.json").read_text()
    text = text.replace('"finished"', '"trained"')
    (run.path / "record.json").write_text(
        text.replace(f'"threads": {record.environment.threads}', '"threads": 99')
    )
    with run.held():
        done = hourglass("resume", run.path)
        assert done.code == 1 and "Another process is working" in done.err
    done = hourglass("resume", run.path)
    assert done.code == 2 and len(done.err.splitlines()) == 1
    assert "thread count was 99" in done.err and "--allow-drift" in done.err
    done = hourglass("resume", run.path, "--allow-drift")
    assert done.code == 0 and "Going on although thread count was 99" in done.err


def test_minutes_between_checkpoints_are_more_than_none(hourglass):
    done = hourglass(*TRAIN, "--checkpoint-minutes", "0", "--output", "x")
    assert done.code == 2 and "--checkpoint-minutes must be" in done.err
