"""A loss that is no number stops a training, and the batch that made it so is named."""

import re

import keras
import numpy as np
import pytest

from hourglass.errors import DivergenceError
from hourglass.images import ArrayImages
from hourglass.models import Autoencoder
from hourglass.networks import dense_autoencoder
from hourglass.records import CheckpointTiming, TrainingPlan
from hourglass.training import Feed, Resuming, train
from hourglass.training.checkpoint import Checkpoints

BAD_IMAGE = 417
PLAN = TrainingPlan(epochs=3, batch_size=8)
ALWAYS = CheckpointTiming(between_epochs=0, within_epochs=0, share=1e9)


class BreaksOnWhite(keras.losses.Loss):
    """The squared error, and no number for an image that is all white."""

    def call(self, y_true, y_pred):
        error = keras.ops.mean(keras.ops.square(y_true - y_pred), axis=(1, 2, 3))
        white = keras.ops.mean(y_true, axis=(1, 2, 3)) > 0.99
        return keras.ops.where(white, np.nan, error)


@pytest.fixture
def images(digits):
    pixels = digits[:600].copy()
    pixels[BAD_IMAGE] = 1.0
    return ArrayImages(pixels)


def model():
    encoder, decoder = dense_autoencoder((8, 8, 1), units=(16,), latent_dim=6)
    return Autoencoder(encoder, decoder, reconstruction_loss=BreaksOnWhite())


def test_the_first_bad_batch_is_named_and_the_last_good_checkpoint_stays(images, digits, tmp_path):
    feed = Feed(images, PLAN.batch_size, PLAN.seed)
    rows = feed.rows(0, feed.steps_per_epoch)
    (step,) = np.flatnonzero((rows == BAD_IMAGE).any(axis=1))
    with pytest.raises(DivergenceError) as error:
        train(
            model(),
            images,
            PLAN,
            validation=(digits[1000:1100],) * 2,
            checkpoint_dir=tmp_path,
            resuming=Resuming(timing=ALWAYS),
        )
    sentence = str(error.value)
    assert f"at step {step + 1} (epoch 1): the loss was nan" in sentence
    named = re.search(r"training images (\[[\d, ]+\])", sentence)
    assert named and named[1] == str(rows[step, :5].tolist())
    assert "Lower --learning-rate (it was 0.004) or clip gradients" in sentence
    found = Checkpoints(tmp_path).newest(pytest.fail)
    # Blocks have 32 steps: the one with the bad batch was never written.
    assert found is not None and found.step == step // 32 * 32
    assert all(np.isfinite(array).all() for array in found.arrays.values())


def test_a_bad_validation_loss_stops_it_too(images, digits):
    validation = digits[1000:1100].copy()
    validation[3] = 1.0
    good = images.take(np.arange(400))
    with pytest.raises(DivergenceError, match=r"validation loss was nan after epoch 1"):
        train(model(), good, PLAN, validation=(validation, validation))
