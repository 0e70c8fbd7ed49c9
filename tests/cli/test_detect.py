"""``hourglass detect`` as a user sees it."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from hourglass.bundles import save_bundle
from hourglass.cli.telling import tell_finished_run
from hourglass.images import write_image_file
from hourglass.models import build_model
from hourglass.records import (
    Detection,
    Experiment,
    ModelSpec,
    NetworkOptions,
    TrainingPlan,
    from_json,
)
from hourglass.runs import RunFolder
from hourglass.seeds import generator

DENSE = ModelSpec(
    network="dense",
    image_shape=(8, 8, 1),
    options=NetworkOptions(units=(16,), latent_dim=4, activation="relu"),
)


@pytest.fixture(scope="module")
def a_code(made_once, tmp_path_factory) -> Path:
    """Return a copy of a finished run whose network has a code."""
    # That of the stories' tests, so that it is made once for both.
    asked = Experiment(
        data="digits",
        units=(8, 16),
        latent_dim=16,
        plan=TrainingPlan(epochs=6, batch_size=32, seed=3),
    )
    copy = tmp_path_factory.mktemp("detect") / "run"
    shutil.copytree(made_once("runs/autoencoder", asked).path, copy)
    return copy


@pytest.fixture
def given(digits, tmp_path) -> Path:
    for number, image in enumerate(digits[:10]):
        write_image_file(tmp_path / "in" / "good" / f"{number}.png", image)
    write_image_file(tmp_path / "in" / "odd" / "noise.png", generator(1).random((8, 8, 1)))
    return tmp_path / "in"


def test_the_table_names_every_method_with_its_split_and_interval(hourglass, a_code, given):
    done = hourglass("detect", a_code, given, "--output", "out", "--normal-label", "good")
    assert (done.code, done.err) == (
        0,
        "Looking at the normal images that the run was trained on.\n",
    )
    for words in (
        "features and pixels",
        "pixel error",
        "latent distance",
        "PCA-32 error",
        "kNN-5 on pixels",
        "False alarms: measured on 180 other normal images (digits, test).",
        "Thresholds: rank 180 among the scores of 180 normal images (digits, validation).",
        "all of them count as normal",
        "10 of them normal (good) and 1 not.",
        f"{Path('out') / 'anomalies.csv'}",
    ):
        assert words in done.out
    alone = hourglass("detect", a_code, given / "good", "--output", "o", "--normal-label", "good")
    assert "10 of them normal (good) and 0 not. It takes one of each." in alone.out
    assert {path.name for path in Path("out").iterdir()} == {
        "anomalies.csv",
        "anomalies.json",
        "worst.png",
        "heat-maps",
        ".hourglass-parts",
    }


def test_json_is_the_record_on_disk_and_failed_files_end_with_3(hourglass, a_code, given):
    (given / "odd" / "text.png").write_text("no image")
    words = ("detect", a_code, given, "--output", "out", "--json", "--false-alarms", "0.05")
    done = hourglass(*words)
    assert done.code == 3 and "text.png cannot be read" in done.err
    assert Path("out/anomalies.json").read_text() == done.out
    found = from_json(Detection, done.out.encode(), "the output")
    assert (found.failed, found.calibration.false_alarms) == (1, 0.05)
    assert found.deciding.auroc is None
    again = hourglass(*words, "--quiet")
    assert (again.code, again.out, len(again.err.splitlines())) == (3, done.out, 2)
    assert json.loads(done.out)["calibration"]["split"] == "validation"


def test_what_cannot_be_is_one_line_with_what_to_do(hourglass, a_code, a_run, given):
    words = ("--output", "out")
    for command, code, said in [
        ((a_run, given, *words), 2, "hourglass train"),
        ((a_code, given, *words, "--false-alarms", "0.001"), 2, "at least 999 held-out"),
        ((a_code, given, *words, "--normal", "nowhere.npz"), 2, "There is no file or folder"),
        ((a_code, given / "nothing", *words), 2, "There is no file or folder"),
    ]:
        done = hourglass("detect", *command)
        assert (done.code, done.out) == (code, "") and said in done.err.splitlines()[-1]
    assert not Path("out").exists()


def test_a_model_file_detects_with_normal_images_of_the_user(hourglass, given, digits, tmp_path):
    save_bundle(build_model(DENSE, seed=1), DENSE, tmp_path / "m.hourglass")
    done = hourglass("detect", "m.hourglass", given, "--output", "out")
    assert done.code == 2 and "--normal PATH" in done.err
    np.savez(tmp_path / "normal.npz", images=np.rint(digits[:300] * 255).astype(np.uint8))
    done = hourglass("detect", "m.hourglass", given, "--output", "out", "--normal", "normal.npz")
    assert done.code == 0 and "normal.npz, held-out part" in done.out
    assert "60 other normal images" in done.out


def test_normal_images_of_another_shape_are_refused(hourglass, given, tmp_path):
    save_bundle(build_model(DENSE, seed=1), DENSE, tmp_path / "m.hourglass")
    np.savez(tmp_path / "large.npz", images=np.zeros((300, 9, 8, 1), np.uint8))
    done = hourglass("detect", "m.hourglass", given, "--output", "out", "--normal", "large.npz")
    assert done.code == 65 and "(9, 8, 1)" in done.err and "(8, 8, 1)" in done.err


def test_a_training_that_ends_says_that_its_run_detects(a_code, a_run, capsys):
    for run, said in ((a_code, True), (a_run, False)):
        tell_finished_run(RunFolder(run), json=False)
        assert (f"hourglass detect {run} IN --output OUT" in capsys.readouterr().out) == said
