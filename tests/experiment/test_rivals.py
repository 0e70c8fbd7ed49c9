"""Baselines are fitted once, however often a run is measured."""

from dataclasses import replace

import numpy as np
import pytest

from hourglass.baselines import AffineLMMSE, Baseline, MedianFilter
from hourglass.experiment.pairs import freeze_pairs
from hourglass.experiment.rivals import Rivals
from hourglass.images import load_splits
from hourglass.records import Experiment

EXPERIMENT = Experiment(data="digits", corruption="gaussian:0.3")


@pytest.fixture(scope="module")
def splits():
    return load_splits("digits", seed=0)


@pytest.fixture
def rivals(splits, monkeypatch, tmp_path):
    """Return a function that sets up the baselines, with a cache of its own."""
    monkeypatch.setenv("HOURGLASS_CACHE_DIR", str(tmp_path))

    def build(experiment=EXPERIMENT, tell=lambda line: None, split="test"):
        pairs = freeze_pairs(getattr(splits, split), experiment.corruption, split)
        return Rivals(experiment, splits, split, pairs, tell=tell)

    return build


@pytest.fixture
def fits(monkeypatch):
    """Return the baselines that were fitted or applied to a split, as they come."""
    seen = []
    for kind in Baseline.__subclasses__():
        for name in ("fit", "reconstruct"):
            monkeypatch.setattr(kind, name, _noted(kind, name, seen))
    return seen


def _noted(kind, name, seen):
    method = getattr(kind, name)

    def call(self, *arguments):
        seen.append((kind, name))
        return method(self, *arguments)

    return call


def test_a_second_run_fits_nothing_and_says_the_same(rivals, fits):
    first = list(rivals())
    looked_up = rivals().looked_up()
    assert {kind for kind, name in fits if name == "fit"} == {type(r.baseline) for r in first}
    fits.clear()
    second = list(rivals())
    assert fits == []
    for one, other in zip(first, second, strict=True):
        assert one.scores == other.scores
        assert np.array_equal(one.errors, other.errors)
    assert np.array_equal(rivals().looked_up()[0], looked_up[0])


def test_a_restored_baseline_rebuilds_as_the_fitted_one_does(rivals, splits):
    seen = freeze_pairs(splits.test, EXPERIMENT.corruption, "test").seen
    for first, second in zip(rivals(), rivals(), strict=True):
        rebuilt = [rival.baseline.reconstruct(seen[:20]) for rival in (first, second)]
        assert np.array_equal(*rebuilt)


@pytest.mark.parametrize(
    "changes",
    [{"corruption": "gaussian:0.2"}, {"corruption": "salt-and-pepper:0.3"}],
    ids=lambda changes: changes["corruption"],
)
def test_another_task_is_fitted_anew(rivals, fits, changes):
    rivals().rival(AffineLMMSE())
    fits.clear()
    rivals(replace(EXPERIMENT, **changes)).rival(AffineLMMSE())
    assert (AffineLMMSE, "fit") in fits


def test_another_split_is_scored_anew_with_the_same_fit(rivals, fits):
    test = rivals().rival(AffineLMMSE())
    fits.clear()
    validation = rivals(split="validation").rival(AffineLMMSE())
    assert fits == [(AffineLMMSE, "reconstruct")]
    assert test.scores.mse != validation.scores.mse


def test_another_split_of_the_data_is_fitted_anew(rivals, fits):
    rivals().rival(AffineLMMSE())
    fits.clear()
    other = load_splits("digits", seed=1)
    pairs = freeze_pairs(other.test, EXPERIMENT.corruption, "test")
    Rivals(EXPERIMENT, other, "test", pairs).rival(AffineLMMSE())
    assert (AffineLMMSE, "fit") in fits


def test_a_damaged_cache_is_no_obstacle(rivals, fits, tmp_path):
    first = rivals().rival(MedianFilter())
    for path in (tmp_path / "baselines").iterdir():
        path.write_bytes(path.read_bytes()[:-30])
    fits.clear()
    assert rivals().rival(MedianFilter()).scores == first.scores
    assert (MedianFilter, "fit") in fits


def test_a_cache_that_cannot_be_written_is_told_once_and_harms_nothing(
    rivals, monkeypatch, tmp_path
):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("HOURGLASS_CACHE_DIR", str(tmp_path / "file"))
    told = []
    assert len(list(rivals(tell=told.append))) == 9
    (line,) = told
    assert line.startswith("Baselines are not kept for the next run: Could not write")
