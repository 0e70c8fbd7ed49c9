"""Commands with a classifier: trained, measured, listed, refused where images are wanted."""

import json

import pytest

CLASSIFY = ["--objective", "classify"]


@pytest.fixture(scope="module")
def a_classifier(tmp_path_factory):
    from hourglass.experiment import run_experiment
    from hourglass.records import Experiment, TrainingPlan

    asked = Experiment(
        data="digits",
        objective="classify",
        network="dense",
        units=(16, 8),
        activations=("relu", "tanh"),
        plan=TrainingPlan(epochs=4, optimizer="sgd", momentum=0.9),
    )
    return run_experiment(asked, tmp_path_factory.mktemp("cli") / "classes").path


def test_train_ends_with_the_tables_of_a_classifier(hourglass, tmp_path):
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


def test_a_classifier_is_measured_again_and_listed(hourglass, a_classifier):
    found = json.loads(hourglass("evaluate", a_classifier, "--json").out)
    assert found["split"] == "test" and found["methods"][-1]["method"] == "model"
    assert hourglass("evaluate", a_classifier, "--split", "validation").code == 0
    listed = hourglass("runs", "list", "--runs", a_classifier.parent)
    assert f"accuracy {found['methods'][-1]['accuracy']:.4f}" in listed.out
    line = json.loads(hourglass("runs", "list", "--runs", a_classifier.parent, "--json").out)[0]
    assert line["accuracy"] == found["methods"][-1]["accuracy"] and line["mse"] is None
    shown = json.loads(hourglass("runs", "show", a_classifier, "--json").out)
    assert shown["classification"]["images"] == 180 and shown["scores"] is None
    assert "class by class" in hourglass("runs", "show", a_classifier).out
    assert hourglass("report", a_classifier).code == 0


@pytest.mark.parametrize(
    "words",
    [
        ["denoise", "RUN", "in", "--output", "out"],
        ["reconstruct", "RUN", "in", "--output", "out"],
        ["evaluate", "RUN", "--cross"],
    ],
    ids=lambda words: words[0],
)
def test_what_needs_images_back_is_refused_in_a_line(hourglass, a_classifier, tmp_path, words):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "some.png").write_bytes(b"")
    done = hourglass(*[a_classifier if word == "RUN" else word for word in words])
    assert (done.code, len(done.err.strip().splitlines())) == (2, 1)
    assert "is a classifier: it names classes" in done.err


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


def test_keys_of_a_classifier_are_refused_elsewhere(hourglass, tmp_path):
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
