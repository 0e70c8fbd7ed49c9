"""Each mistake has its exit code and one line that says what to do; nothing is lost."""

import numpy as np
import pytest

TRAIN = ["--noise", "0.2", "--epochs", "1", "--output", "run"]


@pytest.fixture
def material(tmp_path):
    """Make one of everything that is not images."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "note.png").write_text("no image")
    good = np.random.default_rng(0).random((30, 8, 8, 1), np.float32)
    np.save(tmp_path / "nan.npy", np.where(good > 0.9, np.nan, good))
    np.save(tmp_path / "range.npy", good * 255)
    np.save(tmp_path / "axes.npy", good[0, :, :, 0])
    np.save(tmp_path / "bad.npz", good)
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04 and no more")
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "typo.toml").write_text("epoch = 3\n")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        (["train", "photos/", *TRAIN], 2, "photos"),
        (["train", "empty", *TRAIN], 65, "empty"),
        (["train", "text", *TRAIN], 65, "note.png"),
        (["train", "nan.npy", *TRAIN], 65, "NaN"),
        (["train", "range.npy", *TRAIN], 65, "Divide values from 0 to 255 by 255"),
        (["train", "axes.npy", *TRAIN], 65, "four axes"),
        (["train", "broken.npz", *TRAIN], 65, "broken.npz"),
        (["train", "digit", *TRAIN], 2, "Did you mean 'digits'"),
        (["train", "digits", "--network", "unett", *TRAIN], 2, "Did you mean 'unet'"),
        (["train", "digits", "--loss", "msee", *TRAIN], 2, "Did you mean 'mse'"),
        (
            ["train", "digits", "--corruption", "gausian:1", *TRAIN[2:]],
            2,
            "Did you mean 'gaussian'",
        ),
        (["train", "digits", "--noise", "-0.1", *TRAIN[2:]], 2, "noise factor must be 0 or more"),
        (["train", "digits", "--noise", "loud", *TRAIN[2:]], 2, "loud"),
        (["train", "digits", "--epochs", "0", *TRAIN[4:]], 2, "epochs should be greater than 0"),
        (["train", "digits", "--beta-2", "1", *TRAIN], 2, "beta_2 should be less than 1"),
        (["train", "digits", "--minutes", "1", *TRAIN], 2, "epochs or minutes, not both"),
        (["train", "digits", "--units", "0", *TRAIN], 2, "units"),
        (["train", "digits", "--epoch", "3"], 2, "--epoch"),
        (["train", "digits", "--epochs", "1", "--network", "unet"], 2, "no bottleneck"),
        (["train", "digits", *TRAIN[:4], "--output", "file/run"], 74, "file/run"),
        (["train", "digits", *TRAIN[:4], "--output", "empty"], 2, "exists already"),
        (["train", "digits", "--config", "none.toml"], 2, "none.toml"),
        (["train", "digits", "--config", "typo.toml"], 2, "Did you mean 'epochs'"),
        (["train", "digits", "--config", "broken.npz"], 2, "not TOML"),
        (["trian"], 2, "train"),
        (["evaluate", "none"], 2, "no run 'none'"),
        (["evaluate", "latest"], 2, "hourglass train"),
        (["evaluate"], 2, "RUN"),
        (["report", "none"], 2, "no run 'none'"),
        (["runs", "show", "none"], 2, "no run 'none'"),
        (["denoise", "none", "empty", "--output", "o"], 2, "no run 'none'"),
        (["reconstruct", "none", "empty", "--output", "o"], 2, "no run 'none'"),
        (["reconstruct", "none", "empty"], 2, "--output"),
        (["sample", "none", "--output", "o.png"], 2, "no run 'none'"),
        (["sample", "none"], 2, "--output"),
        (["interpolate", "none", "--output", "o.png"], 2, "no run 'none'"),
        (["train", "digits", "--objective", "variational", "--beta", "-1"], 2, "beta should be"),
        (["train", "digits", "--beta", "2", *TRAIN], 2, "for objective variational"),
        (["data", "show", "minst"], 2, "Did you mean 'mnist'"),
        (["data", "fetch", "minst"], 2, "Did you mean 'mnist'"),
        (["data", "show", "text"], 65, "note.png"),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, list) else None,
)
def test_one_clear_line_and_a_code(hourglass, material, words, code, line):
    before = sorted(material.rglob("*"))
    done = hourglass(*words)
    assert done.code == code, done.err
    assert line in done.err
    assert len(done.err.strip().splitlines()) == 1
    assert "Traceback" not in done.err and done.out == ""
    assert sorted(material.rglob("*")) == before


def test_data_that_cannot_be_had(hourglass, tmp_path, monkeypatch):
    # Nothing is where it could be, and a mirror that nobody serves stands for no network.
    from hourglass.images import lookup

    monkeypatch.setattr(lookup, "SYSTEM_DATA", tmp_path / "system")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("HOURGLASS_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("HOURGLASS_DATA_DIR", raising=False)
    done = hourglass("train", "mnist", *TRAIN, "--offline")
    assert done.code == 69
    for words in ("hourglass data fetch mnist", "keras", "cache", "--data-dir"):
        assert words in done.err
    assert not (tmp_path / "run").exists()


def test_damaged_models_are_data_errors(hourglass, a_run, tmp_path):
    import shutil

    shutil.copytree(a_run, tmp_path / "copy")
    (tmp_path / "copy" / "model" / "weights.safetensors").write_bytes(b"x")
    done = hourglass("evaluate", "copy")
    assert (done.code, "SHA-256" in done.err) == (65, True)


@pytest.mark.parametrize("command", ["denoise", "reconstruct"])
def test_a_batch_with_failures_ends_with_3(hourglass, a_run, material, command):
    done = hourglass(command, a_run, "text", "--output", "out")
    assert done.code == 3
    assert "note.png" in done.err and "1 of 1 files failed" in done.err


@pytest.mark.parametrize("command", ["denoise", "reconstruct"])
def test_files_that_are_not_there_end_with_2(hourglass, a_run, material, command):
    for place, words in [("none", "no file or folder none"), ("empty", "holds no image file")]:
        done = hourglass(command, a_run, place, "--output", "out")
        assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
        assert words in done.err
    assert not (material / "out").exists()


def test_the_traceback_comes_with_debug(hourglass, material):
    done = hourglass("train", "empty", *TRAIN, "--debug")
    assert done.code == 65 and "Traceback" in done.err
