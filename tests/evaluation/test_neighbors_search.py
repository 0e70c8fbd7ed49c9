import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hourglass.errors import ConfigurationError, DataError
from hourglass.evaluation import NeighborsSearch

VECTORS = np.random.default_rng(0).normal(size=(500, 7)).astype(np.float32)


def by_hand(vectors, vector, count, metric):
    there, here = vectors.astype(np.float64), vector.astype(np.float64)
    if metric == "cosine":
        there = there / np.maximum(np.linalg.norm(there, axis=1, keepdims=True), 1e-300)
        distances = 1 - there @ (here / max(np.linalg.norm(here), 1e-300))
    else:
        distances = np.linalg.norm(there - here, axis=1)
    order = np.lexsort((np.arange(len(vectors)), distances))[:count]
    return order, distances[order]


@settings(max_examples=40)
@given(
    seed=st.integers(0, 100),
    count=st.integers(1, 30),
    metric=st.sampled_from(["euclidean", "cosine"]),
    far=st.sampled_from([0.0, 1e4]),
)
def test_the_nearest_are_those_of_exact_distances(seed, count, metric, far):
    chance = np.random.default_rng(seed)
    vectors = (chance.normal(size=(40, 5)) + far).astype(np.float32)
    vector = vectors[seed % 40] + chance.normal(size=5).astype(np.float32) / 10
    order, distances = by_hand(vectors, vector, count, metric)
    found = NeighborsSearch(vectors, metric).nearest(vector, count)
    assert np.array_equal(found.positions, order)
    assert np.allclose(found.distances, distances, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_a_vector_finds_itself_first(metric):
    found = NeighborsSearch(VECTORS, metric).nearest(VECTORS[123], 3)
    assert found.positions[0] == 123
    assert found.distances[0] == pytest.approx(0, abs=1e-12)


def test_of_equally_near_ones_the_first_comes_first():
    vectors = np.tile(np.array([[1, 0], [0, 1]], np.float32), (50, 1))
    found = NeighborsSearch(vectors).nearest(np.array([1, 0], np.float32), 7)
    assert found.positions.tolist() == [0, 2, 4, 6, 8, 10, 12]


def test_zeros_have_a_cosine_distance_of_one():
    vectors = np.array([[0, 0], [1, 0], [-1, 0]], np.float32)
    found = NeighborsSearch(vectors, "cosine").nearest(np.array([2, 0], np.float32), 3)
    assert found.positions.tolist() == [1, 0, 2]
    assert found.distances.tolist() == [0, 1, 2]


def test_more_than_there_are_gives_all():
    assert len(NeighborsSearch(VECTORS).nearest(VECTORS[0], 1000).positions) == 500


def test_what_cannot_be_asked_is_refused():
    search = NeighborsSearch(VECTORS)
    with pytest.raises(ConfigurationError, match="count must be 1 or more"):
        search.nearest(VECTORS[0], 0)
    with pytest.raises(DataError, match="have 7 numbers"):
        search.nearest(VECTORS[0, :3], 1)
