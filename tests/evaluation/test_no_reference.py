"""Estimates without clean images, held against the truth."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from hourglass.errors import ConfigurationError
from hourglass.evaluation import (
    clipped_share,
    gaussian_deviations,
    held_out_errors,
    mean_of_neighbors,
    mean_squared_errors,
    second_shot_errors,
    share_to_keep,
    stein_risks,
)

NOISE = 0.1


@pytest.fixture(scope="module")
def clean():
    """Return smooth images with an edge, far from black and white."""
    chance = np.random.default_rng(3)
    images = gaussian_filter(chance.random((12, 48, 48, 1)), (0, 3, 3, 0))
    images = 0.5 + 1.5 * (images - images.mean())
    images[:, 20:30, 10:40] += 0.15
    return images.astype(np.float32)


@pytest.fixture(scope="module")
def noisy(clean):
    return shot(clean, 0)


def shot(clean, seed):
    noise = np.random.default_rng(seed).normal(0, NOISE, clean.shape)
    return (clean + noise).astype(np.float32)


def smoothed(images):
    return gaussian_filter(images, (0, 0.8, 0.8, 0), mode="reflect")


def bent(images):
    """Restore by a filter that is not linear."""
    soft = smoothed(images)
    return soft + 0.4 * np.tanh(8 * (images - soft)) / 8


METHODS = pytest.mark.parametrize("restore", [smoothed, bent, lambda images: images])


@METHODS
def test_steins_estimate_is_the_true_error_within_a_few_percent(restore, clean, noisy):
    truth = mean_squared_errors(clean, restore(noisy)).mean()
    assert stein_risks(noisy, restore, NOISE).mean() == pytest.approx(truth, rel=0.05)


def test_steins_estimate_takes_a_deviation_for_each_image(clean, noisy):
    deviations = np.full(len(noisy), NOISE)
    found = stein_risks(noisy, smoothed, deviations)
    assert np.array_equal(found, stein_risks(noisy, smoothed, NOISE))
    assert gaussian_deviations(noisy) == pytest.approx(deviations, rel=0.1)
    with pytest.raises(ConfigurationError, match="standard deviation of 0 or more"):
        stein_risks(noisy, smoothed, -0.1)


def test_the_held_out_error_is_that_of_hidden_pixels_plus_the_noise(clean, noisy):
    found = held_out_errors(noisy, mean_of_neighbors, passes=16).mean()
    # This method never sees the pixel itself, so hiding it changes nothing.
    truth = mean_squared_errors(clean, mean_of_neighbors(noisy)).mean()
    assert found == pytest.approx(truth + NOISE**2, rel=0.03)
    with pytest.raises(ConfigurationError, match="between 1 and 16"):
        held_out_errors(noisy, mean_of_neighbors, passes=0)


def test_what_is_hidden_does_not_reach_the_method(noisy):
    garbage = noisy.copy()
    garbage[:, 0::4, 0::4] = 7.0
    seen = []
    held_out_errors(garbage, lambda images: seen.append(images) or images, passes=1)
    assert seen[0].max() < 2.0


def test_hidden_pixels_show_the_mean_of_their_neighbors():
    image = np.arange(12, dtype=np.float32).reshape(1, 3, 4, 1)
    found = mean_of_neighbors(image)[0, ..., 0]
    assert found[1, 1] == (1 + 9 + 4 + 6) / 4
    # Beyond the border the pixel on the other side stands in.
    assert found[0, 0] == (4 + 4 + 1 + 1) / 4


def test_a_second_shot_tells_the_error(clean, noisy):
    second = shot(clean, 1)
    truth = mean_squared_errors(clean, smoothed(noisy)).mean()
    found = second_shot_errors(noisy, second, smoothed(noisy))
    assert found.mean() == pytest.approx(truth, rel=0.05)
    assert second_shot_errors(noisy, second, noisy).mean() == pytest.approx(NOISE**2, rel=0.02)


def test_the_share_that_is_kept_is_the_best_one(clean, noisy):
    kept = share_to_keep(noisy, mean_of_neighbors, NOISE)
    guess = mean_of_neighbors(noisy)
    errors = {
        share: mean_squared_errors(clean, guess + share * (noisy - guess)).mean()
        for share in np.linspace(0, 0.9, 91)
    }
    assert kept == pytest.approx(min(errors, key=errors.get), abs=0.03)
    assert share_to_keep(noisy, lambda images: images, NOISE) == 0.0
    assert share_to_keep(noisy, smoothed, 1.0) == 0.0


def test_cut_off_noise_is_counted():
    assert clipped_share(np.array([0.0, 0.3, 1.0, 0.9], np.float32)) == 0.5
