"""What variational codes cost, against sampling and against a model whose evidence is known."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from hourglass.evaluation import (
    divergences,
    importance_bound,
    log_likelihoods,
    measure_variational,
)

DEVIATION = 0.1


@pytest.fixture
def toy():
    """Return a linear Gaussian model: images, weights, offset, and the exact posterior."""
    random = np.random.default_rng(0)
    weights, offset = random.normal(0, 0.15, (2, 6)), np.full(6, 0.5)
    precision = np.eye(2) + weights @ weights.T / DEVIATION**2
    codes = random.normal(size=(400, 2))
    images = codes @ weights + offset + random.normal(0, DEVIATION, (400, 6))
    mean = (images - offset) @ weights.T @ np.linalg.inv(precision) / DEVIATION**2
    evidence = multivariate_normal(offset, weights.T @ weights + DEVIATION**2 * np.eye(6))

    def decode(codes):
        return (codes @ weights + offset).reshape(-1, 2, 3, 1)

    return images.reshape(-1, 2, 3, 1), mean, precision, decode, evidence.logpdf(images)


def diagonal(mean, precision, factor=1.0):
    """Return the best Gaussian with independent units (its variances are 1 over the diagonal)."""
    log_variance = np.broadcast_to(-np.log(np.diag(precision)), mean.shape)
    return mean.astype(np.float32), (log_variance + np.log(factor)).astype(np.float32)


def test_the_divergence_equals_a_monte_carlo_estimate_to_one_percent():
    random = np.random.default_rng(1)
    mean, log_variance = random.normal(size=(5, 3)), random.normal(-1, 0.5, (5, 3))
    noise = random.normal(size=(400_000, 1, 1)).astype(np.float32)
    codes = mean + np.exp(0.5 * log_variance) * noise
    # log q(z) − log p(z), whose mean under q is the divergence.
    estimate = 0.5 * (codes**2 - noise**2 - log_variance).mean(axis=0)
    assert np.allclose(divergences(mean, log_variance), estimate, rtol=0.01)


def test_the_bounds_are_below_the_evidence_and_the_tighter_one_is_nearer(toy):
    images, mean, precision, decode, evidence = toy
    found = importance_bound(images, *diagonal(mean, precision, 1.5), decode, loss="mse")
    more = importance_bound(images, *diagonal(mean, precision, 1.5), decode, loss="mse", draws=500)
    assert found.elbo < found.bound < evidence.mean() + 0.02
    assert evidence.mean() - found.elbo > 0.05
    assert abs(more.bound - evidence.mean()) < 0.02


def test_the_elbo_is_likelihood_less_divergence_by_either_way(toy):
    images, mean, precision, decode, _ = toy
    found = measure_variational(
        images, *diagonal(mean, precision), decode, loss="mse", beta=1.0, seed=3
    )
    assert found.elbo == pytest.approx(found.log_likelihood - sum(found.divergence_by_unit))
    assert found.elbo == pytest.approx(found.bound.elbo, abs=0.2)
    assert (found.bound.images, found.bound.draws, found.images) == (400, 50, 400)


@pytest.mark.parametrize("loss", ["mse", "bce"])
def test_the_bound_of_one_draw_is_its_elbo(toy, loss):
    images, mean, precision, decode, _ = toy
    clean = np.clip(images, 0.0, 1.0)
    found = importance_bound(clean, *diagonal(mean, precision), decode, loss=loss, draws=1)
    assert found.bound == pytest.approx(found.elbo)


def test_likelihoods_are_in_nats_and_summed_over_values():
    clean, decoded = np.full((1, 2, 2, 1), 0.3), np.full((1, 2, 2, 1), 0.45)
    gaussian = 4 * (-0.5 * (0.15 / 0.1) ** 2 - np.log(0.1 * np.sqrt(2 * np.pi)))
    assert log_likelihoods(clean, decoded, "mse") == pytest.approx(gaussian)
    entropy = 4 * (0.3 * np.log(0.45) + 0.7 * np.log(0.55))
    assert log_likelihoods(clean, decoded, "bce") == pytest.approx(entropy)
    assert np.isfinite(log_likelihoods(np.ones((1, 2, 2, 1)), np.zeros((1, 2, 2, 1)), "bce")).all()


def test_units_that_are_the_prior_are_counted_and_told():
    random = np.random.default_rng(2)
    mean = random.normal(size=(300, 3)) * [1.0, 0.9, 1e-3]
    log_variance = np.broadcast_to([-3.0, -2.0, 0.0], mean.shape)

    def measured(units):
        images = np.zeros((300, 1, 1, 1), np.float32)
        return measure_variational(
            images,
            mean[:, units].astype(np.float32),
            log_variance[:, units].astype(np.float32),
            lambda codes: np.zeros((len(codes), 1, 1, 1), np.float32),
            loss="mse",
            beta=2.0,
            split="validation",
        )

    found = measured([0, 1, 2])
    assert (found.active_units, found.collapsed_units, found.split) == (2, 1, "validation")
    assert found.verdict().startswith("Posterior collapse of 1 of 3 units")
    assert measured([0, 1]).verdict().startswith("No posterior collapse")
    assert "every unit is the prior" in measured([2]).verdict()
