import shutil
from dataclasses import replace

import numpy as np
import pytest

from hourglass.bundles import load_model
from hourglass.errors import ConfigurationError
from hourglass.experiment import cross_run, cross_two_runs, run_experiment
from hourglass.experiment.pairs import freeze_pairs
from hourglass.images import load_splits
from hourglass.inference import reconstruct
from hourglass.records import Experiment
from hourglass.runs import RunFolder


@pytest.fixture(scope="module")
def table(finished):
    return cross_run(finished("dense-denoiser"), kinds=("salt-and-pepper:0.2", "blur:1"))


def test_every_kind_of_input_has_its_row(table):
    tested = [cell.tested_on for cell in table.cells]
    assert tested == [None, "gaussian:0.3", "salt-and-pepper:0.2", "blur:1"]
    assert (table.trained_on, table.data) == ("gaussian:0.3", "digits")
    assert {cell.images for cell in table.cells} == {180}


def test_a_cell_is_what_the_model_makes_of_the_frozen_pairs(table, finished):
    model, _ = load_model(finished("dense-denoiser").model)
    splits = load_splits("digits", seed=3)
    pairs = freeze_pairs(splits.test, "blur:1", "test")
    cell = table.cell("blur:1")
    assert cell.mse == pytest.approx(
        np.square(reconstruct(model, pairs.seen) - pairs.clean).mean(), rel=1e-5
    )
    assert cell.input_mse == pytest.approx(np.square(pairs.seen - pairs.clean).mean(), rel=1e-5)
    assert 0 < cell.lmmse < cell.input_mse
    assert cell.gap is None


def test_what_it_was_trained_on_agrees_with_the_scores_of_the_run(table, finished):
    scores = finished("dense-denoiser").read_scores()
    cell = table.cell("gaussian:0.3")
    assert cell.mse == pytest.approx(scores.model.mse, rel=1e-5)
    lmmse = next(method for method in scores.methods if method.method == "lmmse")
    assert cell.lmmse == pytest.approx(lmmse.mse, rel=1e-6)


def test_the_gap_is_test_error_less_training_error(table):
    clean = table.cell(None)
    assert clean.train_images == 180
    assert clean.gap == pytest.approx(clean.mse - clean.train_mse)
    assert clean.input_mse == 0.0 and clean.lmmse is None


@pytest.fixture(scope="module")
def pair(finished, tmp_path_factory):
    noisy = finished("dense-denoiser")
    plan = noisy.read_experiment().plan
    asked = Experiment(data="digits", network="dense", units=(48,), plan=plan)
    return run_experiment(asked, tmp_path_factory.mktemp("pair") / "clean"), noisy


def test_each_is_best_on_what_it_was_trained_for(pair):
    result = cross_two_runs(*pair)
    assert result.corruption == "gaussian:0.3"
    for tested_on, winner, loser in [
        (None, result.clean, result.noisy),
        ("gaussian:0.3", result.noisy, result.clean),
    ]:
        assert winner.cell(tested_on).mse < loser.cell(tested_on).mse
    words = result.verdict()
    assert f"{result.noisy.cell(None).gap:+.5f}" in words and "gaussian:0.3" in words


def test_their_order_does_not_matter(pair):
    assert cross_two_runs(*pair) == cross_two_runs(*reversed(pair))


def test_two_of_a_kind_or_of_two_shapes_are_refused(pair, finished, tmp_path):
    wider = RunFolder(shutil.copytree(pair[1].path, tmp_path / "wider"))
    wider.write_experiment(replace(wider.read_experiment(), units=(33,)))
    with pytest.raises(ConfigurationError, match="two of a kind"):
        cross_two_runs(pair[0], pair[0])
    with pytest.raises(ConfigurationError, match="differ in size"):
        cross_two_runs(pair[0], wider)
    with pytest.raises(ConfigurationError, match="differ in network"):
        cross_two_runs(pair[0], finished("denoiser"))


def test_a_kind_that_does_not_exist_is_named_before_anything_is_loaded(finished):
    with pytest.raises(ConfigurationError, match="'gausian' is not known"):
        cross_run(finished("denoiser"), kinds=("gausian:0.1",))
