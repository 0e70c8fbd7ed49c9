"""What every baseline promises; a new one joins by a line in ``BUILDS``."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from hourglass.baselines import (
    AffineLMMSE,
    ArrayCache,
    GaussianFilter,
    MeanImage,
    MedianFilter,
    NonLocalMeans,
    Pairs,
    PatchLMMSE,
    PCAReconstruction,
    TotalVariation,
    WaveletShrinkage,
)
from hourglass.seeds import generator

BUILDS = [
    pytest.param(AffineLMMSE, id="lmmse"),
    pytest.param(GaussianFilter, id="gaussian-filter"),
    pytest.param(MeanImage, id="mean-image"),
    pytest.param(MedianFilter, id="median"),
    pytest.param(NonLocalMeans, id="non-local-means"),
    pytest.param(PatchLMMSE, id="patch-lmmse"),
    pytest.param(lambda: PCAReconstruction(12), id="pca"),
    pytest.param(lambda: PCAReconstruction(None), id="pca-chosen"),
    pytest.param(TotalVariation, id="total-variation"),
    pytest.param(WaveletShrinkage, id="wavelet"),
]
every_baseline = pytest.mark.parametrize("build", BUILDS)


def noisy(clean: np.ndarray, purpose: str) -> Pairs:
    noise = generator(0, purpose).normal(0, 0.2, clean.shape)
    return Pairs(np.clip(clean + noise, 0, 1).astype(np.float32), clean)


@pytest.fixture(scope="module")
def training(digits):
    return noisy(digits[:1200], "training")


@pytest.fixture(scope="module")
def validation(digits):
    return noisy(digits[1200:1500], "validation")


@pytest.fixture(scope="module")
def test_pairs(digits):
    return noisy(digits[1500:], "test")


def error(baseline, pairs):
    return float(np.square(baseline.reconstruct(pairs.seen) - pairs.clean).mean())


@every_baseline
def test_reconstructions_are_images(build, training, validation, test_pairs):
    seen = test_pairs.seen.copy()
    rebuilt = build().fit(training, validation).reconstruct(seen)
    assert rebuilt.shape == seen.shape and rebuilt.dtype == np.float32
    assert rebuilt.min() >= 0.0 and rebuilt.max() <= 1.0
    assert np.array_equal(seen, test_pairs.seen)


@every_baseline
@pytest.mark.parametrize("shape", [(3, 3, 1), (7, 5, 3), (9, 12, 4)])
def test_any_size_and_channels_are_taken(build, shape):
    clean = generator(0, "images").uniform(0, 1, (6, *shape)).astype(np.float32)
    pairs = noisy(clean, "noise")
    rebuilt = build().fit(pairs, pairs).reconstruct(pairs.seen)
    assert rebuilt.shape == clean.shape and rebuilt.dtype == np.float32
    assert rebuilt.min() >= 0.0 and rebuilt.max() <= 1.0


@every_baseline
def test_an_image_is_rebuilt_alone_as_among_others(build, training, validation, test_pairs):
    baseline = build().fit(training, validation)
    alone = baseline.reconstruct(test_pairs.seen[5:6])
    assert np.allclose(alone[0], baseline.reconstruct(test_pairs.seen)[5], atol=1e-6)


@every_baseline
def test_fitting_twice_gives_the_same(build, training, validation, test_pairs):
    first, second = (build().fit(training, validation) for _ in range(2))
    assert np.array_equal(first.reconstruct(test_pairs.seen), second.reconstruct(test_pairs.seen))
    assert first.detail == second.detail


@every_baseline
def test_what_was_found_can_be_kept_and_restored(build, training, validation, test_pairs, tmp_path):
    fitted = build().fit(training, validation)
    cache = ArrayCache(tmp_path)
    cache.store("key", fitted.state())
    restored = build().restore(cache.load("key"))
    assert np.array_equal(
        restored.reconstruct(test_pairs.seen), fitted.reconstruct(test_pairs.seen)
    )
    assert restored.detail == fitted.detail
    assert restored.parameters == build().parameters


@every_baseline
def test_names_are_told(build, training, validation):
    baseline = build().fit(training, validation)
    assert baseline.method and baseline.label
    assert isinstance(baseline.detail, str)


def test_the_affine_map_is_the_ridge_regression_of_scikit_learn(training, validation, test_pairs):
    baseline = AffineLMMSE().fit(training, validation)
    ridge = float(baseline.detail.split()[1].rstrip(","))
    rows = training.seen.reshape(1200, -1).astype(np.float64)
    strength = ridge * rows.var(axis=0).mean() * len(rows)
    peer = Ridge(alpha=strength).fit(rows, training.clean.reshape(1200, -1))
    expected = np.clip(peer.predict(test_pairs.seen.reshape(len(test_pairs.seen), -1)), 0, 1)
    found = baseline.reconstruct(test_pairs.seen).reshape(expected.shape)
    assert np.abs(found - expected).max() < 1e-4


def test_the_ridge_is_chosen_on_validation(training, validation):
    # Forty images for 64 values: without a ridge the map would learn the noise.
    few = Pairs(training.seen[:40], training.clean[:40])
    chosen = AffineLMMSE().fit(few, validation)
    assert float(chosen.detail.split()[1].rstrip(",")) > 1e-3
    assert error(chosen, validation) < error(MeanImage().fit(few, validation), validation)


def test_what_would_be_too_large_is_refused():
    assert AffineLMMSE().refusal((10_000, 28, 28, 1)) is None
    assert "4,096" in (AffineLMMSE().refusal((1, 65, 64, 1)) or "")
    assert NonLocalMeans().refusal((10_000, 28, 28, 1)) is None
    assert "16,000,000" in (NonLocalMeans().refusal((100, 400, 401, 1)) or "")
    assert MedianFilter().refusal((1, 4000, 4000, 3)) is None


def test_the_size_of_the_code_is_chosen_on_validation(training, validation):
    chosen = PCAReconstruction(None).fit(training, validation)
    errors = {
        size: error(PCAReconstruction(size).fit(training, validation), validation)
        for size in (1, 2, 4, 8, 16, 32, 64)
    }
    assert chosen.detail == f"{min(errors, key=errors.get)} components, chosen on validation"
    assert 1 < len(chosen.state()["_components"]) < 64


def test_patches_know_less_than_the_whole_image_and_more_than_a_filter(
    training, validation, test_pairs
):
    found = [
        error(build().fit(training, validation), test_pairs)
        for build in (AffineLMMSE, PatchLMMSE, GaussianFilter)
    ]
    assert found == sorted(found)


def test_patches_of_stationary_noise_give_the_wiener_filter():
    # White images under white noise: nothing around a pixel helps, so it is only damped.
    clean = generator(0, "clean").normal(0.5, 0.1, (300, 20, 20, 1)).astype(np.float32)
    seen = clean + generator(0, "noise").normal(0, 0.1, clean.shape).astype(np.float32)
    pairs = Pairs(seen, clean)
    state = PatchLMMSE().fit(pairs, pairs).state()
    side = state["_weights"].shape[0]
    weights = state["_weights"][:, :, 0, 0]
    expected = np.zeros_like(weights)
    expected[side // 2, side // 2] = 0.5
    assert np.abs(weights - expected).max() < 0.02
    assert state["_offset"][0] == pytest.approx(0.25, abs=0.02)


def test_the_window_is_the_best_on_validation(training, validation):
    chosen = MedianFilter().fit(training, validation)
    assert chosen.detail == "3×3 window, chosen on validation"
    flat = np.full((20, 30, 30, 1), 0.4, np.float32)
    wide = MedianFilter().fit(training, noisy(flat, "flat"))
    assert wide.detail.startswith("7×7")


def test_the_median_keeps_channels_and_images_apart(training):
    images = np.zeros((2, 9, 9, 2), np.float32)
    images[1, :, :, 1] = 1.0
    rebuilt = MedianFilter().fit(training, Pairs(images, images)).reconstruct(images)
    assert np.array_equal(rebuilt, images)


def test_pca_takes_no_more_components_than_there_are(training, validation):
    few = Pairs(training.seen[:5], training.clean[:5])
    assert PCAReconstruction(64).fit(few, validation).detail.startswith("5 components")
