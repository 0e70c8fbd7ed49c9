"""The tape against central differences of an independent forward pass in float64."""

from itertools import pairwise

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hourglass.scratch import (
    Layer,
    cross_entropy,
    loss_and_gradients,
    mean_squared_error,
)

WIDTHS = (6, 5, 3, 5, 6)
NUDGE = 1e-6
# No nudge of a weight moves a pre-activation this far.
KINK = 1e-4


def squared(clean, rebuilt):
    return np.mean((clean - rebuilt) ** 2)


def excess(clean, rebuilt):
    bright = clean * np.log(clean / rebuilt)
    return np.mean(bright + (1 - clean) * np.log((1 - clean) / (1 - rebuilt)))


FORMULAS = [
    pytest.param(mean_squared_error, squared, id="mse"),
    pytest.param(cross_entropy, excess, id="bce"),
]


def run(weights, images):
    """Return the reconstructions, and the pre-activation that is nearest to a kink."""
    nearest = np.inf
    for matrix, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        before = images @ matrix + bias
        nearest = min(nearest, np.abs(before).min())
        images = np.maximum(before, 0)
    return 1 / (1 + np.exp(-(images @ weights[-2] + weights[-1]))), nearest


def differences(weights, seen, clean, formula):
    """Return (f(w + h) − f(w − h)) / 2h for each single weight."""
    slopes = [np.empty_like(weight) for weight in weights]
    for weight, slope in zip(weights, slopes, strict=True):
        for place in np.ndindex(weight.shape):
            here = weight[place]
            weight[place] = here + NUDGE
            above = formula(clean, run(weights, seen)[0])
            weight[place] = here - NUDGE
            below = formula(clean, run(weights, seen)[0])
            weight[place] = here
            slope[place] = (above - below) / (2 * NUDGE)
    return slopes


def by_the_tape(weights, seen, clean, formula, dtype):
    variables = [tf.Variable(weight, dtype=dtype) for weight in weights]
    parameters = [Layer(*pair) for pair in zip(variables[::2], variables[1::2], strict=True)]
    seen, clean = tf.constant(seen, dtype), tf.constant(clean, dtype)
    return [
        gradient.numpy() for gradient in loss_and_gradients(parameters, seen, clean, formula)[1]
    ]


@pytest.mark.parametrize("formula, in_numpy", FORMULAS)
@settings(max_examples=15)
@given(seed=st.integers(0, 2**31), count=st.integers(1, 5))
def test_gradients_are_the_slopes_of_the_loss(formula, in_numpy, seed, count):
    random = np.random.default_rng(seed)
    weights = [
        random.normal(0, 0.7, shape) for a, b in pairwise(WIDTHS) for shape in ((a, b), (b,))
    ]
    seen, clean = random.uniform(0.05, 0.95, (2, count, WIDTHS[0]))
    assume(run(weights, seen)[1] > KINK)
    slopes = differences(weights, seen, clean, in_numpy)
    exact = by_the_tape(weights, seen, clean, formula, tf.float64)
    single = by_the_tape(weights, seen, clean, formula, tf.float32)
    for slope, double, gradient in zip(slopes, exact, single, strict=True):
        assert np.allclose(double, slope, rtol=1e-6, atol=1e-8)
        assert np.allclose(gradient, slope, rtol=1e-4, atol=1e-6)
