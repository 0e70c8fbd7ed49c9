import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from skimage import metrics

from hourglass.evaluation import (
    mean_squared_errors,
    peak_signal_to_noise,
    pick_samples,
    score_method,
    structural_similarity,
)

shapes = st.tuples(st.integers(1, 4), st.integers(3, 12), st.integers(3, 12), st.integers(1, 3))
pixels = hnp.arrays(np.float32, shapes, elements=st.floats(0, 1, width=32))


def other(images, seed=0):
    noise = np.random.default_rng(seed).normal(0, 0.1, images.shape)
    return np.clip(images + noise, 0, 1).astype(np.float32)


@given(pixels)
def test_measures_are_those_of_scikit_image(clean):
    noisy = other(clean)
    side = min(7, *(size - 1 + size % 2 for size in clean.shape[1:3]))
    expected = [
        (
            metrics.mean_squared_error(first, second),
            metrics.structural_similarity(
                first, second, data_range=1.0, channel_axis=-1, win_size=side
            ),
        )
        for first, second in zip(clean, noisy, strict=True)
    ]
    errors, similarities = np.array(expected).T
    assert np.allclose(mean_squared_errors(clean, noisy), errors, atol=1e-6)
    assert np.allclose(structural_similarity(clean, noisy), similarities, atol=1e-5)


def test_psnr_is_its_formula_and_finite_at_perfection():
    assert peak_signal_to_noise(0.01) == pytest.approx(20.0)
    assert peak_signal_to_noise(0.0) == pytest.approx(100.0)


@pytest.fixture
def clean():
    return np.random.default_rng(1).random((60, 8, 8, 1), np.float32)


def scored(clean, noisy, **more):
    return score_method(
        "model", "model", "model", clean=clean, reconstruction=noisy, noisy=other(clean, 9), **more
    )


def test_scores_say_which_mean_they_are(clean):
    noisy = other(clean)
    errors = mean_squared_errors(clean, noisy)
    scores = scored(clean, noisy)
    assert scores.mse == pytest.approx(errors.mean())
    assert scores.psnr == pytest.approx(-10 * np.log10(errors.mean()))
    assert scores.psnr_per_image == pytest.approx((-10 * np.log10(errors)).mean())
    before = -10 * np.log10(mean_squared_errors(clean, other(clean, 9)).mean())
    assert scores.gain == pytest.approx(scores.psnr - before)


def test_without_noise_there_is_no_gain(clean):
    scores = score_method("model", "model", "model", clean=clean, reconstruction=other(clean))
    assert scores.gain is None


def test_each_class_has_its_error(clean):
    labels = np.arange(60) % 3
    scores = scored(clean, other(clean), labels=labels, class_names=("a", "b", "c", "none"))
    errors = mean_squared_errors(clean, other(clean))
    assert list(scores.mse_by_class) == ["a", "b", "c"]
    assert scores.mse_by_class["b"] == pytest.approx(errors[labels == 1].mean())


def picked(clean, rebuilt):
    return pick_samples(
        clean=clean,
        errors={name: mean_squared_errors(clean, images) for name, images in rebuilt.items()},
        rebuild={name: images.__getitem__ for name, images in rebuilt.items()},
        seed=0,
    )


def test_picks_are_best_median_worst_and_random(clean):
    rebuilt = {"noisy": other(clean, 3), "model": other(clean, 4)}
    samples = picked(clean, rebuilt)
    errors = mean_squared_errors(clean, rebuilt["model"])
    ranked = np.sort(errors)
    assert np.allclose(errors[samples.groups["best"]], ranked[:10])
    assert np.allclose(errors[samples.groups["worst"]], ranked[::-1][:10])
    assert np.allclose(np.sort(errors[samples.groups["median"]]), ranked[25:35])
    assert len(set(samples.groups["random"])) == 15
    for group, rows in samples.groups.items():
        assert np.array_equal(samples.strip(group, "clean"), clean[rows])
        assert np.array_equal(samples.strip(group, "model"), rebuilt["model"][rows])


def test_fewer_images_than_a_strip_holds(clean):
    samples = picked(clean[:3], {"model": clean[:3]})
    assert {len(rows) for rows in samples.groups.values()} == {3}


def test_classes_without_names_go_by_number(clean):
    scores = scored(clean, other(clean), labels=np.arange(60) % 3)
    assert list(scores.mse_by_class) == ["0", "1", "2"]
