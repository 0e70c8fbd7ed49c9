"""The story of a classifier: trained, measured beside its baselines, told."""

from pathlib import Path

import numpy as np
import pytest

from hourglass.bundles import load_classifier
from hourglass.errors import ConfigurationError, DataError
from hourglass.evaluation import accuracy_of
from hourglass.experiment import (
    denoise_files,
    evaluate_classifier,
    evaluate_run,
    reconstruct_files,
    run_experiment,
    run_group,
)
from hourglass.experiment.few_labels import study_few_labels
from hourglass.images import load_splits
from hourglass.inference import classify
from hourglass.records import Experiment, GroupPlan, TrainingPlan
from hourglass.runs import GroupFolder

GROUP = """# Classifiers of digits
story = "classification"
data = "digits"
epochs = 6

[[run]]
name = "dense"
objective = "classify"
network = "dense"
units = [32, 16]
activations = ["relu", "tanh"]

[[run]]
name = "autoencoder"
network = "dense"
units = [32]
latent_dim = 16
epochs = 20

[[own]]
name = "own-choice"
objective = "classify"
units = [6]
batch_size = 32
"""


@pytest.fixture(scope="module")
def group(tmp_path_factory) -> GroupFolder:
    # What the study finds is asked on its own below, with fewer draws.
    path: Path = tmp_path_factory.mktemp("group") / "classes.toml"
    path.write_text(GROUP)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hourglass.experiment.group.study_few_labels", _a_short_study)
        return run_group(GroupPlan.from_toml(path), path.parent / "group")


def _a_short_study(run, **options):
    return study_few_labels(run, units=(16,), shares=(0.1, 1.0), draws=1, epochs=5, **options)


@pytest.fixture(scope="module")
def run(group):
    return group.run("dense")


def test_a_run_has_all_its_files_and_nothing_else(run):
    assert {path.name for path in run.path.iterdir()} == {
        "architecture.json",
        "calibration.json",
        "classification.json",
        "experiment.toml",
        "figures",
        "history.csv",
        "model",
        "record.json",
        "report.html",
        "samples.npz",
    }


def test_the_table_is_what_the_model_file_gives_on_the_test_split(run):
    found = run.read_classification()
    splits = load_splits("digits", seed=0)
    model, spec = load_classifier(run.model)
    probabilities = classify(model, splits.test.read_all())
    assert spec.classes == 10
    assert found.model.accuracy == pytest.approx(accuracy_of(probabilities, splits.test.labels))
    assert (found.split, found.images, len(found.classes)) == ("test", 180, 10)
    assert [m.method for m in found.methods] == ["majority", "logistic", "neighbors", "model"]
    assert found.model.accuracy > 0.6 > found.methods[0].accuracy


def test_measuring_again_gives_the_same_table(run):
    told = []
    again, first = evaluate_classifier(run, tell=told.append), run.read_classification()
    assert told == [] and again.confusion == first.confusion
    assert again.methods[:-1] == first.methods[:-1]
    assert again.model.macro_auc == pytest.approx(first.model.macro_auc, abs=1e-5)
    assert again.cross_entropy == pytest.approx(first.cross_entropy, abs=1e-5)


def test_validation_accuracy_is_that_of_training(run):
    history = run.read_history()
    best = history.epochs[history.best_epoch - 1]
    found = evaluate_classifier(run, split="validation")
    assert found.split == "validation"
    assert found.model.accuracy == pytest.approx(best.val_accuracy)


def test_the_mistakes_are_pictures_of_the_test_split(run):
    samples, found = run.read_samples(), run.read_classification()
    shown = [mistake.position for mistake in found.mistakes]
    assert samples.groups["mistakes"].tolist() == shown
    test = load_splits("digits", seed=0).test
    assert np.array_equal(samples.strip("mistakes", "clean"), test.read(np.array(shown)))
    assert (run.figures / "mistakes.png").is_file()


def test_a_record_that_was_changed_is_noticed(run, monkeypatch):
    from dataclasses import replace

    found = run.read_classification()
    forged = replace(found, methods=(*found.methods[:-1], replace(found.model, accuracy=0.999)))
    monkeypatch.setattr(type(run), "read_classification", lambda self: forged)
    told = []
    evaluate_classifier(run, tell=told.append)
    assert len(told) == 1 and "accuracy 0.9990" in told[0]


def test_what_rebuilds_images_refuses_a_classifier_in_a_line(run, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "some.png").write_bytes(b"")
    for work in (denoise_files, reconstruct_files):
        with pytest.raises(ConfigurationError, match="is a classifier: it names classes"):
            work(run, [tmp_path / "in"], tmp_path / "out")
    with pytest.raises(ConfigurationError, match="is a classifier"):
        evaluate_run(run)


def test_the_group_tells_both_kinds_apart(group):
    record = group.read_record()
    assert record.status == "finished"
    assert [one.name for one in record.classifiers] == ["dense", "own-choice"]
    assert [one.name for one in record.members] == ["autoencoder"]
    for one in record.classifiers:
        found = group.run(one.name).read_classification()
        assert one.test_accuracy == found.model.accuracy
        assert one.train_images == 180 and 0 < one.validation_accuracy <= 1
    page = group.report.read_text(encoding="utf-8")
    assert "The classifiers beside each other" in page and "With few labels" in page


def test_more_labels_help_and_latents_are_compared_with_pixels(group):
    study = group.read_record().few_labels
    assert (study.run, study.latent_dim, study.shares) == ("autoencoder", 16, (0.1, 1.0))
    assert set(study.ways) == {
        (features, method) for features in ("pixels", "latents") for method in ("logistic", "dense")
    }
    for few, all_ in study.ways.values():
        assert all_.test_accuracy > few.test_accuracy
        assert (few.labels, all_.labels) == (143, 1437)


def test_latents_need_a_code(group, finished):
    with pytest.raises(ConfigurationError, match="has none"):
        study_few_labels(finished("denoiser"))
    with pytest.raises(ConfigurationError, match="is a classifier"):
        study_few_labels(group.run("dense"))


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (None, "needs labels, and .* has none"),
        (np.zeros(60, int), "has one"),
        (np.r_[np.zeros(59, int), 1], "1 has 1 image; 3 are needed. Add"),
        (np.r_[np.zeros(30, int), np.full(30, 2)], "1 has 0 images; 3 are needed"),
    ],
    ids=["none", "one class", "a rare class", "a gap"],
)
def test_data_that_cannot_be_classified_are_refused(tmp_path, labels, words):
    pixels = np.random.default_rng(0).integers(0, 255, (60, 6, 6, 1), np.uint8)
    arrays = {"images": pixels} if labels is None else {"images": pixels, "labels": labels}
    np.savez(tmp_path / "some.npz", **arrays)
    asked = Experiment(
        data=str(tmp_path / "some.npz"), objective="classify", plan=TrainingPlan(epochs=1)
    )
    with pytest.raises(DataError, match=words):
        run_experiment(asked, tmp_path / "run")
    assert not (tmp_path / "run").exists()
