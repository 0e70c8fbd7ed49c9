import keras
import numpy as np
import pytest

from hourglass.experiment.alarm import CollapseAlarm
from hourglass.images import ArrayImages
from hourglass.models import build_model
from hourglass.records import ModelSpec, NetworkOptions, TrainingPlan
from hourglass.training import train

OPTIONS = NetworkOptions(units=(16,), latent_dim=8, activation="relu")


def trained(digits, *, spoil, epochs=4):
    """Train with an alarm, the output layer saturated from the second epoch on if asked for."""

    class Spoil(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if spoil and epoch >= 1:
                layer = self.model.decoder.get_layer("pixels")
                layer.set_weights([0 * layer.get_weights()[0], layer.get_weights()[1] * 0 - 30])

    told = []
    alarm = CollapseAlarm(digits[1200:], digits[1200:], told.append)
    model = build_model(ModelSpec(network="dense", image_shape=(8, 8, 1), options=OPTIONS))
    plan = TrainingPlan(epochs=epochs, batch_size=8)
    images = ArrayImages(digits[:1200])
    train(
        model, images, plan, validation=(digits[1200:], digits[1200:]), callbacks=[Spoil(), alarm]
    )
    return alarm, told


@pytest.fixture(scope="module")
def learned(digits):
    return trained(digits, spoil=False)


def test_a_network_that_learns_is_left_alone(learned):
    alarm, told = learned
    assert told == []
    assert not alarm.judgments[600].collapsed


def test_every_hundred_steps_and_every_epoch_are_judged(learned):
    alarm, _ = learned
    # 150 steps an epoch, 32 in an execution: the first end of an execution past each hundred.
    assert list(alarm.judgments) == [128, 150, 214, 300, 428, 450, 514, 600]


def test_a_collapse_is_told_once_with_its_cause_and_at_each_epoch_end(digits):
    _, told = trained(digits, spoil=True)
    assert [line.split(":")[0] for line in told] == [
        "Warning, step 300",
        "Step 450",
        "Step 600",
    ]
    assert "every output is black" in told[0] and "loss bce" in told[0]
    assert "still collapsed" in told[1]
    assert "validation" in told[0]


def test_the_first_thousand_images_are_judged(digits):
    alarm = CollapseAlarm(digits, digits, lambda line: None)
    assert len(alarm._seen) == 1000
    assert np.array_equal(alarm._clean, digits[:1000])


@pytest.mark.parametrize("epochs", [1])
def test_before_step_300_only_the_end_of_an_epoch_warns(digits, epochs):
    alarm, told = trained(digits, spoil=False, epochs=epochs)
    assert told == [] and 128 in alarm.judgments
