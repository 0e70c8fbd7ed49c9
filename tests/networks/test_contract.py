"""What every network promises; a new one joins by a line in ``SHAPES``."""

import keras
import numpy as np
import pytest

from hourglass.errors import ImageShapeError
from hourglass.networks import (
    Halves,
    convolutional_autoencoder,
    dense_autoencoder,
    pooling_autoencoder,
    pooling_dense_autoencoder,
    residual,
    strided_autoencoder,
    unet,
    with_log_variance,
)
from hourglass.records import NETWORK_DEFAULTS, NETWORKS, resolve
from hourglass.seeds import generator

SHAPES = [(28, 28, 1), (8, 8, 1), (13, 7, 3), (5, 30, 4)]
# As published, these halve an image twice and know nothing of borders.
EVEN = {"pooling", "pooling-dense", "strided"}
every_network = pytest.mark.parametrize("name", sorted(NETWORKS))
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)


def build(name, shape, **options):
    network = resolve("network", NETWORKS, name)(shape, **options)
    if not isinstance(network, Halves):
        return network
    return keras.Sequential([network.encoder, network.decoder])


@every_shape
@every_network
def test_images_come_out_as_large_as_they_went_in(name, shape):
    if name in EVEN and (shape[0] % 4 or shape[1] % 4):
        with pytest.raises(ImageShapeError, match=f"multiples of 4; .* {shape[0]}×{shape[1]}"):
            build(name, shape)
        return
    images = generator(0).random((2, *shape), np.float32)
    assert build(name, shape)(images).shape == images.shape


@every_network
def test_weights_follow_from_the_seed_alone(name):
    first, again, other = (build(name, (8, 8, 1), seed=seed) for seed in (3, 3, 4))
    assert all(map(np.array_equal, first.get_weights(), again.get_weights()))
    assert not all(map(np.array_equal, first.get_weights(), other.get_weights()))


def varied(weights):
    # Biases start at zero, scales of normalization at one.
    return np.unique(weights).size > 1


@every_network
def test_layers_do_not_start_with_the_same_weights(name):
    kernels = [kernel for kernel in build(name, (8, 8, 1)).get_weights() if varied(kernel)]
    starts = {kernel.ravel()[:4].tobytes() for kernel in kernels}
    assert len(starts) == len(kernels)


@every_network
def test_units_size_the_network(name):
    small = build(name, (8, 8, 1), units=(4, 2)).count_params()
    assert small < build(name, (8, 8, 1)).count_params()


@pytest.mark.parametrize(
    ("build_network", "parameters"),
    [
        (pooling_autoencoder, 2561),
        (pooling_dense_autoencoder, 768_200),
        (strided_autoencoder, 3217),
    ],
)
def test_the_founding_convolutional_networks_are_as_published(build_network, parameters):
    encoder, decoder = build_network((28, 28, 1))
    assert encoder.output.shape[1:] == (7, 7, 8)
    assert encoder.count_params() + decoder.count_params() == parameters


def test_an_untrained_residual_network_is_its_affine_map():
    network = residual((8, 8, 1), units=(16, 8), seed=2)
    images = generator(0).random((3, 8, 8, 1), np.float32)
    affine = network.get_layer("affine")(images.reshape(3, -1))
    np.testing.assert_allclose(network(images), np.reshape(affine, images.shape), atol=1e-6)


@pytest.mark.parametrize("name", ["convolutional", "dense"])
def test_a_bottleneck_holds_latent_dim_numbers_and_needs_one_size(name):
    halves = resolve("network", NETWORKS, name)((8, 8, 1), latent_dim=5)
    assert halves.encoder.output.shape == (None, 5)
    assert halves.decoder.input.shape == (None, 5)
    with pytest.raises(ImageShapeError, match="images of one size"):
        resolve("network", NETWORKS, name)((None, 8, 1))


@pytest.mark.parametrize("name", ["convolutional", "dense"])
def test_a_log_variance_stands_beside_the_code_on_the_same_hidden_values(name):
    encoder = resolve("network", NETWORKS, name)((8, 8, 1), latent_dim=5).encoder
    first, again = (with_log_variance(encoder, seed=seed) for seed in (3, 3))
    images = generator(0).random((2, 8, 8, 1), np.float32)
    mean, log_variance = first(images)
    assert np.array_equal(mean, encoder(images)) and log_variance.shape == (2, 5)
    assert not np.array_equal(mean, log_variance)
    assert np.array_equal(log_variance, again(images)[1])
    code = encoder.layers[-1]
    assert first.count_params() == encoder.count_params() + code.count_params()


def test_the_defaults_of_the_table_are_the_defaults_of_the_functions():
    for name, options in NETWORK_DEFAULTS.items():
        network = resolve("network", NETWORKS, name)((28, 28, 1))
        if options.latent_dim is not None:
            assert network.encoder.output.shape == (None, options.latent_dim)


def test_the_dense_default_is_the_founding_network():
    encoder, decoder = dense_autoencoder((28, 28, 1))
    widths = [
        layer.units
        for half in (encoder, decoder)
        for layer in half.layers[1:-1]
        if hasattr(layer, "units")
    ]
    assert [784, 128, 64, 32, *widths[-3:]] == [784, 128, 64, 32, 64, 128, 784]
    assert encoder.count_params() + decoder.count_params() == 222_384


def test_convolutions_halve_and_the_decoder_retraces_the_sizes():
    halves = convolutional_autoencoder((13, 7, 1), units=(4, 8, 16))
    sizes = [layer.output.shape[1:3] for layer in halves.encoder.layers[1:4]]
    assert sizes == [(7, 4), (4, 2), (2, 1)]


class TestUNet:
    def test_untrained_it_gives_its_input_back(self):
        images = generator(0).random((3, 11, 14, 3), np.float32)
        assert np.array_equal(unet((None, None, 3))(images), images)

    def test_probabilities_start_at_the_input_and_have_a_gradient_everywhere(self):
        import tensorflow as tf

        images = np.array([0.0, 0.3, 0.5, 1.0], np.float32).reshape(1, 2, 2, 1)
        network = unet((None, None, 1), probabilities=True)
        assert np.abs(network(images) - images).max() < 0.0201
        bias = network.get_layer("correction").bias
        for pixel in range(4):
            with tf.GradientTape() as tape:
                value = tf.reshape(network(images), [-1])[pixel]
            assert abs(float(tape.gradient(value, bias.value)[0])) > 0.01

    def test_it_takes_any_size_even_one_pixel(self):
        network = scrambled(unet((None, None, 1)))
        for height, width in [(1, 1), (2, 9), (28, 28), (31, 17)]:
            images = generator(0).random((1, height, width, 1), np.float32)
            assert network(images).shape == images.shape

    def test_no_layer_mixes_the_whole_image(self):
        # A changed corner must not be seen far away, or tiles could not be put together.
        network = scrambled(unet((None, None, 1)))
        images = generator(0).random((1, 96, 96, 1), np.float32)
        changed = images.copy()
        changed[0, :4, :4] = 1.0 - changed[0, :4, :4]
        difference = np.abs(network(images) - network(changed))[0, :, :, 0]
        assert difference[:4, :4].max() > 1e-3
        assert difference[48:, 48:].max() == 0.0

    def test_padding_repeats_the_edge(self):
        # An image whose last row is repeated by hand gives the same result inside.
        network = scrambled(unet((None, None, 1)))
        images = generator(0).random((1, 7, 8, 1), np.float32)
        longer = np.concatenate([images, images[:, -1:]], axis=1)
        assert np.allclose(network(images), network(longer)[:, :7], atol=1e-6)


def scrambled(network: keras.Model) -> keras.Model:
    """Give every weight a value, the ones that start at zero too."""
    noise = generator(9)
    for variable in network.weights:
        variable.assign(0.2 * noise.standard_normal(variable.shape))
    return network
