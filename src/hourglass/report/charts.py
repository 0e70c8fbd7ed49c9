"""The charts of a run."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from hourglass.figures import (
    CURVES_SIZE,
    ERRORS_SIZE,
    architecture_size,
    draw_architecture,
    draw_curves,
    draw_errors,
    draw_errors_by_class,
    draw_methods,
    errors_by_class_size,
    methods_size,
)
from hourglass.report import words
from hourglass.report.contents import Contents
from hourglass.report.maps import sketch_of_run
from hourglass.report.svg import Chart, Sketch, save_sketches


def save_charts(contents: Contents, folder: Path) -> dict[str, Chart]:
    """Save every chart that the run has records for as SVG and return them by name."""
    return save_sketches(_sketches(contents), folder)


def _sketches(contents: Contents) -> Iterator[Sketch]:
    yield from _sketches_of_training(contents)
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
    if contents.embedding is not None and contents.maps is not None:
        yield sketch_of_run(contents.embedding, contents.maps)
    if scores is not None and samples is not None:
        yield Sketch(
            "errors",
            partial(draw_errors, samples.errors, scores),
            ERRORS_SIZE,
            words.alternative_of_errors(scores),
        )


def _sketches_of_training(contents: Contents) -> Iterator[Sketch]:
    history, architecture = contents.history, contents.architecture
    if history is not None:
        draw = partial(
            draw_curves,
            history,
            loss=words.loss(contents.experiment),
            corrupted=contents.experiment.corruption is not None,
        )
        yield Sketch("curves", draw, CURVES_SIZE, words.alternative_of_curves(history))
    if architecture is not None:
        yield Sketch(
            "architecture",
            partial(draw_architecture, architecture),
            architecture_size(architecture),
            words.alternative_of_architecture(architecture),
        )
