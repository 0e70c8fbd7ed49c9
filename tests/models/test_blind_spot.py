"""Which pixels are hidden, behind what, and what is compared."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hourglass.errors import ConfigurationError
from hourglass.losses import MeanAbsoluteError
from hourglass.models import BlindSpotDenoiser, build_model
from hourglass.models.blind_spot import count_blocks, frozen_chance, hide_pixels
from hourglass.records import ModelSpec, NetworkOptions

SPEC = ModelSpec(
    network="unet",
    image_shape=(None, None, 1),
    options=NetworkOptions(units=(4,), latent_dim=None, activation="relu"),
    corruption="gaussian:0.2",
    objective="blind-spot",
)
sizes = st.tuples(*[st.integers(1, 3), st.integers(3, 13), st.integers(3, 13), st.integers(1, 3)])


def numbered(shape):
    """Return images whose every pixel has a value of its own in each channel."""
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


@given(sizes, st.integers(0, 2**31))
@settings(max_examples=25)
def test_a_hidden_pixel_shows_one_of_its_neighbors_and_never_itself(shape, seed):
    images = numbered(shape)
    rows, columns = count_blocks(images)
    chance = np.random.default_rng(seed).random((shape[0], rows, columns, 2), np.float32)
    seen, mask = map(keras.ops.convert_to_numpy, hide_pixels(images, chance))
    assert mask.shape == (*shape[:3], 1) and set(np.unique(mask)) <= {0.0, 1.0}
    assert np.array_equal(seen[mask[..., 0] == 0], images[mask[..., 0] == 0])
    for image, y, x in np.argwhere(mask[..., 0] == 1):
        # A pixel's values are numbered in a row, so they say where it came from.
        _, there_y, there_x, _ = np.unravel_index(int(seen[image, y, x, 0]), shape)
        apart = {abs(int(there_y) - y), abs(int(there_x) - x)}
        assert apart in ({0, 1}, {1})
        if y < shape[1] - 1 and x < shape[2] - 1:
            assert mask[image, there_y, there_x] == 0.0
        assert np.array_equal(seen[image, y, x], images[image, there_y, there_x])


def test_one_pixel_of_each_block_is_hidden_and_every_place_has_its_turn():
    images = numbered((64, 12, 8, 1))
    drawn = np.random.default_rng(0).random((64, 6, 4, 2), np.float32)
    for chance in (drawn, frozen_chance(images)):
        mask = keras.ops.convert_to_numpy(hide_pixels(images, chance).mask)
        blocks = mask.reshape(64, 6, 2, 4, 2)
        assert (blocks.sum(axis=(2, 4)) == 1).all()
        assert (blocks.sum(axis=(0, 1, 3)) > 0).all()


def test_the_loss_is_the_error_of_hidden_pixels(digits):
    model, images = build_model(SPEC), digits[:6]
    model.set_step(5)
    output = keras.ops.convert_to_numpy(model(images, training=True))
    model.set_step(5)
    chance = keras.random.uniform((6, 4, 4, 2), seed=model.places)
    seen, mask = map(keras.ops.convert_to_numpy, hide_pixels(images, chance))
    hidden = mask[..., 0] == 1
    answer = keras.ops.convert_to_numpy(model.network(seen))
    by_hand = np.square(answer[hidden] - images[hidden]).mean()
    assert np.square(output - images).mean() == pytest.approx(by_hand, rel=1e-5)


def test_what_is_hidden_follows_from_the_step(digits):
    model = build_model(SPEC)

    def at(step):
        model.set_step(step)
        return keras.ops.convert_to_numpy(model(digits[:4], training=True))

    first = at(3)
    assert np.array_equal(at(3), first) and not np.array_equal(at(4), first)


def test_validation_hides_without_chance_and_looks_at_noisy_pixels_alone(digits):
    model, noisy = build_model(SPEC), digits[:6]
    losses = [
        float(model.compute_loss(x=noisy, y=noisy, y_pred=prediction, training=False))
        for prediction in (noisy, noisy * 0)
    ]
    seen, mask = map(keras.ops.convert_to_numpy, hide_pixels(noisy, frozen_chance(noisy)))
    hidden = mask[..., 0] == 1
    # An untrained U-Net gives its input back: the neighbor that a pixel is hidden behind.
    by_hand = np.square(seen[hidden] - noisy[hidden]).mean()
    assert losses == pytest.approx([by_hand] * 2, rel=1e-5)


def test_a_share_of_the_noisy_image_is_kept(digits):
    model, images = build_model(SPEC), 0.3 + 0.3 * digits[:4]
    model.network.set_weights([weight + 0.05 for weight in model.network.get_weights()])
    answer = model.predict_on_batch(images)
    model.keep(0.25)
    mixed = model.predict_on_batch(images)
    assert not np.allclose(answer, mixed)
    assert answer.min() > 0.0 and answer.max() < 1.0
    assert np.allclose(mixed, 0.75 * answer + 0.25 * images, atol=1e-6)
    with pytest.raises(ConfigurationError, match="kept must lie between 0 and 1"):
        model.keep(1.5)


def test_the_answer_is_the_mean_over_places_of_the_blocks(digits):
    model, images = build_model(SPEC), digits[:4]
    model.network.set_weights([weight + 0.05 for weight in model.network.get_weights()])
    wide = np.pad(images, ((0, 0), (1, 0), (1, 0), (0, 0)), mode="symmetric")
    answers = []
    for down in (0, 1):
        for right in (0, 1):
            answer = keras.ops.convert_to_numpy(model.network(wide[:, 1 - down :, 1 - right :]))
            answers.append(answer[:, down:, right:])
    by_hand = np.clip(np.mean(answers, axis=0), 0, 1)
    assert np.allclose(model.predict_on_batch(images), by_hand, atol=1e-6)
    assert not np.allclose(answers[0], answers[3], atol=1e-3)


def test_other_losses_and_networks_with_a_code_are_refused_by_name():
    with pytest.raises(ConfigurationError, match="takes the loss mse and no other"):
        BlindSpotDenoiser(build_model(SPEC).network, reconstruction_loss=MeanAbsoluteError())
    options = NetworkOptions(units=(8,), latent_dim=4, activation="relu")
    dense = ModelSpec(
        network="dense", image_shape=(8, 8, 1), options=options, objective="blind-spot"
    )
    with pytest.raises(ConfigurationError, match=r"dense network has one. Choose network unet"):
        build_model(dense)


def test_nothing_is_corrupted_in_training():
    # The noise is in the images that it is trained on.
    assert build_model(SPEC).corruption is None
