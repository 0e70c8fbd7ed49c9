import re
import shlex
from dataclasses import replace

import numpy as np
import pytest

from hourglass.bundles import load_model
from hourglass.errors import ConfigurationError, ImageShapeError, OutputExistsError
from hourglass.experiment import evaluate_run, run_experiment
from hourglass.experiment.pairs import freeze_pairs
from hourglass.files import make_folder
from hourglass.images import load_splits
from hourglass.inference import reconstruct
from hourglass.records import Experiment, TrainingPlan

every_run = pytest.mark.parametrize("name", ["denoiser", "dense-denoiser", "autoencoder"])
FILES = {
    "architecture.json",
    "experiment.toml",
    "figures",
    "history.csv",
    "model",
    "record.json",
    "report.html",
    "samples.npz",
    "scores.json",
}


@every_run
def test_a_run_has_all_its_files_and_nothing_else(name, finished):
    assert {path.name for path in finished(name).path.iterdir()} == FILES


@every_run
def test_the_record_says_how_it_was_made(name, finished):
    run = finished(name)
    record, experiment = run.read_record(), run.read_experiment()
    assert record.status == "finished"
    assert record.steps == run.read_history().epochs[-1].step
    assert record.steps == experiment.plan.epochs * (1437 // 32)
    assert record.images_by_split == {"train": 1437, "validation": 180, "test": 180}
    assert record.parameters == run.read_architecture().parameters
    assert experiment.plan.seed == 3
    assert {"data", "training", "comparison"} <= record.seconds.keys()
    assert (record.engine.feed, record.engine.precision) == ("graph", "float32")
    assert shlex.split(record.command)[:4] == ["hourglass", "train", "--data", "digits"]


def test_a_denoiser_beats_all_its_baselines(finished):
    scores = finished("denoiser").read_scores()
    methods = [method.method for method in scores.methods]
    assert methods == [
        "noisy",
        "mean-image",
        "gaussian-filter",
        "median",
        "total-variation",
        "wavelet",
        "non-local-means",
        "patch-lmmse",
        "pca",
        "lmmse",
        "model",
    ]
    assert scores.model.mse < scores.best_baseline.mse
    assert (scores.split, scores.images, scores.corruption) == ("test", 180, "gaussian:0.3")
    assert {method.gain is None for method in scores.methods} == {False}


def test_pca_has_the_size_of_the_code_or_one_chosen_on_validation(finished):
    details = {
        name: next(m.detail for m in finished(name).read_scores().methods if m.method == "pca")
        for name in ("denoiser", "dense-denoiser")
    }
    assert details["denoiser"].endswith("components, chosen on validation")
    assert details["dense-denoiser"] == "32 components, as many as the network's code"


def test_looking_up_the_nearest_training_image_is_told(finished):
    lookup = finished("denoiser").read_scores().lookup
    assert (lookup.split, lookup.images, lookup.copies) == ("test", 180, 0)
    assert lookup.mse > lookup.model_mse
    (line,) = lookup.lines()
    assert "180 test images" in line


def test_an_autoencoder_is_compared_with_pca_at_equal_code_size(finished):
    scores = finished("autoencoder").read_scores()
    methods = {method.method: method for method in scores.methods}
    assert list(methods) == ["mean-image", "pca", "model"]
    assert methods["pca"].detail.startswith("16 components")
    assert scores.model.mse < methods["mean-image"].mse
    assert scores.model.gain is None


@every_run
def test_val_mse_of_training_is_evaluations_figure(name, finished):
    run = finished(name)
    history = run.read_history()
    best = history.epochs[history.best_epoch - 1]
    scores = evaluate_run(run, split="validation")
    assert scores.split == "validation"
    assert scores.model.mse == pytest.approx(best.val_mse, rel=1e-4)


@every_run
def test_measuring_again_gives_the_same_table(name, finished):
    run = finished(name)
    again = evaluate_run(run)
    for first, second in zip(run.read_scores().methods, again.methods, strict=True):
        assert first.method == second.method
        assert first.mse == pytest.approx(second.mse, rel=1e-5)
        assert first.ssim == pytest.approx(second.ssim, rel=1e-5)


def test_a_run_is_repeated_by_its_experiment_file(finished, tmp_path):
    first = finished("denoiser")
    second = run_experiment(
        Experiment.from_toml(first.path / "experiment.toml"), tmp_path / "again"
    )
    weights = [(run.path / "model" / "weights.safetensors") for run in (first, second)]
    assert weights[0].read_bytes() == weights[1].read_bytes()
    assert first.read_scores() == second.read_scores()
    assert first.read_record().split_hash == second.read_record().split_hash


def test_the_samples_are_what_the_model_makes_of_the_frozen_pairs(finished):
    run = finished("denoiser")
    samples = run.read_samples()
    model, _ = load_model(run.model)
    splits = load_splits("digits", seed=3)
    pairs = freeze_pairs(splits.test, "gaussian:0.3", "test")
    rows = samples.positions
    assert np.allclose(samples.images["clean"], pairs.clean[rows])
    assert np.allclose(samples.images["noisy"], pairs.seen[rows])
    assert np.allclose(samples.images["model"], reconstruct(model, pairs.seen[rows]), atol=1e-5)


@every_run
def test_the_report_shows_the_scores(name, finished):
    run = finished(name)
    page = run.report.read_text(encoding="utf-8")
    for method in run.read_scores().methods:
        assert f"{method.mse:.5f}" in page
        assert method.label in page
    assert not re.search(r"""(src|href)=["']https?:""", page)


def test_two_seeds_are_tested_on_the_same_noisy_images():
    first, second = (
        freeze_pairs(load_splits("fashion-mnist-small", seed=seed).test, "gaussian:0.2", "test")
        for seed in (0, 1)
    )
    assert np.array_equal(first.seen, second.seen)


def test_each_split_has_noise_of_its_own(digits):
    from hourglass.images import ArrayImages

    images = ArrayImages(digits[:9])
    test, validation = (
        freeze_pairs(images, "gaussian:0.2", split) for split in ("test", "validation")
    )
    assert not np.array_equal(test.seen, validation.seen)


def test_what_cannot_be_leaves_no_folder(tmp_path):
    plan = TrainingPlan(epochs=1)
    cases = [
        (Experiment(data="digits", network="unet", plan=plan), ConfigurationError),
        (Experiment(data="digits", corruption="gaussian:-1", plan=plan), ConfigurationError),
        (Experiment(data="digit", plan=plan), ConfigurationError),
    ]
    for experiment, error in cases:
        with pytest.raises(error):
            run_experiment(experiment, tmp_path / "run")
    np.save(tmp_path / "tiny.npy", np.zeros((9, 2, 2, 1), np.uint8))
    with pytest.raises(ImageShapeError, match="at least 3 pixels a side"):
        run_experiment(Experiment(data=str(tmp_path / "tiny.npy"), plan=plan), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_an_existing_output_is_refused_before_anything_else(tmp_path):
    with pytest.raises(OutputExistsError):
        run_experiment(Experiment(data="no such data"), tmp_path)


def test_images_too_large_for_one_map_leave_it_out_with_a_reason(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 255, (20, 72, 60, 1), np.uint8)
    np.save(tmp_path / "large.npy", pixels)
    asked = Experiment(
        data=str(tmp_path / "large.npy"),
        corruption="gaussian:0.2",
        units=(4,),
        plan=TrainingPlan(epochs=1),
    )
    scores = run_experiment(asked, tmp_path / "run").read_scores()
    assert "lmmse" not in [method.method for method in scores.methods]
    assert scores.left_out == (
        "affine LMMSE is left out: 4,320 values an image are more than the 4,096 that one map "
        "takes.",
    )


def test_other_data_than_the_runs_are_refused(finished, tmp_path):
    from hourglass.errors import DataError
    from hourglass.runs import RunFolder

    run = finished("denoiser")
    copy = RunFolder(make_folder(tmp_path / "copy"))
    copy.write_experiment(replace(run.read_experiment(), data="fashion-mnist-small"))
    copy.write_record(run.read_record())
    (copy.path / "model").symlink_to(run.model)
    with pytest.raises(DataError, match=r"is not what .* was trained on"):
        evaluate_run(copy)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_every_number_of_channels_comes_to_its_report(channels, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 255, (40, 9, 8, channels), np.uint8)
    np.savez(tmp_path / "some.npz", images=pixels, labels=np.arange(40) % 4)
    asked = Experiment(
        data=str(tmp_path / "some.npz"),
        corruption="gaussian:0.2",
        units=(4,),
        loss="bce",
        plan=TrainingPlan(epochs=1, seed=5_000_000_000),
    )
    run = run_experiment(asked, tmp_path / "run")
    assert run.report.is_file()
    assert set(run.read_scores().model.mse_by_class) <= {"0", "1", "2", "3"} != set()


def test_a_run_is_finished_only_when_its_report_is_there(tmp_path, monkeypatch):
    from hourglass.experiment import run as story

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(story, "write_report", interrupted)
    asked = Experiment(data="digits", plan=TrainingPlan(epochs=1))
    with pytest.raises(KeyboardInterrupt):
        run_experiment(asked, tmp_path / "run")
    from hourglass.runs import RunFolder

    assert RunFolder(tmp_path / "run").read_record().status == "trained"
