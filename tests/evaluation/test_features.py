"""Layers of any size are brought to one scale."""

import numpy as np
import pytest

from hourglass.evaluation import features_of, fit_layers
from hourglass.evaluation.features import MOST_FEATURES
from hourglass.seeds import generator


def layers(count, sizes, seed=1):
    chance = generator(seed)
    return tuple(
        (10.0**depth * chance.normal(size=(count, size))).astype(np.float32)
        for depth, size in enumerate(sizes)
    )


def test_neither_scale_nor_size_of_a_layer_decides_how_much_it_counts():
    said = layers(400, (40, 900, 7))
    features, codes = features_of(said, fit_layers(said))
    parts = np.split(np.square(features - features.mean(axis=0)), [40, 940], axis=1)
    shares = [part.sum(axis=1).mean() for part in parts]
    assert shares == pytest.approx([0.125, 1.0, 1.0], rel=1e-3)
    assert np.array_equal(codes, features[:, -7:])


def test_a_large_layer_is_projected_and_distances_stay():
    said = layers(30, (6000, 5))
    features, _ = features_of(said, fit_layers(said))
    assert features.shape == (30, MOST_FEATURES + 5)
    whole = said[0] / said[0].std(axis=0) / np.sqrt(6000)
    projected = features[:, :MOST_FEATURES]
    for row in range(1, 30):
        kept = np.linalg.norm(projected[0] - projected[row])
        assert kept == pytest.approx(np.linalg.norm(whole[0] - whole[row]), rel=0.15)


def test_a_unit_that_never_moved_does_not_count_without_limit():
    still = np.zeros((50, 3), np.float32)
    still[:, 0] = generator(2).normal(size=50)
    scales = fit_layers([still])
    moved = np.array([[0.0, 1.0, 0.0]], np.float32)
    assert np.isfinite(features_of([moved], scales)[0]).all()
    dead = fit_layers([np.zeros((50, 3), np.float32)])
    assert np.isfinite(features_of([np.zeros((1, 3), np.float32)], dead)[0]).all()
