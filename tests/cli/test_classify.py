"""Commands with a classifier: trained, measured, listed, refused where images are wanted."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from hourglass.cli.telling import tell_finished_run
from hourglass.images import write_image_file
from hourglass.runs import RunFolder

CLASSIFY = ["--objective", "classify"]


@pytest.fixture(scope="module")
def classifier(a_classifier, tmp_path_factory):
    copy = tmp_path_factory.mktemp("cli") / "classes"
    shutil.copytree(a_classifier.path, copy)
    return copy


@pytest.fixture
def given(digits, tmp_path):
    for number, image in enumerate(digits[:10]):
        write_image_file(tmp_path / "in" / str(number % 10) / f"{number}.png", image)
    write_image_file(tmp_path / "in" / "0" / "black.png", np.zeros((8, 8, 1), np.float32))
    return tmp_path / "in"


def test_classify_prints_what_files_are_and_what_that_is_worth(hourglass, classifier, given):
    words = ("classify", classifier, given, "--output", "out.csv")
    done = hourglass(*words, "--sheet", "unsure.png")
    assert (done.code, done.err) == (0, "")
    for told in (
        "dense classifier (classes): 11 files",
        "unknown",
        "Of the run's own test images",
        "Rates: measured on 180 test images. Thresholds: from 180 validation images",
        "Test (measured): cross-entropy",
        "measured on 11 of the given files",
        "their commonest class, would have 0.1818",
        "Table: out.csv.",
        "The least sure: unsure.png",
    ):
        assert told in done.out
    again = hourglass(*words)
    assert again.code == 0 and "It was done before and is left alone." in again.out
    told = json.loads(hourglass(*words, "--json").out)
    assert told["done_before"] and told == json.loads(Path("out.csv.json").read_text()) | {
        "done_before": True,
        "sheet": None,
    }
    refused = hourglass(*words, "--top", "2")
    assert (refused.code, len(refused.err.splitlines())) == (2, 1)
    assert "Choose another --output" in refused.err


def test_a_file_that_cannot_be_read_ends_with_3_and_the_others_are_there(
    hourglass, classifier, given
):
    (given / "0" / "text.png").write_text("no image")
    exported = hourglass("export", classifier, "--output", "m.hourglass")
    assert exported.code == 0
    done = hourglass("classify", "m.hourglass", given, "--output", "out.csv", "--json", "--quiet")
    assert done.code == 3 and "text.png" in done.err.splitlines()[0]
    assert "1 of 12 files failed" in done.err.splitlines()[1]
    assert (
        json.loads(done.out)["failed"] == 1 and len(Path("out.csv").read_text().splitlines()) == 13
    )
    assert "Temperature" in hourglass("runs", "show", "m.hourglass").out


def test_a_training_that_ends_says_that_its_run_classifies(classifier, a_run, capsys):
    for run, said in ((classifier, True), (a_run, False)):
        tell_finished_run(RunFolder(run), json=False)
        told = f"hourglass classify {run} IN --output PREDICTIONS.csv" in capsys.readouterr().out
        assert told == said


def test_a_run_that_rebuilds_images_names_a_training_that_classifies(hourglass, a_run, given):
    done = hourglass("classify", a_run, given, "--output", "out.csv")
    assert done.code == 2 and not Path("out.csv").exists()
    assert "hourglass train --data digits" in done.err and "--objective classify" in done.err


def test_train_ends_with_the_tables_of_classifier(hourglass, tmp_path):
    words = ["--network", "dense", "--units", "12", "--activations", "selu", "--epochs", "3"]
    done = hourglass("train", "digits", *CLASSIFY, *words, "--dropout", "0.1", "--output", "x")
    assert done.code == 0, done.err
    for line in ("180 test images", "logistic regression", "class by class", "x/report.html"):
        assert line in done.out
    assert "denoise" not in done.out
    asked = (tmp_path / "x" / "experiment.toml").read_text()
    assert 'activations = [\n    "selu",\n]' in asked and "dropout = 0.1" in asked
    again = hourglass("train", "--config", "x/experiment.toml", "--seed", "5", "--output", "y")
    assert again.code == 0, again.err


def test_classifier_is_measured_again_and_listed(hourglass, classifier):
    found = json.loads(hourglass("evaluate", classifier, "--json").out)
    assert found["split"] == "test" and found["methods"][-1]["method"] == "model"
    assert hourglass("evaluate", classifier, "--split", "validation").code == 0
    listed = hourglass("runs", "list", "--runs", classifier.parent)
    assert f"accuracy {found['methods'][-1]['accuracy']:.4f}" in listed.out
    line = json.loads(hourglass("runs", "list", "--runs", classifier.parent, "--json").out)[0]
    assert line["accuracy"] == found["methods"][-1]["accuracy"] and line["mse"] is None
    shown = json.loads(hourglass("runs", "show", classifier, "--json").out)
    assert shown["classification"]["images"] == 180 and shown["scores"] is None
    assert "class by class" in hourglass("runs", "show", classifier).out
    assert hourglass("report", classifier).code == 0


@pytest.mark.parametrize(
    "words",
    [
        ["denoise", "RUN", "in", "--output", "out"],
        ["reconstruct", "RUN", "in", "--output", "out"],
        ["detect", "RUN", "in", "--output", "out"],
        ["embed", "RUN", "in", "--output", "out.npz"],
        ["sample", "RUN", "--output", "out.png"],
        ["evaluate", "RUN", "--cross"],
    ],
    ids=lambda words: words[0],
)
def test_what_needs_images_back_is_refused_in_a_line(hourglass, classifier, tmp_path, words):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "some.png").write_bytes(b"")
    done = hourglass(*[classifier if word == "RUN" else word for word in words])
    assert (done.code, len(done.err.strip().splitlines())) == (2, 1)
    assert "is a classifier: it names classes" in done.err
    assert "`hourglass classify` names the classes of files" in done.err


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--noise", "0.2"], "corruption = gaussian:0.2 is not for objective classify"),
        (["--latent-dim", "3"], "latent_dim = 3 is not for objective classify"),
        (["--loss", "bce"], "has the loss cross-entropy alone"),
        (["--network", "unet"], "takes network convolutional or dense; it is unet"),
        (["--normalized"], "normalized = True is for network dense"),
        (["--network", "dense", "--activations", "relu"], "an activation for each of the units"),
        (["--network", "dense", "--units", "0"], "units.0 should be greater than 0"),
        (["--dropout", "1"], "dropout should be less than 1"),
        (["--momentum", "0.9"], "is for optimizer sgd or rmsprop; it is adam"),
        (["--weight-decay", "0.1"], "is for optimizer adamw; it is adam"),
        (["--expected", "collapse"], "expected = collapse is not for objective classify"),
    ],
    ids=" ".join,
)
def test_keys_that_do_not_go_together_are_named(hourglass, tmp_path, words, line):
    done = hourglass("train", "digits", *CLASSIFY, *words, "--output", "x")
    assert (done.code, len(done.err.strip().splitlines())) == (2, 1), done.err
    assert line in done.err
    assert not (tmp_path / "x").exists()


def test_keys_of_classifier_are_refused_elsewhere(hourglass, tmp_path):
    done = hourglass("train", "digits", "--dropout", "0.2", "--output", "x")
    assert done.code == 2 and "dropout = 0.2 is for objective classify" in done.err


def test_data_without_labels_are_refused(hourglass, tmp_path):
    import numpy as np

    np.save(tmp_path / "bare.npy", np.random.default_rng(0).random((30, 8, 8, 1), np.float32))
    done = hourglass("train", "bare.npy", *CLASSIFY, "--epochs", "1", "--output", "x")
    assert done.code == 65 and "needs labels" in done.err
    assert not (tmp_path / "x").exists()


def test_a_file_of_another_objective_gives_way_to_the_command_line(hourglass, tmp_path):
    (tmp_path / "e.toml").write_text(
        'data = "digits"\nobjective = "classify"\nnetwork = "dense"\nunits = [9]\n'
        'activations = ["tanh"]\nloss = "cross-entropy"\nepochs = 1\n'
    )
    done = hourglass("train", "--config", "e.toml", "--objective", "plain", "--output", "x")
    assert done.code in (0, 1), done.err
    assert 'network = "convolutional"' in (tmp_path / "x" / "experiment.toml").read_text()
