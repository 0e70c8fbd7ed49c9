"""The code of a run beside raw pixels and PCA, and suites ranked on validation."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from hourglass.bundles import load_model
from hourglass.evaluation import trustworthiness
from hourglass.experiment import evaluate_latents, run_experiment, run_group
from hourglass.experiment.pairs import error_of, freeze_pairs
from hourglass.experiment.suite_study import study_suites
from hourglass.images import load_splits
from hourglass.inference import encode
from hourglass.records import Experiment, GroupPlan, TrainingPlan
from hourglass.report import write_group_report
from hourglass.runs import GroupFolder

SUITES = """# Suites of a small network

story = "suites"
beside = "suite-two"
data = "digits"
network = "dense"
units = [24]
latent_dim = 8
epochs = 6
batch_size = 64
learning_rate = 0.01

[[run]]
name = "published"

[[run]]
name = "too-slow"
learning_rate = 0.0001
expected = "collapse"

[[run]]
name = "slow"
learning_rate = 0.005
"""


@pytest.fixture(scope="module")
def study(finished):
    return evaluate_latents(finished("autoencoder"), most_mapped=120)


def test_the_figures_are_those_of_the_codes(study, finished):
    model, _ = load_model(finished("autoencoder").model)
    splits = load_splits("digits", seed=3)
    codes, known = (encode(model, part.read_all()) for part in (splits.test, splits.train))
    neighbors = KNeighborsClassifier(10).fit(known, splits.train.labels)
    found = study.embedding.space("latents")
    assert found.neighbors_accuracy == pytest.approx(neighbors.score(codes, splits.test.labels))
    mapped = study.maps.positions
    pixels = splits.test.read_all()[mapped].reshape(120, -1)
    assert found.trustworthiness == pytest.approx(trustworthiness(pixels, codes[mapped]), abs=1e-6)
    places = study.maps.maps["latents"]
    assert found.map_trustworthiness == pytest.approx(
        trustworthiness(codes[mapped], places), abs=1e-6
    )
    assert np.array_equal(study.maps.labels, splits.test.labels[mapped])


def test_pixels_pca_and_latents_stand_beside_each_other(study):
    embedding = study.embedding
    assert [space.space for space in embedding.spaces] == ["pixels", "pca", "latents"]
    assert [space.dimensions for space in embedding.spaces] == [64, 16, 16]
    assert list(study.maps.maps) == ["pixels", "pca", "latents"]
    assert (embedding.images, embedding.mapped_images, embedding.split) == (180, 120, "test")
    assert embedding.train_images == embedding.fitted_images == 1437
    assert embedding.class_names == tuple("0123456789")
    assert embedding.space("pixels").trustworthiness == 1.0
    assert all(0.85 < space.neighbors_accuracy <= 1.0 for space in embedding.spaces)


def test_validation_can_be_measured_in_place_of_test(finished):
    found = evaluate_latents(finished("autoencoder"), split="validation", most_mapped=30)
    assert found.embedding.split == "validation" and found.embedding.images == 180


def test_images_without_labels_are_measured_by_what_needs_none(tmp_path):
    images = load_splits("digits", seed=0).train.read_all()[:200]
    np.save(tmp_path / "plain.npy", images)
    asked = Experiment(
        data=str(tmp_path / "plain.npy"),
        network="dense",
        units=(8,),
        latent_dim=4,
        plan=TrainingPlan(epochs=3),
    )
    study = evaluate_latents(run_experiment(asked, tmp_path / "run"))
    latents = study.embedding.space("latents")
    assert latents.neighbors_accuracy is latents.probe_accuracy is latents.adjusted_rand is None
    assert 0 < latents.trustworthiness <= 1 and 0 < latents.continuity <= 1
    assert "the images have no labels" in study.embedding.left_out
    assert study.maps.labels is None and study.embedding.class_names == ()


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    path = tmp_path_factory.mktemp("plans") / "suite-one.toml"
    path.write_text(SUITES)
    return replace(GroupPlan.from_toml(path), mapped_images=60)


@pytest.fixture(scope="module")
def group(plan, tmp_path_factory):
    return run_group(plan, tmp_path_factory.mktemp("suites") / "suite-one")


@pytest.fixture
def two(group, tmp_path):
    """Return the group and one beside it, which found a shorter code."""
    folders = [tmp_path / name for name in ("suite-one", "suite-two")]
    for folder in folders:
        shutil.copytree(group.path, folder)
    first, second = map(GroupFolder, folders)
    record = first.read_record()
    second.write_record(replace(record, name="suite-two", beside="suite-one"))
    best = second.run("published")
    embedding = best.read_embedding()
    *others, latents = embedding.spaces
    shorter = replace(embedding, spaces=(*others, replace(latents, dimensions=5)))
    best.write_embedding(shorter)
    return first, second


def test_suites_are_ranked_on_validation_and_the_collapsed_one_is_not_shown(group):
    record = group.read_record()
    rows = {row.run: row.validation_mse for row in record.suite.rows}
    assert list(rows) == ["published", "slow", "too-slow"]
    assert list(rows.values()) == sorted(rows.values())
    assert group.run("too-slow").read_scores().collapsed
    assert (record.suite.best, record.suite.least_good) == ("published", "slow")
    model, _ = load_model(group.run("slow").model)
    validation = freeze_pairs(load_splits("digits", seed=0).validation, None, "validation")
    assert rows["slow"] == pytest.approx(error_of(model, validation), rel=1e-5)


def test_the_own_choice_is_ranked_and_is_no_suite(group):
    runs = [group.run(name) for name in ("published", "slow")]
    study = study_suites(runs, own={"slow"})
    assert [row.run for row in study.rows] == ["published", "slow"]
    assert (study.best, study.least_good) == ("published", None)


def test_the_code_of_the_best_suite_is_mapped_once(plan, group):
    maps = group.run("published").path / "maps.npz"
    assert len(group.run("published").read_maps().positions) == 60
    assert not (group.run("slow").path / "maps.npz").exists()
    assert "What the code keeps" in group.run("published").report.read_text(encoding="utf-8")
    before = maps.stat().st_mtime_ns
    run_group(plan, group.path)
    assert maps.stat().st_mtime_ns == before


def test_groups_beside_each_other_show_one_figure_the_shorter_code_first(two):
    for group in two:
        page = write_group_report(group).read_text(encoding="utf-8")
        found = [page.index(f"latents of suite-{name}, published</") for name in ("two", "one")]
        assert found == sorted(found)


def test_a_group_on_other_images_or_with_damaged_maps_is_not_drawn_beside(two):
    first, second = two
    run = second.run("published")
    record = run.read_record()
    run.write_record(replace(record, data_fingerprint="0" * 64))
    assert "suite-two, published" not in write_group_report(first).read_text(encoding="utf-8")
    run.write_record(record)
    (run.path / "maps.npz").write_bytes(b"no archive")
    assert "suite-two, published" not in write_group_report(first).read_text(encoding="utf-8")
