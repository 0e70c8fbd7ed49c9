"""What each objective is for, on real digits."""

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from hourglass.errors import ConfigurationError
from hourglass.images import load_splits
from hourglass.inference import encode, reconstruct
from hourglass.models import ContractiveAutoencoder, build_model
from hourglass.models.sparse import mean_absolute_code, rate_divergence
from hourglass.networks import dense_autoencoder
from hourglass.records import ModelSpec, NetworkOptions, TrainingPlan
from hourglass.training import train

OPTIONS = NetworkOptions(units=(48,), latent_dim=24, activation="relu")
PLAIN = ModelSpec(network="dense", image_shape=(8, 8, 1), options=OPTIONS)
PLAN = TrainingPlan(epochs=40, batch_size=64)


@pytest.fixture(scope="module")
def splits():
    return load_splits("digits", seed=0)


@pytest.fixture(scope="module")
def trained(splits):
    """Return a function that trains a specification, each once."""
    models = {}

    def model(spec):
        if spec not in models:
            models[spec] = build_model(spec, seed=0)
            clean = splits.validation.read_all()
            train(models[spec], splits.train, PLAN, validation=(clean, clean))
        return models[spec]

    return model


def error_of(model, splits):
    clean = splits.test.read_all()
    return float(np.square(reconstruct(model, clean) - clean).mean())


def squared_jacobian(model, images):
    """Return the exact ‖J‖²_F of the encoder, mean over images."""
    images = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(images)
        codes = model.encoder(images)
    jacobians = tape.batch_jacobian(codes, images)
    return float(tf.reduce_mean(tf.reduce_sum(tf.square(jacobians), axis=(1, 2, 3, 4))))


def sparseness(model, images):
    """Return Hoyer's measure, mean over codes: 1 for one active unit, 0 for all alike.

    It does not change when a code is scaled, so no decoder can make up for it.
    """
    codes = np.abs(encode(model, images))
    root = np.sqrt(codes.shape[1])
    ratio = codes.sum(axis=1) / np.linalg.norm(codes, axis=1)
    return float(((root - ratio) / (root - 1)).mean())


def test_l1_makes_sparser_codes_at_equal_error(trained, splits):
    # Both codes have the ReLU of the hidden layers.
    sparse = replace(PLAIN, objective="sparse", sparsity="l1", penalty=0.01)
    clean = splits.test.read_all()
    assert error_of(trained(sparse), splits) < 1.06 * error_of(trained(PLAIN), splits)
    assert sparseness(trained(sparse), clean) > sparseness(trained(PLAIN), clean) + 0.07


def test_kl_makes_sparser_codes_at_equal_error(trained, splits):
    plain = replace(PLAIN, options=replace(OPTIONS, code_activation="sigmoid"))
    sparse = replace(plain, objective="sparse", sparsity="kl:0.1", penalty=0.02)
    clean = splits.test.read_all()
    assert error_of(trained(sparse), splits) < 1.03 * error_of(trained(plain), splits)
    assert sparseness(trained(sparse), clean) > sparseness(trained(plain), clean) + 0.1
    # Half of the way from where units are by themselves to the rate that is asked for.
    rates = [float(encode(trained(spec), clean).mean()) for spec in (plain, sparse)]
    assert abs(rates[1] - 0.1) < 0.5 * abs(rates[0] - 0.1)


def test_a_contractive_encoder_has_a_smaller_jacobian(trained, splits):
    contractive = replace(PLAIN, objective="contractive", penalty=0.1)
    clean = splits.test.read_all()
    models = trained(PLAIN), trained(contractive)
    errors = [error_of(model, splits) for model in models]
    norms = [squared_jacobian(model, clean) for model in models]
    # Beside the variance of the code, which is scaled along with it.
    relative = [
        norm / encode(model, clean).var(axis=0).mean()
        for model, norm in zip(models, norms, strict=True)
    ]
    assert errors[1] < 1.2 * errors[0]
    assert norms[1] < 0.3 * norms[0]
    assert relative[1] < 0.75 * relative[0]


def test_the_estimated_jacobian_is_the_exact_one(digits):
    encoder, decoder = dense_autoencoder((8, 8, 1), units=(20,), latent_dim=6, activation="tanh")
    model = ContractiveAutoencoder(encoder, decoder, seed=3)
    images = np.repeat(digits[:20], 2000, axis=0)
    estimate = float(model.squared_jacobian(images, encoder(images)))
    exact = squared_jacobian(model, digits[:20]) / (64 * 6)
    assert estimate == pytest.approx(exact, rel=0.03)


def test_a_contractive_step_draws_what_belongs_to_it(digits):
    halves = dense_autoencoder((8, 8, 1), units=(20,), latent_dim=6)
    model = ContractiveAutoencoder(*halves, seed=3)
    images, code = digits[:5], halves.encoder(digits[:5])

    def estimate(step):
        model.set_step(step)
        return float(model.squared_jacobian(images, code))

    first, second = estimate(7), estimate(8)
    assert estimate(7) == first != second


def test_the_price_of_a_code_is_its_formula():
    code = np.array([[0.5, -0.2], [0.1, 0.4]], np.float32)
    assert float(mean_absolute_code(code)) == pytest.approx(0.3)
    rates = np.array([[0.2, 0.6], [0.4, 0.8]], np.float32)
    rho, means = 0.1, np.array([0.3, 0.7])
    expected = rho * np.log(rho / means) + (1 - rho) * np.log((1 - rho) / (1 - means))
    assert float(rate_divergence(rates, rho)) == pytest.approx(expected.mean(), rel=1e-5)
    assert float(rate_divergence(np.full((3, 2), 0.1, np.float32), 0.1)) == pytest.approx(
        0, abs=1e-6
    )
    assert np.isfinite(float(rate_divergence(np.zeros((3, 2), np.float32), 0.1)))


@pytest.mark.parametrize("words", ["l2", "kl", "kl:0", "kl:1", "kl:2", "kl:few", "l1:0.1"])
def test_a_sparsity_that_cannot_be_is_named(words):
    spec = replace(PLAIN, objective="sparse", sparsity=words)
    with pytest.raises(ConfigurationError, match="l1"):
        build_model(spec)


def test_tied_weights_are_the_encoders(trained):
    model = build_model(replace(PLAIN, options=replace(OPTIONS, tied=True)))
    first, code = (layer for layer in model.encoder.layers if isinstance(layer, keras.layers.Dense))
    assert len(model.trainable_variables) == 6
    assert model.count_params() == 64 * 48 + 48 + 48 * 24 + 24 + 48 + 64
    codes = np.ones((1, 24), np.float32)
    hidden = np.maximum(codes @ code.kernel.numpy().T, 0.0)
    expected = 1.0 / (1.0 + np.exp(-hidden @ first.kernel.numpy().T))
    assert np.allclose(model.decode(codes).numpy().ravel(), expected.ravel(), atol=1e-5)


def test_tied_weights_learn_from_both_sides(trained, splits):
    tied = trained(replace(PLAIN, options=replace(OPTIONS, tied=True)))
    assert error_of(tied, splits) < 0.02


@pytest.mark.parametrize(
    ("network", "changes", "words"),
    [
        ("unet", {"objective": "sparse"}, "no code that could be sparse"),
        ("convolutional", {"options": replace(OPTIONS, tied=True)}, "takes no tied"),
        ("dense", {"options": replace(OPTIONS, dense_units=(8,))}, "takes no dense_units"),
    ],
)
def test_what_a_network_cannot_be_is_named(network, changes, words):
    options = replace(OPTIONS, latent_dim=None) if network == "unet" else OPTIONS
    spec = replace(PLAIN, network=network, corruption="gaussian:0.1", options=options)
    with pytest.raises(ConfigurationError, match=words):
        build_model(replace(spec, **changes))
