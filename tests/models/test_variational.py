"""A code that is a distribution: what it costs, what it draws, and what is left without."""

from dataclasses import replace

import numpy as np
import pytest

from hourglass.errors import ConfigurationError
from hourglass.evaluation import divergences, mean_squared_errors
from hourglass.images import load_splits
from hourglass.inference import decode, encode_gaussian, reconstruct
from hourglass.models import VariationalAutoencoder, build_model
from hourglass.models.variational import gaussian_divergence
from hourglass.networks import dense_autoencoder, strided_autoencoder
from hourglass.records import ModelSpec, NetworkOptions, TrainingPlan
from hourglass.seeds import generator
from hourglass.training import train

OPTIONS = NetworkOptions(units=(32,), latent_dim=4, activation="relu", code_activation="linear")
PLAIN = ModelSpec(network="dense", image_shape=(8, 8, 1), options=OPTIONS)
VARIATIONAL = replace(PLAIN, objective="variational", beta=1.0)
PLAN = TrainingPlan(epochs=20, batch_size=64, learning_rate=0.01)


@pytest.fixture(scope="module")
def splits():
    return load_splits("digits", seed=0)


def trained(spec, splits, plan=PLAN):
    model = build_model(spec, seed=0)
    clean = splits.validation.read_all()
    return model, train(model, splits.train, plan, validation=(clean, clean))


@pytest.fixture(scope="module")
def variational(splits):
    return trained(VARIATIONAL, splits)


def test_the_divergence_is_the_closed_form_of_a_gaussian():
    mean, deviation = np.array([[0.0, 0.5], [-1.0, 2.0]]), np.array([[1.0, 0.3], [0.7, 2.0]])
    # KL(N(m, s²) ‖ N(0, 1)) = −log s + (s² + m² − 1)/2, unit by unit.
    expected = -np.log(deviation) + (deviation**2 + mean**2 - 1.0) / 2.0
    log_variance = 2.0 * np.log(deviation)
    found = gaussian_divergence(mean.astype("float32"), log_variance.astype("float32"))
    assert np.allclose(found, expected.sum(axis=1), rtol=1e-6)
    assert np.allclose(divergences(mean, log_variance), expected)
    assert expected[0, 0] == 0.0


def test_the_loss_is_the_negative_elbo_up_to_a_constant_factor(variational, splits):
    model, training = variational
    clean = splits.validation.read_all()
    errors = mean_squared_errors(clean, reconstruct(model, clean))
    costs = divergences(*encode_gaussian(model, clean)).sum(axis=1)
    # −log p(x | mean) = 64 · mse / (2 · 0.1²) + constant, so the loss is −ELBO · 0.02 / 64.
    expected = errors.mean() + costs.mean() * 0.02 / 64
    best = training.history.epochs[training.history.best_epoch - 1]
    assert best.val_loss == pytest.approx(expected, rel=1e-4)
    assert best.val_mse == pytest.approx(errors.mean(), rel=1e-4)


def test_a_higher_beta_buys_codes_nearer_to_the_prior(variational, splits):
    model, _ = variational
    tighter, _ = trained(replace(VARIATIONAL, beta=50.0), splits, replace(PLAN, epochs=6))
    clean = splits.test.read_all()
    costs = [divergences(*encode_gaussian(m, clean)).sum(axis=1).mean() for m in (model, tighter)]
    errors = [mean_squared_errors(clean, reconstruct(m, clean)).mean() for m in (model, tighter)]
    assert 0.0 < costs[1] < 0.8 * costs[0]
    assert errors[0] < errors[1]


def test_without_its_price_it_is_the_autoencoder(splits):
    plan = replace(PLAN, epochs=2)
    asked = replace(PLAIN, network="convolutional", options=replace(OPTIONS, units=(4, 4)))
    plain, _ = trained(asked, splits, plan)
    free, _ = trained(replace(asked, objective="variational", beta=0.0), splits, plan)
    assert isinstance(free, VariationalAutoencoder)
    shared = [*free.encoder.get_weights(), *free.decoder.get_weights()]
    assert all(map(np.array_equal, plain.get_weights(), shared))
    clean = splits.test.read_all()
    assert np.array_equal(reconstruct(plain, clean), reconstruct(free, clean))


def test_a_step_draws_what_belongs_to_it(digits):
    model = VariationalAutoencoder(*dense_autoencoder((8, 8, 1), latent_dim=4), seed=3)

    def drawn(step):
        model.set_step(step)
        return np.asarray(model(digits[:5], training=True))

    first, second = drawn(7), drawn(8)
    assert np.array_equal(drawn(7), first) and not np.array_equal(first, second)


def test_draws_are_spread_as_the_encoder_says(digits):
    model = build_model(VARIATIONAL, seed=1)
    mean, log_variance = encode_gaussian(model, digits[:3])
    many = np.repeat(digits[:3], 4000, axis=0)
    moments = [np.asarray(values) for values in model.posterior(many)]
    codes = np.asarray(model.sampling(moments, training=True)).reshape(3, 4000, 4)
    assert np.allclose(codes.mean(axis=1), mean, atol=0.12)
    assert np.allclose(codes.var(axis=1), np.exp(log_variance), rtol=0.12)
    assert np.array_equal(model.sampling(moments), moments[0])


def test_samples_are_decoded_codes_of_the_prior(variational):
    model, _ = variational
    codes = generator(5, "codes").standard_normal((6, 4), dtype=np.float32)
    assert np.allclose(model.sample(6, seed=5), decode(model, codes), atol=1e-6)
    assert not np.array_equal(model.sample(6, seed=5), model.sample(6, seed=6))


def test_an_encoder_that_ends_in_maps_is_refused():
    halves = strided_autoencoder((8, 8, 1))
    with pytest.raises(ConfigurationError, match=r"ends in maps of shape \(2, 2, 8\)"):
        VariationalAutoencoder(*halves)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reconstruction_loss": "mae"}, "MeanAbsoluteError was given"),
        ({"reconstruction_loss": "mse:0.5+bce:0.5"}, "a loss that is a likelihood: mse or bce"),
        ({"beta": -1.0}, "beta must be 0 or more"),
        ({"network": "pooling", "options": replace(OPTIONS, latent_dim=None)}, "takes no code_"),
    ],
)
def test_what_cannot_be_variational_is_named(changes, words):
    with pytest.raises(ConfigurationError, match=words):
        build_model(replace(VARIATIONAL, **changes))
