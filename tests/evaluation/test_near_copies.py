import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors

from hourglass.errors import DataError
from hourglass.evaluation import (
    distances_among,
    distances_between,
    joined,
    near_copies,
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


def test_the_nearest_is_looked_for_in_other_groups():
    groups = np.random.default_rng(0).integers(0, 4, len(VECTORS))
    apart = np.linalg.norm(VECTORS[:, None].astype(np.float64) - VECTORS[None], axis=2)
    apart[groups[:, None] == groups] = np.inf
    assert np.array_equal(nearest_positions(VECTORS, groups), apart.argmin(axis=1))


def test_pairs_are_all_that_are_near_and_come_once():
    pairs, distances = pairs_within(VECTORS, 1.2, most=10_000)
    apart = np.linalg.norm(VECTORS[:, None].astype(np.float64) - VECTORS[None], axis=2)
    expected = np.argwhere(np.triu(apart <= 1.2, k=1))
    assert len(expected) > 20 and np.array_equal(pairs, expected)
    assert np.allclose(distances, apart[tuple(expected.T)], rtol=1e-12)


def test_too_many_pairs_are_refused_before_they_fill_the_memory():
    with pytest.raises(DataError, match="More than 100 pairs"):
        pairs_within(VECTORS, 50.0, most=100)


def test_distances_among_some_are_measured_and_infinite_to_itself():
    apart = np.linalg.norm(VECTORS[:, None].astype(np.float64) - VECTORS[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    assert np.allclose(distances_among(VECTORS), apart, atol=1e-6)


@pytest.mark.parametrize("copies", [1, 3], ids="{} of each".format)
@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_copies_do_not_move_what_is_usual_however_many_there_are(share, copies):
    alone = unusually_near(distances_among(VECTORS), len(VECTORS))
    some = VECTORS[: round(share * len(VECTORS))]
    chance = np.random.default_rng(1)
    near = [some + chance.normal(0, 0.002, some.shape).astype(np.float32) for _ in range(copies)]
    together = np.concatenate([VECTORS, *near])
    limit = unusually_near(distances_among(together), len(together))
    # Three copies of each make a sixth of the distances those of copies, so that less passes.
    assert alone / 6 < limit < 1.2 * alone
    pairs, _ = pairs_within(together, limit, most=10_000)
    first = np.concatenate([np.arange(300), *[np.arange(len(some))] * copies])
    right = first[pairs[:, 0]] == first[pairs[:, 1]]
    assert right.sum() == len(some) * copies * (copies + 1) // 2
    assert (~right).sum() <= 1


def test_among_different_vectors_none_is_unusually_near():
    for seed in range(5):
        vectors = np.random.default_rng(seed).normal(size=(400, 5)).astype(np.float32)
        limit = unusually_near(distances_among(vectors), 400)
        assert len(pairs_within(vectors, limit, most=10_000)[0]) <= 1


def test_a_sample_tells_what_is_usual_among_more():
    # Four times as many points on a plane are half as far apart.
    points = np.random.default_rng(0).random((1600, 2)).astype(np.float32)
    all_of_them = unusually_near(distances_among(points), 1600, deviations=0)
    a_part = unusually_near(distances_among(points[:400]), 1600, deviations=0)
    assert a_part == pytest.approx(all_of_them, rel=0.3)
    assert unusually_near(distances_among(points[:400]), 400, deviations=0) > 1.6 * a_part


@given(st.floats(1e-3, 1e3))
@settings(deadline=None, max_examples=20)
def test_what_is_near_follows_the_unit(unit):
    distances = distances_among(VECTORS[:60])
    found = unusually_near(unit * distances, 60)
    assert found == pytest.approx(unit * unusually_near(distances, 60))


def test_few_distances_tell_nothing():
    assert unusually_near(distances_among(VECTORS[:2]), 2) is None
    assert unusually_near(distances_among(np.ones((50, 3), np.float32)), 50) is None


def test_pairs_join_groups():
    found = joined(np.array([[0, 1], [1, 4], [2, 3]]), 6)
    assert found[0] == found[1] == found[4] != found[2] == found[3]
    assert len(set(found.tolist())) == 3
