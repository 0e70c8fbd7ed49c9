"""Sentences about classifiers, made from records."""

import math

from hourglass.figures.text import format_count, format_share, format_ssim
from hourglass.records import Classification, Experiment, FewLabelsStudy, History
from hourglass.report import words
from hourglass.report.group_contents import GroupContents

# An accuracy is shown with as many decimals.
_LEVEL = 5e-5


def verdict(experiment: Experiment, classification: Classification) -> str:
    """Say how many images are named rightly, and whether that beats what it must beat."""
    model, best = classification.model, classification.best_baseline
    result = (
        f"{words.model(experiment)} names the class of {words.data(experiment)} with "
        f"{classification.split} accuracy {format_share(model.accuracy)}"
    )
    if math.isnan(best.accuracy):
        return f"{result}; no baseline could be computed."
    points = lead(classification)
    if abs(points) < 100 * _LEVEL:
        return f"{result} and does not beat the best baseline ({best.label}): the two are level."
    if points < 0:
        return (
            f"{result} and does not beat the best baseline ({best.label}), {-points:.1f} points "
            "above it."
        )
    return f"{result}, {points:.1f} points above the best baseline ({best.label})."


def lead(classification: Classification) -> float:
    """Return by how many percentage points the model's accuracy is above the best baseline's."""
    return 100.0 * (classification.model.accuracy - classification.best_baseline.accuracy)


def confusions(classification: Classification) -> str:
    """Say which two classes are taken for each other most often."""
    pairs = [
        (count, classification.class_names[true], classification.class_names[given])
        for true, row in enumerate(classification.confusion)
        for given, count in enumerate(row)
        if true != given and count
    ]
    if not pairs:
        return f"Every image of the {classification.split} split was given its own class."
    count, true, given = max(pairs)
    wrong = sum(pair[0] for pair in pairs)
    if count == 1:
        many = "One image was" if wrong == 1 else f"{format_count(wrong)} images were"
        return f"{many} given a wrong class, such as {given} for {true}."
    return (
        f"{format_count(wrong)} images were given a wrong class, most often {given} for {true} "
        f"({format_count(count)} images)."
    )


def calibration(classification: Classification) -> str:
    """Say whether the model is surer than it is right."""
    images = classification.images
    sure = sum(entry.images * entry.confidence for entry in classification.calibration) / images
    right = classification.model.accuracy
    if abs(sure - right) < 0.005:
        return "On average it is as sure as it is right."
    word = "surer" if sure > right else "less sure"
    return f"On average it is {word} than it is right."


def group_verdict(group: GroupContents) -> list[str]:
    """Say which classifier is best by validation, what it reaches, and what latents are worth."""
    best = group.best_classifier
    if best is None:
        return []
    accuracy = best.result.test_accuracy
    others = len(group.classifiers) - 1
    chosen = f"chosen among {others + 1} by validation accuracy" if others else "the only one"
    sentences = [
        f"{best.name}, {chosen}, names the class of {words.data(best.experiment)} with test "
        f"accuracy {format_share(accuracy)}."
    ]
    if best.baseline is not None:
        points = 100 * (accuracy - best.baseline.accuracy)
        side = "above" if points > 0 else "below"
        sentences.append(
            f"That is {abs(points):.1f} points {side} the best baseline of its table "
            f"({best.baseline.label}, test accuracy {format_share(best.baseline.accuracy)})."
        )
    if group.record.few_labels is not None:
        sentences.append(few_labels(group.record.few_labels))
    return sentences


def few_labels(study: FewLabelsStudy) -> str:
    """Say what latents add to the same dense network, with the fewest labels and with all."""
    parts = []
    for share in dict.fromkeys((min(study.shares), max(study.shares))):
        pixels, latents = (study.row(kind, "dense", share) for kind in ("pixels", "latents"))
        parts.append(
            f"{format_share(latents.test_accuracy)} with {format_count(latents.labels)} labels "
            f"({format_share(pixels.test_accuracy)} on pixels)"
        )
    return (
        f"On the {study.latent_dim} latents of {study.run}, which saw no label, a dense network "
        f"has test accuracy {' and '.join(parts)}."
    )


def alternative_of_classifiers(group: GroupContents) -> str:
    """Describe the chart of classifiers."""
    values = ", ".join(
        f"{one.name} {format_share(one.result.test_accuracy)}" for one in group.classifiers
    )
    return f"Points of test accuracy: {values}."


def alternative_of_group_curves(group: GroupContents) -> str:
    """Describe the curves of all classifiers."""
    ends = ", ".join(
        f"{one.name} to {_told(one.history.epochs[-1].val_accuracy)}"
        for one in group.classifiers
        if one.history is not None
    )
    return f"Line chart by epoch, training and validation; validation accuracy comes {ends}."


def alternative_of_accuracies(history: History) -> str:
    """Describe the chart of accuracies."""
    first, last = history.epochs[0], history.epochs[-1]
    return (
        f"Line chart of training and validation accuracy over {len(history.epochs)} epochs: "
        f"validation goes from {_told(first.val_accuracy)} to {_told(last.val_accuracy)}; the best "
        f"epoch is {history.best_epoch}."
    )


def alternative_of_methods(classification: Classification) -> str:
    """Describe the chart of methods."""
    ranked = sorted(classification.methods, key=lambda method: method.accuracy, reverse=True)
    values = ", ".join(f"{method.label} {format_share(method.accuracy)}" for method in ranked)
    return f"Bar chart of accuracy, best first: {values} ({words.measured_on(classification)})."


def alternative_of_roc(classification: Classification) -> str:
    """Describe the ROC curves."""
    areas = ", ".join(f"{curve.name} {format_ssim(curve.auc)}" for curve in classification.curves)
    return (
        f"ROC curves, one class against the rest; areas under them: {areas} "
        f"({words.measured_on(classification)})."
    )


def alternative_of_confusion(classification: Classification) -> str:
    """Describe the confusion matrix."""
    return (
        f"Confusion matrix of {len(classification.classes)} classes. {confusions(classification)} "
        f"({words.measured_on(classification)})"
    )


def alternative_of_calibration(classification: Classification) -> str:
    """Describe the chart of calibration."""
    return (
        "Accuracy by confidence, with the share of images at each confidence. "
        f"{calibration(classification)} ({words.measured_on(classification)})"
    )


def alternative_of_few_labels(study: FewLabelsStudy) -> str:
    """Describe the chart of few labels."""
    ends = "; ".join(
        f"{method} on {features} from {format_share(rows[0].test_accuracy)} with "
        f"{format_count(rows[0].labels)} labels to {format_share(rows[-1].test_accuracy)} with "
        f"{format_count(rows[-1].labels)}"
        for (features, method), rows in study.ways.items()
    )
    return f"Line chart of test accuracy by the number of training labels: {ends}."


def _told(value: float | None) -> str:
    return "an unknown value" if value is None else format_share(value)
