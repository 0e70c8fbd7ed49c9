"""What every model promises; a new one joins by a line in ``SPECS``."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from hourglass.corruption import GaussianNoise
from hourglass.errors import ConfigurationError
from hourglass.models import Autoencoder, Denoiser, build_model
from hourglass.networks import dense_autoencoder
from hourglass.records import ModelSpec, NetworkOptions

DENSE = NetworkOptions(units=(16,), latent_dim=6, activation="relu")
CONVOLUTIONAL = NetworkOptions(units=(4, 8), latent_dim=6, activation="gelu")
UNET = NetworkOptions(units=(4, 8), latent_dim=None, activation="silu")
BOTH = NetworkOptions(units=(4, 8, 16), latent_dim=None, activation="relu")
TIED = replace(DENSE, tied=True)
SHAPE = (8, 8, 1)
SPECS = [
    pytest.param(ModelSpec(network="dense", image_shape=SHAPE, options=DENSE), id="dense"),
    pytest.param(
        ModelSpec(network="convolutional", image_shape=SHAPE, options=CONVOLUTIONAL),
        id="convolutional",
    ),
    pytest.param(
        ModelSpec(network="dense", image_shape=SHAPE, options=DENSE, corruption="gaussian:0.2"),
        id="dense-denoising",
    ),
    pytest.param(
        ModelSpec(
            network="unet", image_shape=(None, None, 1), options=UNET, corruption="gaussian:0.2"
        ),
        id="unet",
    ),
    pytest.param(ModelSpec(network="dense", image_shape=SHAPE, options=TIED), id="tied"),
    pytest.param(ModelSpec(network="pooling", image_shape=SHAPE, options=UNET), id="pooling"),
    pytest.param(
        ModelSpec(network="residual", image_shape=SHAPE, options=UNET, corruption="gaussian:0.2"),
        id="residual",
    ),
    pytest.param(
        ModelSpec(network="pooling-dense", image_shape=SHAPE, options=BOTH), id="pooling-dense"
    ),
    pytest.param(ModelSpec(network="strided", image_shape=SHAPE, options=UNET), id="strided"),
    pytest.param(
        ModelSpec(network="dense", image_shape=SHAPE, options=DENSE, objective="sparse"),
        id="sparse-l1",
    ),
    pytest.param(
        ModelSpec(
            network="convolutional",
            image_shape=SHAPE,
            options=replace(CONVOLUTIONAL, code_activation="sigmoid"),
            corruption="masking:0.2",
            objective="sparse",
            sparsity="kl:0.1",
        ),
        id="sparse-kl",
    ),
    pytest.param(
        ModelSpec(
            network="unet",
            image_shape=(None, None, 1),
            options=UNET,
            corruption="files",
            objective="blind-spot",
            kept=0.2,
        ),
        id="blind-spot",
    ),
    pytest.param(
        ModelSpec(network="dense", image_shape=SHAPE, options=DENSE, objective="contractive"),
        id="contractive",
    ),
    pytest.param(
        ModelSpec(network="dense", image_shape=SHAPE, options=DENSE, objective="variational"),
        id="variational",
    ),
    pytest.param(
        ModelSpec(
            network="convolutional",
            image_shape=SHAPE,
            options=CONVOLUTIONAL,
            corruption="gaussian:0.2",
            objective="variational",
            beta=4.0,
        ),
        id="variational-denoising",
    ),
]
every_model = pytest.mark.parametrize("spec", SPECS)


@every_model
def test_reconstructions_are_images(spec, digits):
    images = digits[:10]
    rebuilt = keras.ops.convert_to_numpy(build_model(spec).reconstruct(images))
    assert rebuilt.shape == images.shape
    assert rebuilt.min() >= 0.0 and rebuilt.max() <= 1.0


@every_model
def test_reconstruction_never_corrupts(spec, digits):
    model = build_model(spec)
    images = digits[:10]
    assert np.array_equal(model.reconstruct(images), model.reconstruct(images))


@every_model
def test_training_corrupts_where_a_corruption_is_wired_and_draws_where_a_code_is(spec, digits):
    model = build_model(spec)
    images = digits[:10]
    same = np.array_equal(model(images, training=True), model(images, training=True))
    assert same == (spec.corruption is None and spec.objective != "variational")


@every_model
def test_the_architecture_is_the_network(spec):
    model = build_model(spec)
    layers = model.architecture().layers
    names = [layer.name for layer in layers]
    assert len(set(names)) == len(names)
    assert sum(layer.parameters for layer in layers) == model.count_params()
    assert [layer.name for layer in layers if not layer.inputs] == names[:1]
    for number, layer in enumerate(layers):
        assert set(layer.inputs) <= set(names[:number])
    assert layers[-1].output_shape[-1] == 1


@every_model
def test_building_twice_gives_the_same_weights(spec):
    first, second = build_model(spec, seed=5), build_model(spec, seed=5)
    assert all(map(np.array_equal, first.get_weights(), second.get_weights()))


def test_an_autoencoder_encodes_and_decodes(digits):
    model = build_model(ModelSpec(network="dense", image_shape=SHAPE, options=DENSE))
    latents = model.encode(digits[:4])
    assert latents.shape == (4, 6)
    assert np.allclose(model.decode(latents), model.reconstruct(digits[:4]))


def test_models_are_put_together_by_keyword(digits):
    encoder, decoder = dense_autoencoder(SHAPE, units=(16,), latent_dim=4)
    model = Autoencoder(encoder, decoder, corruption=GaussianNoise(0.5))
    assert isinstance(model, keras.Model)
    assert model.reconstruct(digits[:2]).shape == (2, *SHAPE)


def test_a_network_without_a_code_is_a_denoiser():
    spec = SPECS[3].values[0]
    assert isinstance(build_model(spec), Denoiser)
    assert not hasattr(build_model(spec), "encode")


def test_copying_clean_images_is_refused():
    spec = ModelSpec(network="unet", image_shape=(None, None, 1), options=UNET)
    with pytest.raises(ConfigurationError, match=r"no bottleneck.*--noise"):
        build_model(spec)


def test_no_attribute_hides_one_of_keras():
    own = set(vars(Autoencoder)) | set(vars(Denoiser))
    assert not own & {"layers", "losses", "metrics", "loss"}
