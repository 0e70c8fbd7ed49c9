"""Drawings of classifiers keep the promise of every drawing, for two classes and for many."""

from functools import partial

import numpy as np
import pytest
from matplotlib.colors import to_hex

from hourglass.evaluation import describe_classifier, score_classifier
from hourglass.figures import (
    confusion_size,
    draw_accuracies,
    draw_calibration,
    draw_classifiers,
    draw_confusion,
    draw_few_labels,
    draw_group_accuracies,
    draw_method_accuracies,
    draw_roc,
    marks_of,
    mistakes_picture,
)
from hourglass.records import (
    Classification,
    ClassifierResult,
    Epoch,
    FewLabelsRow,
    FewLabelsStudy,
    History,
)


def classification(classes: int) -> Classification:
    """Return what is found of a classifier that is right more often than not."""
    chance = np.random.default_rng(0)
    labels = np.arange(20 * classes) % classes
    logits = chance.normal(size=(len(labels), classes)) + 2 * np.eye(classes)[labels]
    odds = np.exp(logits)
    probabilities = odds / odds.sum(axis=1, keepdims=True)
    methods = [
        score_classifier(name, name, kind, probabilities=values, labels=labels)
        for name, kind, values in (
            ("majority", "baseline", np.full_like(probabilities, 1 / classes)),
            ("model", "model", probabilities),
        )
    ]
    return describe_classifier(
        methods,
        data="some",
        split="test",
        probabilities=probabilities,
        labels=labels,
        class_names=[f"class {number}" for number in range(classes)],
    )


def history(epochs: int) -> History:
    rows = [
        Epoch(
            epoch=number,
            step=number,
            loss=1.0,
            val_loss=1.0,
            learning_rate=0.1,
            seconds=1.0,
            images_per_second=1.0,
            accuracy=number / 30,
            val_accuracy=number / 31,
        )
        for number in range(1, epochs + 1)
    ]
    return History(epochs=tuple(rows), best_epoch=epochs)


def result(name: str, accuracy: float) -> ClassifierResult:
    return ClassifierResult(
        name=name,
        role="own",
        about="",
        images_seen=1,
        train_images=1,
        train_accuracy=accuracy,
        validation_accuracy=accuracy,
        test_accuracy=accuracy,
    )


STUDY = FewLabelsStudy(
    run="some",
    latent_dim=8,
    units=(4,),
    rows=tuple(
        FewLabelsRow(
            features=features,
            method="dense",
            share=share,
            labels=round(1000 * share),
            validation_accuracies=(0.5,),
            test_accuracies=(0.5 + share / 4, 0.6),
        )
        for features in ("pixels", "latents")
        for share in (0.1, 1.0)
    ),
)
NAMES = ["first", "second"]
RESULTS = [result("first", 0.9), result("second", 0.8)]
CHARTS = {
    "roc of two": partial(draw_roc, classification(2)),
    "roc of ten": partial(draw_roc, classification(10)),
    "roc of many": partial(draw_roc, classification(40)),
    "confusion of two": partial(draw_confusion, classification(2)),
    "confusion of many": partial(draw_confusion, classification(60)),
    "calibration": partial(draw_calibration, classification(3)),
    "accuracies": partial(draw_accuracies, history(20)),
    "accuracies of one epoch": partial(draw_accuracies, history(1)),
    "group": partial(draw_group_accuracies, dict.fromkeys(NAMES, history(5)), marks_of(NAMES)),
    "few labels": partial(draw_few_labels, STUDY),
}


@pytest.mark.parametrize("draw", CHARTS.values(), ids=CHARTS)
def test_every_chart_gives_back_its_axes_with_both_labels(draw, ax):
    assert draw(ax) is ax
    assert ax.get_xlabel() and ax.get_ylabel()


def test_ten_classes_are_told_apart_by_color_and_marker(ax):
    draw_roc(classification(10), ax)
    looks = {
        (to_hex(line.get_color()), line.get_marker(), str(line.get_markerfacecolor()))
        for line in ax.lines[:10]
    }
    assert len(looks) == 10
    assert len(ax.get_legend().get_texts()) == 12


def test_of_many_classes_the_hardest_are_drawn(ax):
    found = classification(40)
    draw_roc(found, ax)
    areas = sorted(curve.auc for curve in found.curves[:-2])
    shown = [text.get_text() for text in ax.get_legend().get_texts()]
    assert len(shown) == 14 and any(text.startswith(f"{areas[0]:.3f}") for text in shown)


def test_the_matrix_has_a_number_for_each_kind_of_answer(ax):
    found = classification(3)
    draw_confusion(found, ax)
    counts = [count for row in found.confusion for count in row if count]
    assert [text.get_text() for text in ax.texts] == list(map(str, counts))
    assert confusion_size(classification(60)) > confusion_size(found)


def test_methods_are_in_order_and_the_model_in_bold(ax):
    draw_method_accuracies(classification(3), ax)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["model", "majority"]
    assert ax.get_yticklabels()[0].get_fontweight() == "bold"


def test_classifiers_are_points_on_an_axis_that_need_not_start_at_0(ax):
    baseline = classification(3).best_baseline
    draw_classifiers(RESULTS, {"first": baseline}, marks_of(NAMES), ax)
    assert [line.get_xdata()[0] for line in ax.lines] == [0.9, 0.8]
    assert {text.get_text() for text in ax.texts} == {"0.9000", "0.8000"}


def test_mistakes_stand_above_their_names():
    found = classification(3)
    images = np.zeros((len(found.mistakes[:7]), 8, 8, 1))
    picture = mistakes_picture(images, found.mistakes[:7], 4, "test")
    assert picture.ndim == 3 and picture.shape[2] == 3
    assert picture.shape[0] > 2 * 32 and picture.min() == 0
