"""Tiles give what the whole image gives, at any size, and keep what they need."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hourglass.errors import ConfigurationError, ImageShapeError
from hourglass.inference import rebuild_in_bands, reconstruct, tiles
from hourglass.models import build_model
from hourglass.networks import unet_reach
from hourglass.records import LOCAL_NETWORKS, ModelSpec, NetworkOptions
from hourglass.seeds import generator


def local_spec(units, channels=1, activation="silu", loss="mse"):
    return ModelSpec(
        network="unet",
        image_shape=(None, None, channels),
        options=NetworkOptions(units=units, latent_dim=None, activation=activation),
        corruption="gaussian:0.2",
        reconstruction_loss=loss,
    )


def with_random_weights(spec, size=0.3):
    """Return a model in which every weight counts: fresh ones give their input back."""
    model, noise = build_model(spec), generator(5)
    model.set_weights([noise.normal(0, size, weight.shape) for weight in model.get_weights()])
    return model


SMALL = local_spec((3,))
WIDE = local_spec((2, 2), channels=3)


@pytest.fixture(scope="module")
def models():
    """Return models with random weights by the channels that they take."""
    return {spec.image_shape[2]: (with_random_weights(spec, 0.15), spec) for spec in (SMALL, WIDE)}


@pytest.fixture(scope="module")
def identity():
    """Return an untrained U-Net, whose last convolutions are zero."""
    return build_model(SMALL), SMALL


def rebuilt(model, spec, pixels, **options):
    """Return all bands as one image, once they are found to follow each other."""
    bands = list(rebuild_in_bands(model, spec, pixels, **options))
    assert [row for row, _ in bands] == [0, *np.cumsum([len(band) for _, band in bands])[:-1]]
    return np.concatenate([band for _, band in bands])


@settings(max_examples=12)
@given(height=st.integers(1, 130), width=st.integers(1, 130), channels=st.sampled_from([1, 3]))
def test_tiled_equals_untiled(models, height, width, channels):
    model, spec = models[channels]
    image = generator(0).random((height, width, channels), np.float32)
    whole = np.asarray(model.reconstruct(image[None]))[0]
    assert np.abs(whole - image).max() > 0.01
    assert np.abs(rebuilt(model, spec, image, tile=1) - whole).max() <= 1e-5


def test_the_tiles_of_a_very_wide_image_are_lower(models, monkeypatch):
    model, spec = models[1]
    image = generator(11).random((120, 140, 1), np.float32)
    whole = np.asarray(model.reconstruct(image[None]))[0]
    heights = []

    def reconstructed(model, images):
        heights.append(images.shape[1])
        return reconstruct(model, images)

    monkeypatch.setattr(tiles, "reconstruct", reconstructed)
    monkeypatch.setattr(tiles, "_VALUES_OF_A_ROW_OF_TILES", 1)
    assert np.abs(rebuilt(model, spec, image) - whole).max() <= 1e-5
    assert set(heights) == {48}


def test_a_network_that_ends_in_probabilities_is_tiled_too():
    spec = local_spec((3,), loss="bce")
    model = with_random_weights(spec, 0.15)
    image = generator(1).random((75, 61, 1), np.float32)
    whole = np.asarray(model.reconstruct(image[None]))[0]
    assert np.abs(rebuilt(model, spec, image, tile=1) - whole).max() <= 1e-5


@pytest.mark.parametrize("units", [(2,), (2, 2), (2, 2, 2)], ids=len)
def test_the_reach_is_as_far_as_a_pixel_is_felt(units):
    multiple, margin = unet_reach(units)
    network = build_model(local_spec(units, activation="linear")).network
    # Nothing cancels where all weights are positive. Without biases darkness stays exactly zero,
    # on processors too that round an image in a batch of one otherwise than among others.
    network.set_weights([np.full(w.shape, 0.3 * (w.ndim > 1)) for w in network.get_weights()])
    start, size = margin + multiple, 3 * margin + 2 * multiple
    lit = np.zeros((start + 1, multiple, size, 1), np.float32)
    lit[range(start + 1), :, range(start + 1)] = 1.0
    assert not np.asarray(network(np.zeros_like(lit))).any()
    felt = np.flatnonzero(np.asarray(network(lit))[:, :, start:].any(axis=(1, 2, 3)))
    assert start - margin <= felt[0] < start - margin + multiple


def test_rows_that_were_given_may_be_written_over(models):
    model, spec = models[1]
    pixels = generator(2).integers(0, 65_536, (170, 90, 1), dtype=np.uint16)
    kept = pixels.copy()
    expected = np.rint(rebuilt(model, spec, kept, tile=1) * 65_535)
    bands = 0
    for row, band in rebuild_in_bands(model, spec, pixels, tile=1):
        pixels[row : row + len(band)] = np.rint(band * 65_535)
        bands += 1
    assert bands > 3 and np.array_equal(pixels, expected)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3])
def test_the_identity_gives_every_level_back(identity, dtype, channels):
    white = np.iinfo(dtype).max
    pixels = generator(3).integers(0, white, (131, 77, channels), dtype=dtype, endpoint=True)
    found = rebuilt(*identity, pixels, tile=1)
    assert np.array_equal(np.rint(found * white).astype(dtype), pixels)


def test_the_strength_goes_from_the_image_to_the_reconstruction(models):
    model, spec = models[1]
    pixels = generator(4).integers(0, 65_536, (60, 50, 1), dtype=np.uint16)
    image = np.divide(pixels, 65_535, dtype=np.float32)
    none, half, full = (rebuilt(model, spec, pixels, strength=share) for share in (0, 0.5, 1))
    assert np.array_equal(none, image)
    assert np.allclose(half, (none + full) / 2, atol=1e-6)
    assert np.abs(full - none).max() > 0.1
    with pytest.raises(ConfigurationError, match=r"strength must lie between 0 and 1; 1\.5"):
        rebuild_in_bands(model, spec, pixels, strength=1.5)


def test_colors_go_through_a_gray_model_one_by_one(models):
    model, spec = models[1]
    image = generator(5).random((60, 40, 3), np.float32)
    alone = [rebuilt(model, spec, image[..., [channel]]) for channel in range(3)]
    assert np.allclose(rebuilt(model, spec, image), np.concatenate(alone, axis=-1), atol=1e-6)


def test_gray_goes_through_a_color_model_in_all_channels(models):
    model, spec = models[3]
    image = generator(6).random((60, 40, 1), np.float32)
    color = rebuilt(model, spec, np.repeat(image, 3, axis=-1))
    assert np.allclose(rebuilt(model, spec, image), color.mean(-1, keepdims=True), atol=1e-6)


def test_a_local_network_that_was_built_for_one_size_is_shown_that_size(models):
    model, spec = models[1]
    fixed_spec = replace(spec, image_shape=(64, 48, 1))
    fixed = build_model(fixed_spec)
    fixed.set_weights(model.get_weights())
    image = generator(10).random((64, 100, 1), np.float32)
    assert rebuilt(fixed, fixed_spec, image).shape == image.shape
    whole = reconstruct(fixed, image[None, :, :48])[0]
    assert np.allclose(rebuilt(fixed, fixed_spec, image[:, :48]), whole, atol=1e-6)


def test_every_network_for_any_size_says_how_far_it_looks():
    assert tiles._REACHES.keys() == LOCAL_NETWORKS


def test_what_is_no_image_or_has_other_channels_is_refused(models):
    model, spec = models[3]
    for shape, words in [((4, 4), "three|axes"), ((0, 4, 3), "one pixel"), ((4, 4, 2), "as many")]:
        with pytest.raises(ImageShapeError, match=words):
            rebuild_in_bands(model, spec, np.zeros(shape, np.uint8))


FIXED = ModelSpec(
    network="dense",
    image_shape=(8, 6, 1),
    options=NetworkOptions(units=(8,), latent_dim=3, activation="relu"),
)


@pytest.fixture(scope="module")
def fixed():
    return with_random_weights(FIXED)


def test_a_network_of_one_size_sees_an_image_of_that_size_whole(fixed, digits):
    image = digits[0][:, :6]
    assert np.allclose(rebuilt(fixed, FIXED, image), reconstruct(fixed, image[None])[0], atol=1e-6)


@pytest.fixture(scope="module")
def even():
    """Return a model that answers every image with the same gray."""
    model = build_model(FIXED)
    model.set_weights([np.zeros_like(weight) for weight in model.get_weights()])
    return model


@given(height=st.integers(1, 30), width=st.integers(1, 30))
@settings(max_examples=12)
def test_a_network_of_one_size_takes_any_in_tiles_whose_weights_sum_to_one(even, height, width):
    found = rebuilt(even, FIXED, np.zeros((height, width, 1), np.float32))
    assert found.shape == (height, width, 1)
    assert np.allclose(found, 0.5, atol=1e-6)


def test_an_image_below_the_size_of_a_network_is_mirrored(fixed):
    image = generator(8).random((4, 3, 1), np.float32)
    across = np.concatenate([image, image[:, ::-1]], axis=1)
    whole = np.concatenate([across, across[::-1]])
    expected = reconstruct(fixed, whole[None])[0, :4, :3]
    assert np.allclose(rebuilt(fixed, FIXED, image), expected, atol=1e-6)


def test_the_error_at_the_borders_of_half_overlapping_tiles_is_as_low_as_elsewhere(digits):
    clean = np.concatenate([np.concatenate(digits[i : i + 9], axis=1) for i in range(0, 63, 9)])
    noisy = np.clip(clean + generator(9).normal(0, 0.2, clean.shape), 0, 1).astype(np.float32)
    found = rebuilt(*linear_denoiser(clean, noisy), noisy)
    squares = np.square(found - clean)
    assert squares.mean() < 0.7 * np.square(noisy - clean).mean()
    # Tiles of 8 by 8 that overlap by half end at every fourth row and column.
    rows, columns = (np.isin(np.arange(size) % 4, (0, 3)) for size in clean.shape[:2])
    at_borders = rows[:, None] | columns
    assert squares[at_borders].mean() <= 1.1 * squares[~at_borders].mean()


def linear_denoiser(clean, noisy):
    """Return a residual network that is the best affine map from noisy windows to clean ones."""
    spec = ModelSpec(
        network="residual",
        image_shape=(8, 8, 1),
        options=NetworkOptions(units=(4,), latent_dim=None, activation="relu"),
        corruption="gaussian:0.2",
    )
    model = build_model(spec)
    windows = np.lib.stride_tricks.sliding_window_view
    given, wanted = (windows(one[..., 0], (8, 8)).reshape(-1, 64) for one in (noisy, clean))
    with_one = np.concatenate([given, np.ones((len(given), 1))], axis=1)
    weights = np.linalg.lstsq(with_one, wanted, rcond=None)[0]
    model.network.get_layer("affine").set_weights([weights[:-1], weights[-1]])
    return model, spec
