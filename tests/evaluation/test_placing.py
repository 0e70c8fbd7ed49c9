import numpy as np
import pytest

from hourglass.errors import ConfigurationError, DataError
from hourglass.evaluation import fit_map, place_latents, require_map
from hourglass.records import LatentsMap
from hourglass.runs import read_latents_map, write_latents_map


def clusters(count, seed):
    chance = np.random.default_rng(seed)
    centers = np.random.default_rng(7).normal(scale=8, size=(3, 5))
    rows = centers[np.arange(count) % 3] + chance.normal(size=(count, 5))
    return rows.astype(np.float32)


KNOWN, NEW = clusters(60, 0), clusters(24, 1)


@pytest.fixture(scope="module", params=["pca", "tsne"])
def made(request):
    return fit_map(request.param, KNOWN, model_sha256="m", seed=3)


def test_new_latents_are_placed_beside_their_kind(made):
    on, places = made
    found = place_latents(on, NEW)
    assert found.shape == (24, 2) and found.dtype == np.float32
    middles = np.stack([places[kind::3].mean(axis=0) for kind in range(3)])
    nearest = np.linalg.norm(found[:, None] - middles, axis=2).argmin(axis=1)
    assert np.array_equal(nearest, np.arange(24) % 3)


def test_a_stored_map_places_as_the_one_that_was_fitted(made, tmp_path):
    on, _ = made
    write_latents_map(tmp_path / "l.map.npz", on)
    again = read_latents_map(tmp_path / "l.map.npz")
    assert again.facts == on.facts
    fresh, stored = place_latents(on, NEW), place_latents(again, NEW)
    assert np.abs(fresh - stored).max() <= 1e-5


def test_each_is_placed_by_itself(made):
    on, _ = made
    whole = place_latents(on, NEW)
    parts = [place_latents(on, NEW[start : start + 5]) for start in range(0, 24, 5)]
    assert np.abs(whole - np.concatenate(parts)).max() <= 1e-4


def test_the_library_itself_transforms_to_the_same_places():
    import openTSNE

    on, places = fit_map("tsne", KNOWN, model_sha256="m", seed=3)
    layout = openTSNE.TSNE(
        perplexity=on.facts.perplexity,
        initialization="pca",
        neighbors="exact",
        negative_gradient_method="bh",
        random_state=3,
        n_jobs=1,
    ).fit(KNOWN)
    expected = np.asarray(layout.transform(NEW))
    assert np.abs(place_latents(on, NEW) - expected).max() <= 1e-3 * np.ptp(places)


def test_the_same_seed_gives_the_same_map():
    for kind in ("pca", "tsne"):
        first, second = (fit_map(kind, KNOWN[:30], model_sha256="m", seed=3)[1] for _ in range(2))
        assert np.array_equal(first, second)


@pytest.mark.parametrize("kind", ["pca", "tsne"])
@pytest.mark.parametrize("rows", [np.zeros((9, 4)), np.arange(9.0)[:, None]], ids=["alike", "one"])
def test_latents_that_hardly_differ_have_places(kind, rows):
    on, places = fit_map(kind, rows.astype(np.float32), model_sha256="m", seed=0)
    assert np.isfinite(places).all()
    assert np.isfinite(place_latents(on, rows.astype(np.float32))).all()


def test_what_cannot_be_placed_is_refused(made, monkeypatch):
    on, _ = made
    with pytest.raises(DataError, match="latents of 5 numbers"):
        place_latents(on, NEW[:, :4])
    with pytest.raises(DataError, match="at least 5 images"):
        fit_map("pca", KNOWN[:4], model_sha256="m", seed=0)
    with pytest.raises(DataError):
        LatentsMap(facts=on.facts, arrays={"mean": np.zeros(3)})
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match="the extra maps"):
        require_map("tsne")
