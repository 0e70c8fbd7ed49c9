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
from hourglass.images import load_splits
from hourglass.inference import encode
from hourglass.records import Experiment, GroupPlan, TrainingPlan
from hourglass.report import write_group_report
from hourglass.runs import GroupFolder

SUITES = """# Suites of a small network

story = "suites"
beside = "OTHER"
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
learning_rate = 0.001

[[own]]
name = "own-choice"
network = "dense"
units = [32]
latent_dim = 8
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
def plans(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plans")
    made = []
    for name, other in [("suite-one", "suite-two"), ("suite-two", "suite-one")]:
        text = SUITES.replace("OTHER", other)
        if name == "suite-two":
            text = text.replace("units = [24]\nlatent_dim = 8", "units = [16]\nlatent_dim = 5")
        (folder / f"{name}.toml").write_text(text)
        plan = GroupPlan.from_toml(folder / f"{name}.toml")
        made.append(replace(plan, mapped_images=60))
    return made


@pytest.fixture(scope="module")
def groups(plans, tmp_path_factory):
    """Two groups in one folder, the second one with another code and one run alone."""
    root = tmp_path_factory.mktemp("suites")
    first = run_group(plans[0], root / "suite-one")
    one = replace(plans[1], members=plans[1].members[:1])
    return first, run_group(one, root / "suite-two")


def test_suites_are_ranked_on_validation_and_the_collapsed_one_is_not_shown(groups):
    group = groups[0]
    record = group.read_record()
    rows = {row.run: row.validation_mse for row in record.suite.rows}
    assert list(rows.values()) == sorted(rows.values()) and len(rows) == 4
    assert group.run("too-slow").read_scores().collapsed
    assert (record.suite.best, record.suite.least_good) == ("published", "slow")
    model, _ = load_model(group.run("slow").model)
    validation = freeze_pairs(load_splits("digits", seed=0).validation, None, "validation")
    assert rows["slow"] == pytest.approx(error_of(model, validation), rel=1e-5)


def test_the_code_of_the_best_suite_is_mapped_and_kept(plans, groups):
    group = groups[0]
    maps = group.run("published").path / "maps.npz"
    assert maps.is_file() and not (group.run("slow").path / "maps.npz").exists()
    assert "What the code keeps" in group.run("published").report.read_text(encoding="utf-8")
    before = maps.stat().st_mtime_ns
    run_group(plans[0], group.path)
    assert maps.stat().st_mtime_ns == before


def test_the_later_of_two_groups_shows_both_and_the_first_once_written_again(groups):
    first, second = groups
    assert "suite-one, published" in second.report.read_text(encoding="utf-8")
    page = write_group_report(first).read_text(encoding="utf-8")
    assert "latents of suite-one, published" in page and "latents of suite-two, published" in page
    # The shorter code comes first, so that both pages show one figure.
    assert page.index("suite-two, published</") < page.index("suite-one, published</")


def test_the_same_images_are_mapped_whatever_the_run(groups):
    one, two = (group.run("published").read_maps() for group in groups)
    assert np.array_equal(one.positions, two.positions)
    assert np.array_equal(one.maps["pixels"], two.maps["pixels"])
    assert not np.array_equal(one.maps["latents"], two.maps["latents"])


def test_a_group_on_other_images_is_not_drawn_beside(plans, groups, tmp_path):
    first, second = (tmp_path / group.path.name for group in groups)
    shutil.copytree(groups[0].path, first)
    shutil.copytree(groups[1].path, second)
    run = GroupFolder(second).run("published")
    run.write_record(replace(run.read_record(), data_fingerprint="0" * 64))
    page = write_group_report(GroupFolder(first)).read_text(encoding="utf-8")
    assert "suite-two, published" not in page
    (second / "published" / "maps.npz").write_bytes(b"no archive")
    write_group_report(GroupFolder(first))
