"""Denoisers that are trained without clean images, and with given pairs."""

import json
from dataclasses import replace

import numpy as np
import pytest

from hourglass.bundles import load_model
from hourglass.cli.options import OutputOptions
from hourglass.cli.runs import show
from hourglass.cli.telling import tell_finished_run
from hourglass.errors import ConfigurationError, DataError
from hourglass.experiment import (
    cross_run,
    denoise_files,
    estimate_run,
    evaluate_run,
    run_experiment,
    run_group,
)
from hourglass.experiment.fitting import fit
from hourglass.experiment.no_reference import estimate, keep_what_helps
from hourglass.experiment.pairs import freeze_pairs, noisy_alone, shots_both_ways
from hourglass.experiment.table import model_spec
from hourglass.images import (
    ArrayImages,
    DataSet,
    PairedImages,
    load_splits,
    split_images,
    write_image_file,
)
from hourglass.models import build_model
from hourglass.records import FILES, Experiment, GroupPlan, Member, TrainingPlan
from hourglass.seeds import generator

PLAN = TrainingPlan(epochs=8, batch_size=16, learning_rate=0.01)
BLIND = Experiment(
    data="digits",
    objective="blind-spot",
    corruption="gaussian:0.1",
    units=(8,),
    plan=replace(PLAN, epochs=1, batch_size=64),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, digits):
    """Return a folder of clean images and of two shots of each, where nothing is cut off."""
    root, noise = tmp_path_factory.mktemp("shots"), generator(4)
    for number, image in enumerate(digits[:80]):
        clean = 0.35 + 0.3 * np.kron(image[..., 0], np.ones((2, 2)))[..., None]
        shots = {name: clean + noise.normal(0, 0.1, clean.shape) for name in ("first", "second")}
        for name, shown in {"clean": clean, **shots}.items():
            write_image_file(
                root / name / f"{number:03d}.png", np.clip(shown, 0, 1).astype(np.float32)
            )
    return root


@pytest.fixture(scope="module")
def made(folder):
    """Return a function that gives a finished run on the first shots, made when first asked for."""
    runs, told = {}, {}

    def run(name, **keys):
        if name not in runs:
            told[name] = []
            asked = Experiment(data=str(folder / "first"), units=(8,), plan=PLAN, **keys)
            runs[name] = run_experiment(asked, folder / "runs" / name, tell=told[name].append)
        return runs[name], told[name]

    return {
        "blind": lambda: run("blind", objective="blind-spot"),
        "shots": lambda: run("shots", second_shot=str(folder / "second")),
        "clean": lambda: run("clean", clean=str(folder / "clean")),
    }


def test_no_clean_image_is_ever_seen(digits):
    splits = split_images(DataSet(name="few", train=ArrayImages(digits[:200])), seed=0)
    model, told = build_model(model_spec(BLIND, (8, 8, 1)), seed=0), []
    fit(model, model_spec(BLIND, (8, 8, 1)), BLIND, splits, (), told.append)
    keep_what_helps(model, BLIND, splits)
    # The same noisy images, with no clean ones behind them.
    frozen = {
        name: ArrayImages(freeze_pairs(images, BLIND.corruption, name).seen)
        for name, images in splits.parts.items()
    }
    alone = replace(splits, **frozen)
    files = replace(BLIND, corruption=FILES)
    again = build_model(model_spec(files, (8, 8, 1)), seed=0)
    fit(again, model_spec(files, (8, 8, 1)), files, alone, (), told.append)
    assert all(map(np.array_equal, model.get_weights(), again.get_weights()))
    assert noisy_alone(alone.train, FILES) is alone.train
    assert 0.0 <= model.kept < 1.0


def test_noisy_files_alone_give_a_denoiser_and_an_estimate(made, folder, digits):
    run, told = made["blind"]()
    found = run.read_estimates()
    assert (found.split, found.corruption, found.against) == ("test", FILES, "held-out pixels")
    assert (found.estimator, found.noise_known, found.knows_clean) == ("SURE", False, False)
    assert [method.method for method in found.methods][0::5] == ["noisy", "model"]
    assert not (run.path / "scores.json").exists()
    assert "mse" not in (run.path / "history.csv").read_text()
    assert not any("Warning" in line for line in told)
    model, spec = load_model(run.model)
    assert model.kept == spec.kept and spec.corruption == FILES
    samples = run.read_samples()
    assert "clean" not in samples.images and set(samples.groups) == {"first"}
    page = run.report.read_text()
    assert "Without clean images" in page and "MSE <small>estimated" in page
    assert ">clean</th>" not in page and "strip-first" in {
        path.stem for path in run.figures.iterdir()
    }
    done = denoise_files(run, [folder / "first" / "000.png"], folder / "out")
    assert [file.status for file in done.files] == ["written"] and done.advice is None


def test_what_is_told_says_that_it_is_estimated(made, capsys):
    run, _ = made["blind"]()
    tell_finished_run(run, json=False)
    told = capsys.readouterr().out
    assert "estimated MSE" in told and "Stein's unbiased risk estimate" in told
    assert "independent from pixel to pixel" in told and "hourglass denoise" in told
    tell_finished_run(run, json=True)
    assert json.loads(capsys.readouterr().out)["against"] == "held-out pixels"
    show(str(run.path), output_options=OutputOptions(json=True))
    shown = json.loads(capsys.readouterr().out)
    assert shown["scores"] is None and shown["estimates"]["split"] == "test"


def test_measuring_again_gives_the_same_estimates(made):
    run, _ = made["blind"]()
    assert estimate_run(run) == run.read_estimates()
    with pytest.raises(ConfigurationError, match="clean images are not known"):
        evaluate_run(run)
    with pytest.raises(ConfigurationError, match="clean images are not known"):
        cross_run(run, kinds=())


def test_the_estimate_is_near_the_truth(made, folder):
    run, _ = made["blind"]()
    known = replace(run.read_experiment(), clean=str(folder / "clean"))
    splits = load_splits(known.data, partner=known.partner)
    model, _ = load_model(run.model)
    found = estimate(model, known, splits).estimates
    assert found.knows_clean
    assert found.noise == pytest.approx(0.1, rel=0.1)
    for method in found.methods:
        assert method.mse == pytest.approx(method.true_mse, abs=0.1 * 0.01)
    assert found.model.true_mse < found.methods[0].true_mse


def test_two_shots_of_each_scene_train_a_denoiser(made):
    run, _ = made["shots"]()
    found = run.read_estimates()
    assert (found.against, found.estimator) == ("second shot", "second shot")
    assert found.noise == pytest.approx(0.1, rel=0.1)
    noisy, model = found.methods[0], found.model
    # What is measured has the noise of the second shot in it, and the estimate has not.
    assert noisy.measured == pytest.approx(2 * noisy.mse, rel=1e-6)
    assert model.measured - model.mse == pytest.approx(found.noise**2, rel=1e-6)
    assert run.read_record().steps == 8 * (2 * 64 // 16)
    assert any("noise of the second shot is in it" in line for line in found.lines())


def test_each_pair_of_shots_is_seen_both_ways():
    first, second = (ArrayImages(np.full((2, 4, 4, 1), value, np.uint8)) for value in (10, 20))
    both = shots_both_ways(PairedImages(second, seen=first))
    assert both.seen.pixels[:, 0, 0, 0].tolist() == [10, 10, 20, 20]
    assert both.target.pixels[:, 0, 0, 0].tolist() == [20, 20, 10, 10]


def test_given_clean_images_train_and_judge_as_always(made):
    run, _ = made["clean"]()
    scores = run.read_scores()
    assert (scores.corruption, scores.methods[0].method) == (FILES, "noisy")
    assert scores.methods[0].mse == pytest.approx(0.01, rel=0.1)
    assert scores.model.mse < scores.methods[0].mse
    history = run.read_history()
    again = evaluate_run(run, split="validation").model.mse
    assert again == pytest.approx(history.epochs[history.best_epoch - 1].val_mse, rel=1e-4)
    table = cross_run(run, kinds=())
    assert [cell.tested_on for cell in table.cells] == [None, FILES]
    assert table.cells[1].mse == pytest.approx(scores.model.mse, rel=1e-4)


def test_a_partner_that_is_missing_is_named_before_training(folder, tmp_path):
    (tmp_path / "few").mkdir()
    asked = Experiment(data=str(folder / "first"), clean=str(tmp_path / "few"), plan=PLAN)
    with pytest.raises(DataError, match=r"80 of 80 .* no partner .*000\.png"):
        run_experiment(asked, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_group_needs_clean_images(tmp_path):
    blind = Experiment(data="noisy", objective="blind-spot")
    member = Member(name="blind", role="own", about="", experiment=blind)
    plan = GroupPlan(name="group", about="", story="comparison", members=(member,))
    with pytest.raises(ConfigurationError, match="those of blind are not known"):
        run_group(plan, tmp_path / "group")
