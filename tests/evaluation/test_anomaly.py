"""Scores are higher for what the network finds strange."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from hourglass.evaluation import (
    NETWORK_SCORES,
    NetworkView,
    area_under_curve,
    fit_anomaly,
    neighbor_distances,
    relative_errors,
    usual_errors,
)
from hourglass.seeds import generator


def view(count, seed, *, error=0.01, variance=0.1, shift=0.0):
    chance = generator(seed)
    stretch = np.array([5.0, 1.0, 0.1])
    layers = ((chance.normal(size=(count, 3)) + shift) * stretch).astype(np.float32)
    return NetworkView(
        errors=error * np.exp(0.3 * chance.normal(size=count)),
        features=np.concatenate([layers, layers], axis=1),
        codes=layers,
        variances=variance * np.exp(0.3 * chance.normal(size=count)),
    )


@pytest.fixture(scope="module")
def reference():
    return fit_anomaly(view(400, 1))


@pytest.mark.parametrize(
    ("method", "strange"),
    [
        ("pixels", {"error": 0.1}),
        ("pixels", {"variance": 1e-9}),
        ("latents", {"shift": 6.0}),
        ("combined", {"error": 0.3}),
        ("combined", {"variance": 1e-9}),
        ("combined", {"shift": 6.0}),
    ],
)
def test_what_is_strange_scores_higher_than_every_normal_image(reference, method, strange):
    score = NETWORK_SCORES[method]
    normal, odd = score(reference, view(200, 2)), score(reference, view(200, 3, **strange))
    assert np.isfinite(odd).all() and odd.shape == (200,)
    assert odd.min() > np.quantile(normal, 0.95) and np.median(odd) > normal.max()


def test_an_image_that_is_rebuilt_to_the_last_bit_has_a_score(reference):
    known = view(2, 9)
    nothing = NetworkView(np.zeros(2), 0 * known.features, 0 * known.codes, np.zeros(2))
    for score in NETWORK_SCORES.values():
        assert np.isfinite(score(reference, nothing)).all()


def test_directions_without_variance_and_single_images_are_no_trouble():
    known = view(50, 4)
    alike = np.zeros_like(known.codes)
    flat = known._replace(codes=alike, features=np.concatenate([alike, alike], axis=1))
    one = NetworkView(*(array[:1] for array in known))
    for some in (flat, one):
        scores = NETWORK_SCORES["combined"](fit_anomaly(some), known)
        assert np.isfinite(scores).all()


def test_distances_are_those_to_the_five_nearest():
    chance = generator(5)
    rows, known = chance.random((7, 4), np.float32), chance.random((30, 4), np.float32)
    distances = np.sqrt(np.square(rows[:, None] - known).sum(axis=2))
    expected = np.sort(distances, axis=1)[:, :5].mean(axis=1)
    assert neighbor_distances(rows, known) == pytest.approx(expected, rel=1e-4)
    own = neighbor_distances(known, known, skip_itself=True)
    others = [neighbor_distances(known[[n]], np.delete(known, n, axis=0))[0] for n in range(30)]
    assert own == pytest.approx(np.array(others), rel=1e-4)


def test_errors_are_told_by_what_is_usual_at_their_place():
    squares = np.zeros((2, 3, 3), np.float32)
    squares[0, 0, 0] = squares[1, 0, 0] = 0.04
    usual = usual_errors(squares)
    times = relative_errors(np.full((1, 3, 3), 0.04, np.float32), usual)
    assert times[0, 0, 0] == pytest.approx(1.0)
    # Where normal images have no error at all the floor keeps the quotient finite.
    assert np.isfinite(times).all() and (times[0, 1:] > 20).all()


def test_the_area_is_the_share_of_pairs_in_the_right_order():
    chance = generator(6)
    normal, odd = chance.normal(size=40), chance.normal(1.0, size=30)
    pairs = (odd[:, None] > normal).mean()
    assert area_under_curve(normal, odd) == pytest.approx(pairs)
    labels = np.repeat((0, 1), (40, 30))
    assert area_under_curve(normal, odd) == roc_auc_score(labels, np.concatenate([normal, odd]))
    assert area_under_curve(normal, odd[:0]) is None
