import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from hourglass.errors import DataError
from hourglass.evaluation import (
    distances_between,
    joined,
    near_copies,
    near_pairs,
    nearest_positions,
    pairs_within,
    unusually_near,
)

VECTORS = np.random.default_rng(0).normal(size=(300, 6)).astype(np.float32)


@pytest.fixture(autouse=True)
def _small_tiles(monkeypatch):
    monkeypatch.setattr(near_copies, "_ROWS", 37)
    monkeypatch.setattr(near_copies, "_COLUMNS", 64)


def nearest(vectors):
    return distances_between(vectors, np.arange(len(vectors)), nearest_positions(vectors))


def test_the_nearest_other_vector_is_found_in_tiles():
    known = NearestNeighbors(n_neighbors=2, algorithm="brute").fit(VECTORS.astype(np.float64))
    distances, positions = known.kneighbors()
    assert np.array_equal(nearest_positions(VECTORS), positions[:, 0])
    assert np.allclose(nearest(VECTORS), distances[:, 0], atol=1e-6)


def test_pairs_are_all_that_are_near_and_come_once():
    pairs, distances = pairs_within(VECTORS, 1.2, most=10_000)
    apart = np.linalg.norm(VECTORS[:, None].astype(np.float64) - VECTORS[None], axis=2)
    expected = np.argwhere(np.triu(apart <= 1.2, k=1))
    assert len(expected) > 20 and np.array_equal(pairs, expected)
    assert np.allclose(distances, apart[tuple(expected.T)], rtol=1e-12)


def test_pairs_are_found_among_those_alone_whose_nearest_is_near():
    found = near_pairs(VECTORS, within=1.2)
    pairs, distances = pairs_within(VECTORS, 1.2, most=10_000)
    assert np.array_equal(found.pairs, pairs) and np.array_equal(found.distances, distances)
    assert len(near_pairs(VECTORS, within=0.0).pairs) == 0
    assert near_pairs(VECTORS).within == unusually_near(nearest(VECTORS))


def test_too_many_pairs_are_refused_before_they_fill_the_memory():
    with pytest.raises(DataError, match="More than 100 pairs"):
        pairs_within(VECTORS, 50.0, most=100)


def test_planted_copies_do_not_move_what_is_usual_and_lie_below_it():
    limit = unusually_near(nearest(VECTORS))
    copies = VECTORS[:15] + np.float32(1e-3)
    with_copies = np.concatenate([VECTORS, copies])
    moved = unusually_near(nearest(with_copies))
    assert moved == pytest.approx(limit, rel=0.25)
    pairs, _ = pairs_within(with_copies, moved, most=10_000)
    assert {(number, 300 + number) for number in range(15)} <= set(map(tuple, pairs.tolist()))
    # What the rule lets pass of vectors that are no copies: 1 of 740 where they are normal.
    assert len(pairs) <= 15 + 6


def test_few_distances_tell_nothing():
    with pytest.raises(DataError, match="at least 20 distances"):
        unusually_near(np.concatenate([np.ones(19), np.zeros(50)]))


def test_pairs_join_groups():
    found = joined(np.array([[0, 1], [1, 4], [2, 3]]), 6)
    assert found[0] == found[1] == found[4] != found[2] == found[3]
    assert len(set(found.tolist())) == 3
