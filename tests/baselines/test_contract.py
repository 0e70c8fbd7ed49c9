"""What every baseline promises; a new one joins by a line in ``BUILDS``."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from hourglass.baselines import AffineLMMSE, MeanImage, MedianFilter, Pairs, PCAReconstruction
from hourglass.seeds import generator

BUILDS = [
    pytest.param(AffineLMMSE, id="lmmse"),
    pytest.param(MeanImage, id="mean-image"),
    pytest.param(MedianFilter, id="median"),
    pytest.param(lambda: PCAReconstruction(12), id="pca"),
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


def test_a_map_that_would_be_too_large_is_refused():
    assert AffineLMMSE().refusal((28, 28, 1)) is None
    assert "4,096" in (AffineLMMSE().refusal((65, 64, 1)) or "")
    assert MedianFilter().refusal((4000, 4000, 3)) is None


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
