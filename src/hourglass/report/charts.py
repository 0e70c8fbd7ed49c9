"""The charts of a run."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from hourglass.figures import (
    CALIBRATION_SIZE,
    CURVES_SIZE,
    ERRORS_SIZE,
    ROC_SIZE,
    accuracies_size,
    architecture_size,
    confusion_size,
    divergences_size,
    draw_accuracies,
    draw_architecture,
    draw_calibration,
    draw_confusion,
    draw_curves,
    draw_divergences,
    draw_errors,
    draw_errors_by_class,
    draw_method_accuracies,
    draw_methods,
    draw_roc,
    errors_by_class_size,
    methods_size,
)
from hourglass.records import Classification
from hourglass.report import classifier_words, noise_words, words
from hourglass.report.contents import Contents
from hourglass.report.maps import sketch_of_run
from hourglass.report.svg import Chart, Sketch, save_sketches


def save_charts(contents: Contents, folder: Path) -> dict[str, Chart]:
    """Save every chart that the run has records for as SVG and return them by name."""
    return save_sketches(_sketches(contents), folder)


def _sketches(contents: Contents) -> Iterator[Sketch]:
    yield from _sketches_of_training(contents)
    if contents.classification is not None:
        yield _methods(contents.classification)
        yield from sketches_of_classes(contents.classification)
    scores, samples = contents.scores, contents.samples
    if scores is not None:
        yield Sketch(
            "methods",
            partial(draw_methods, scores),
            methods_size(scores),
            words.alternative_of_methods(scores),
        )
        if scores.model.mse_by_class:
            yield Sketch(
                "errors-by-class",
                partial(draw_errors_by_class, scores),
                errors_by_class_size(scores),
                words.alternative_of_errors_by_class(scores),
            )
    if scores is not None and scores.variational is not None:
        yield Sketch(
            "divergences",
            partial(draw_divergences, scores.variational),
            divergences_size(scores.variational),
            words.alternative_of_divergences(scores.variational),
        )
    if contents.embedding is not None and contents.maps is not None:
        yield sketch_of_run(contents.embedding, contents.maps)
    if scores is not None and samples is not None:
        yield Sketch(
            "errors",
            partial(draw_errors, samples.errors, scores),
            ERRORS_SIZE,
            words.alternative_of_errors(scores),
        )


def sketches_of_classes(classification: Classification) -> Iterator[Sketch]:
    """Yield the charts of which classes are confused, and of how sure the model is."""
    yield Sketch(
        "confusion",
        partial(draw_confusion, classification),
        confusion_size(classification),
        classifier_words.alternative_of_confusion(classification),
    )
    yield Sketch(
        "calibration",
        partial(draw_calibration, classification),
        CALIBRATION_SIZE,
        classifier_words.alternative_of_calibration(classification),
    )
    yield Sketch(
        "roc",
        partial(draw_roc, classification),
        ROC_SIZE,
        classifier_words.alternative_of_roc(classification),
    )


def _methods(classification: Classification) -> Sketch:
    return Sketch(
        "methods",
        partial(draw_method_accuracies, classification),
        accuracies_size(classification),
        classifier_words.alternative_of_methods(classification),
    )


def _sketches_of_training(contents: Contents) -> Iterator[Sketch]:
    history, architecture = contents.history, contents.architecture
    if history is not None:
        draw = partial(
            draw_curves,
            history,
            loss=words.loss(contents.experiment),
            corrupted=noise_words.fresh(contents.experiment),
        )
        yield Sketch("curves", draw, CURVES_SIZE, words.alternative_of_curves(history))
        if history.epochs[-1].val_accuracy is not None:
            yield Sketch(
                "accuracies",
                partial(draw_accuracies, history),
                CURVES_SIZE,
                classifier_words.alternative_of_accuracies(history),
            )
    if architecture is not None:
        yield Sketch(
            "architecture",
            partial(draw_architecture, architecture),
            architecture_size(architecture),
            words.alternative_of_architecture(architecture),
        )
