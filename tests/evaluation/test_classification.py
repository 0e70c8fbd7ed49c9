"""Measures of classifiers agree with scikit-learn, whatever the probabilities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from hourglass.evaluation import (
    calibration_bins,
    calibration_error,
    describe_classifier,
    score_classifier,
)
from hourglass.seeds import generator


def material(seed: int, count: int = 200, classes: int = 4, sharpness: float = 2.0):
    """Return probabilities and labels that agree more or less often."""
    chance = generator(seed)
    labels = np.concatenate([np.arange(classes), chance.integers(0, classes, count - classes)])
    logits = chance.normal(size=(count, classes)) + sharpness * np.eye(classes)[labels]
    odds = np.exp(logits)
    return odds / odds.sum(axis=1, keepdims=True), labels


def described(probabilities, labels):
    scores = score_classifier(
        "model", "a model", "model", probabilities=probabilities, labels=labels
    )
    return describe_classifier(
        [scores],
        data="some",
        split="test",
        probabilities=probabilities,
        labels=labels,
        class_names=[f"class {number}" for number in range(probabilities.shape[1])],
    )


@given(st.integers(0, 10_000), st.integers(2, 6), st.floats(0.0, 4.0))
def test_every_measure_is_scikit_learns(seed, classes, sharpness):
    probabilities, labels = material(seed, 60, classes, sharpness)
    guesses = probabilities.argmax(axis=1)
    found = described(probabilities, labels)
    truth = np.eye(classes)[labels]
    expected = {
        "accuracy": metrics.accuracy_score(labels, guesses),
        "precision": metrics.precision_score(labels, guesses, average="macro", zero_division=0),
        "recall": metrics.recall_score(labels, guesses, average="macro", zero_division=0),
        "f1": metrics.f1_score(labels, guesses, average="macro", zero_division=0),
        "macro_auc": metrics.roc_auc_score(truth, probabilities, average="macro"),
        "micro_auc": metrics.roc_auc_score(truth, probabilities, average="micro"),
    }
    for name, value in expected.items():
        assert getattr(found.model, name) == pytest.approx(value, abs=1e-6), name
    assert found.cross_entropy == pytest.approx(metrics.log_loss(labels, probabilities), abs=1e-6)
    assert np.array_equal(found.confusion, metrics.confusion_matrix(labels, guesses))
    by_class = metrics.f1_score(labels, guesses, average=None, zero_division=0)
    assert [entry.f1 for entry in found.classes] == pytest.approx(by_class, abs=1e-6)


def test_thinned_curves_keep_their_area_and_their_ends():
    found = described(*material(3, 5000, 3, 1.5))
    for curve in found.curves:
        assert (curve.false_positives[0], curve.true_positives[0]) == (0.0, 0.0)
        assert (curve.false_positives[-1], curve.true_positives[-1]) == (1.0, 1.0)
        assert len(curve.true_positives) <= 100
        area = np.trapezoid(curve.true_positives, curve.false_positives)
        assert area == pytest.approx(curve.auc, abs=2e-3), curve.name
    assert [curve.name for curve in found.curves[-2:]] == ["micro", "macro"]


def test_bins_of_confidence_hold_every_image_once():
    probabilities, labels = material(1)
    bins = calibration_bins(probabilities, labels, 10)
    confidence = probabilities.max(axis=1)
    assert sum(entry.images for entry in bins) == len(labels)
    for entry in bins:
        inside = (confidence > entry.low) & (confidence <= entry.high)
        assert entry.images == inside.sum()
        if entry.images:
            right = (probabilities.argmax(axis=1) == labels)[inside]
            assert entry.confidence == pytest.approx(confidence[inside].mean())
            assert entry.accuracy == pytest.approx(right.mean())


def test_the_calibration_error_of_who_is_always_sure_is_how_often_they_err():
    labels = np.array([0, 1, 0, 1])
    sure = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [0.0, 1.0]])
    assert calibration_error(calibration_bins(sure, labels)) == pytest.approx(0.25)


def test_the_surest_mistakes_come_first():
    probabilities, labels = material(5)
    mistakes = described(probabilities, labels).mistakes
    assert mistakes and [mistake.confidence for mistake in mistakes] == sorted(
        (mistake.confidence for mistake in mistakes), reverse=True
    )
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    assert mistakes[0].position == wrong[probabilities[wrong].max(axis=1).argmax()]
    for mistake in mistakes:
        assert mistake.true == f"class {labels[mistake.position]}" != mistake.predicted


def test_without_mistakes_there_is_nothing_to_show():
    labels = np.arange(3)
    assert described(np.eye(3)[labels], labels).mistakes == ()
