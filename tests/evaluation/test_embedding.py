"""What is said of a space of codes: scikit-learn's figures, and what must not change them."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics
from sklearn.linear_model import LogisticRegression
from sklearn.manifold import trustworthiness as trustworthiness_of
from sklearn.model_selection import LeaveOneOut, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from hourglass.errors import DataError
from hourglass.evaluation import (
    Classes,
    adjusted_rand,
    clustering_accuracy,
    continuity,
    effective_dimension,
    find_clusters,
    mutual_information,
    neighbors_accuracy,
    neighbors_accuracy_among,
    neighbors_within,
    perplexity_within,
    probe_accuracy,
    score_space,
    trustworthiness,
    tsne_map,
)
from hourglass.images import load_splits
from hourglass.seeds import generator

seeds = st.integers(0, 2**32 - 1)


@pytest.fixture(scope="module")
def splits():
    return load_splits("digits", seed=0)


@pytest.fixture(scope="module")
def rows(splits):
    return splits.test.read_all().reshape(len(splits.test), -1)


@pytest.fixture(scope="module")
def training(splits):
    return splits.train.read_all().reshape(len(splits.train), -1)


@pytest.fixture(scope="module")
def classes(splits):
    return Classes(splits.test.labels, splits.train.labels)


def test_neighbors_and_probe_are_scikit_learns(rows, training, classes):
    known = {"training": training, "training_labels": classes.training}
    neighbors = KNeighborsClassifier(10).fit(training, classes.training)
    expected = neighbors.score(rows, classes.labels)
    found = neighbors_accuracy(rows, classes.labels, **known)
    assert found == pytest.approx(expected, abs=1e-6) and found > 0.9
    scaler = StandardScaler().fit(training)
    probe = LogisticRegression(max_iter=2000, tol=1e-3)
    probe.fit(scaler.transform(training), classes.training)
    expected = probe.score(scaler.transform(rows), classes.labels)
    found = probe_accuracy(rows, classes.labels, **known)
    assert found == pytest.approx(expected, abs=1e-6) and found > 0.9


def test_the_leave_one_out_form_is_scikit_learns(rows, classes):
    places = rows[:, 20:22]
    known = KNeighborsClassifier(5)
    expected = cross_val_score(known, places, classes.labels, cv=LeaveOneOut()).mean()
    found = neighbors_accuracy_among(places, classes.labels, 5)
    # Images at one distance may come in another order.
    assert found == pytest.approx(expected, abs=0.03)
    noise = 1e-6 * generator(0).standard_normal(places.shape)
    expected = cross_val_score(known, places + noise, classes.labels, cv=LeaveOneOut()).mean()
    assert neighbors_accuracy_among(places + noise, classes.labels, 5) == pytest.approx(expected)


def test_trustworthiness_is_scikit_learns_and_continuity_its_reverse(rows):
    few = rows[:, 18:22].astype(np.float64)
    assert trustworthiness(rows, few, 7) == pytest.approx(
        trustworthiness_of(rows, few, n_neighbors=7), abs=1e-6
    )
    assert continuity(rows, few, 7) == pytest.approx(
        trustworthiness_of(few, rows, n_neighbors=7), abs=1e-6
    )
    assert continuity(rows, rows) == trustworthiness(rows, rows) == 1.0


def test_trustworthiness_is_the_sum_of_ranks_that_the_paper_has():
    noise = generator(1)
    space, embedded, neighbors = noise.normal(size=(30, 4)), noise.normal(size=(30, 2)), 4
    ranks = metrics.pairwise_distances(space).argsort(axis=1).argsort(axis=1)
    near = metrics.pairwise_distances(embedded).argsort(axis=1)[:, 1 : neighbors + 1]
    beyond = np.maximum(np.take_along_axis(ranks, near, axis=1) - neighbors, 0).sum()
    expected = 1 - 2 / (30 * neighbors * (60 - 3 * neighbors - 1)) * beyond
    assert trustworthiness(space, embedded, neighbors) == pytest.approx(expected, abs=1e-6)


def test_clusters_are_judged_as_scikit_learn_does(rows, training, classes):
    clusters = find_clusters(rows, 10, training=training, seed=0)
    labels = classes.labels
    assert mutual_information(labels, clusters) == pytest.approx(
        metrics.normalized_mutual_info_score(labels, clusters), abs=1e-6
    )
    assert adjusted_rand(labels, clusters) == pytest.approx(
        metrics.adjusted_rand_score(labels, clusters), abs=1e-6
    )
    assert 0.6 < clustering_accuracy(labels, clusters) < 1.0


@given(st.lists(st.integers(0, 3), min_size=4, max_size=24), st.permutations(range(4)), seeds)
def test_the_best_way_to_name_clusters_is_found(labels, names, seed):
    known = np.array([0, 1, 2, 3, *labels])
    clusters = generator(seed).permutation(known)
    best = max(np.mean(np.array(way)[clusters] == known) for way in permutations(range(4)))
    assert clustering_accuracy(known, clusters) == pytest.approx(best)
    # What a cluster is called is nothing but a name.
    renamed = np.array(names)[clusters]
    assert clustering_accuracy(known, renamed) == clustering_accuracy(known, clusters)
    assert mutual_information(known, renamed) == pytest.approx(mutual_information(known, clusters))
    assert adjusted_rand(known, renamed) == pytest.approx(adjusted_rand(known, clusters))


@given(seeds, st.floats(0.01, 100.0))
def test_turning_moving_and_scaling_a_space_changes_no_neighbor(seed, scale):
    noise = generator(seed)
    space, codes = noise.normal(size=(40, 5)), noise.normal(size=(40, 3))
    labels = noise.integers(0, 3, 40)
    turn = np.linalg.qr(noise.normal(size=(3, 3)))[0]
    turned = scale * codes @ turn + noise.normal(size=3)
    for measure in (trustworthiness, continuity):
        assert measure(space, turned, 5) == pytest.approx(measure(space, codes, 5), abs=1e-6)
    assert neighbors_accuracy_among(turned, labels, 5) == neighbors_accuracy_among(codes, labels, 5)
    assert effective_dimension(turned) == pytest.approx(effective_dimension(codes))


@given(seeds, st.integers(2, 12), st.integers(1, 12))
def test_the_effective_dimension_is_that_of_the_eigenvalues(seed, count, width):
    codes = generator(seed).normal(size=(count, width))
    variances = np.linalg.eigvalsh(np.cov(codes, rowvar=False).reshape(width, width))
    expected = variances.sum() ** 2 / np.square(variances).sum()
    assert effective_dimension(codes) == pytest.approx(expected)
    assert 1.0 - 1e-9 <= effective_dimension(codes) <= min(width, count - 1) + 1e-9


def test_a_space_is_scored_with_labels_and_without(rows, training, classes):
    mapped = np.arange(0, 180, 2)
    material = {
        "codes": rows,
        "training": training,
        "fitted": np.arange(400),
        "mapped": mapped,
        "pixels": rows[mapped],
        "places": rows[mapped, 20:22],
    }
    scores = score_space("pixels", "raw pixels", classes=classes, **material)
    assert scores.trustworthiness == scores.continuity == 1.0
    assert 0.5 < scores.map_trustworthiness < 1.0
    assert scores.neighbors_accuracy > scores.map_neighbors_accuracy > 0.1
    assert scores.dimensions == 64 and 1 < scores.effective_dimension < 64
    bare = score_space("pixels", "raw pixels", **material)
    assert bare.map_trustworthiness == scores.map_trustworthiness
    assert bare.neighbors_accuracy is bare.probe_accuracy is bare.adjusted_rand is None


def test_a_map_is_the_same_each_time_and_keeps_neighbors(rows, classes):
    first, again = (tsne_map(rows, seed=3) for _ in range(2))
    assert first.shape == (180, 2) and np.array_equal(first, again)
    assert trustworthiness(rows, first) > 0.95
    assert neighbors_accuracy_among(first, classes.labels) > 0.85


def test_maps_of_few_images_of_one_number_and_of_one_place():
    one = tsne_map(generator(0).random((6, 1)), seed=0)
    assert one.shape == (6, 2) and np.isfinite(one).all()
    assert not tsne_map(np.ones((6, 3)), seed=0).any()
    assert (perplexity_within(6), perplexity_within(5000)) == (pytest.approx(5 / 3), 30)


def test_few_images_have_few_neighbors():
    assert [neighbors_within(count) for count in (5, 12, 22, 5000)] == [2, 5, 10, 10]
    with pytest.raises(DataError, match="at least 5 images; there are 4"):
        neighbors_within(4)
