"""Codes that no image was encoded to."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hourglass.evaluation import (
    fit_codes,
    interpolate,
    normal_quantiles,
    plane_codes,
    standard_codes,
)
from hourglass.seeds import generator


def test_a_fitted_gaussian_draws_codes_like_those_it_was_fitted_to():
    random = generator(0)
    codes = random.normal(size=(500, 3)) @ random.normal(size=(3, 4)) + [0.0, 5.0, -3.0, 1.0]
    codes[:, 3] = 0.0  # a dead unit
    fitted = fit_codes(codes.astype(np.float32))
    assert np.allclose(fitted.mean, codes.mean(axis=0), atol=1e-5)
    assert np.allclose(fitted.factor @ fitted.factor.T, np.cov(codes.T, bias=True), atol=1e-4)
    drawn = fitted.codes(random.standard_normal((20_000, 4), dtype=np.float32))
    assert np.allclose(np.cov(drawn.T), np.cov(codes.T), atol=0.2)
    assert np.abs(drawn[:, 3]).max() < 1e-6


def test_codes_that_are_maps_are_fitted_flat():
    maps = generator(1).random((50, 2, 2, 3), np.float32)
    assert fit_codes(maps).factor.shape == (12, 12)


def test_the_standard_normal_leaves_draws_as_they_are():
    draws = generator(2).standard_normal((5, 3), dtype=np.float32)
    assert np.array_equal(standard_codes(3).codes(draws), draws)


@given(st.integers(2, 12), st.integers(0, 99))
def test_a_line_has_both_ends_and_equal_steps(steps, seed):
    first, last = generator(seed).normal(size=(2, 3, 2)).astype(np.float32)
    line = interpolate(first, last, steps)
    assert line.shape == (steps, 3, 2)
    assert np.allclose(line[0], first) and np.allclose(line[-1], last, atol=1e-6)
    assert np.allclose(np.diff(line, axis=0), (last - first) / (steps - 1), atol=1e-5)


def test_quantiles_share_the_normal_equally():
    draws = generator(3).standard_normal(100_000)
    quantiles = normal_quantiles(9)
    assert np.allclose(quantiles, -quantiles[::-1]) and quantiles[4] == pytest.approx(0.0)
    assert np.allclose(
        (draws[:, None] < quantiles).mean(axis=0), (np.arange(9) + 0.5) / 9, atol=0.01
    )


def test_a_plane_is_read_like_a_chart():
    codes = plane_codes(np.array([1.0, 2.0, 3.0]), np.array([-1.0, 5.0]))
    assert codes.tolist() == [[1, 5], [2, 5], [3, 5], [1, -1], [2, -1], [3, -1]]
