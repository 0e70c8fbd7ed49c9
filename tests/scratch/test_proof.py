"""Two hundred steps of this room and of Keras, on the network and the images of the textbook."""

import keras
import numpy as np
import pytest

from hourglass.images import load_images
from hourglass.losses import BinaryCrossEntropy, MeanSquaredError
from hourglass.models import Autoencoder
from hourglass.networks import dense_autoencoder
from hourglass.scratch import (
    Adam,
    GraphLoop,
    cross_entropy,
    get_weights,
    mean_squared_error,
    start_parameters,
)
from hourglass.scratch.training import rows_of_epoch

SHAPE = (28, 28, 1)
STEPS = 200
SEED = 4


@pytest.fixture(scope="module")
def clean():
    images = load_images("fashion-mnist-small").train.read_all()
    return images.reshape(len(images), -1)


@pytest.fixture(scope="module")
def rows(clean):
    passes = [rows_of_epoch(SEED, epoch, len(clean), 128) for epoch in range(4)]
    return np.concatenate(passes)[:STEPS]


def by_keras(loss, loop, clean, rows):
    """Return the weights after a call of Keras' ``train_on_batch`` for each step."""
    model = Autoencoder(*dense_autoencoder(SHAPE, seed=SEED))
    # XLA on both sides. Without it here, sums are taken in another order, and the rectifiers make
    # of that rounding a difference of 0.03 in single weights: Keras with XLA and without differ
    # as much.
    model.compile(keras.optimizers.Adam(), loss, jit_compile=True)
    for step, row in enumerate(rows):
        seen = loop.seen(clean[row], step).numpy()
        model.train_on_batch(seen.reshape(-1, *SHAPE), clean[row].reshape(-1, *SHAPE))
    return model.get_weights()


@pytest.mark.parametrize(
    "formula, loss",
    [
        pytest.param(mean_squared_error, MeanSquaredError(), id="mse"),
        pytest.param(cross_entropy, BinaryCrossEntropy(), id="bce"),
    ],
)
def test_200_steps_of_either_adam_end_where_those_of_keras_end(clean, rows, formula, loss):
    ends = []
    for adam in (Adam(), keras.optimizers.Adam()):
        parameters = start_parameters(SHAPE, seed=SEED)
        loop = GraphLoop(parameters, adam, formula, noise=0.2, seed=SEED)
        loop.run(clean, rows, 0)
        ends.append(get_weights(parameters))
        assert int(adam.iterations.numpy()) == STEPS
    expected = by_keras(loss, loop, clean, rows)
    for written_out, of_keras, weight in zip(*ends, expected, strict=True):
        assert np.abs(written_out - weight).max() < 1e-5
        assert np.abs(of_keras - weight).max() < 1e-5
