"""Charts as SVG: saved beside the report, and once more inside it."""

import io
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hourglass.figures import (
    CURVES_SIZE,
    ERRORS_SIZE,
    INK,
    architecture_size,
    draw_architecture,
    draw_curves,
    draw_errors,
    draw_errors_by_class,
    draw_methods,
    errors_by_class_size,
    hourglass_style,
    methods_size,
)
from hourglass.files import write_text
from hourglass.report import words
from hourglass.report.contents import Contents

_FONTS = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans', sans-serif"
# A file of its own has no page around it that would say what is ink.
_OWN_COLORS = (
    "<style>:root{color:#1d1b18;background:#fff}@media (prefers-color-scheme:dark)"
    "{:root{color:#e9e6e0;background:#16181b}}</style>"
)


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart, ready for the page.

    Attributes
    ----------
    svg
        The drawing; its ink is the color of the text around it.
    width
        Natural width in CSS pixels.
    alternative
        What is to be seen, in words.
    """

    svg: str
    width: int
    alternative: str


@dataclass(frozen=True, slots=True)
class _Sketch:
    name: str
    draw: Callable[[Axes], Axes]
    size: tuple[float, float]
    alternative: str


def save_charts(contents: Contents, folder: Path) -> dict[str, Chart]:
    """Save every chart that the run has records for as SVG and return them by name."""
    charts = {}
    for sketch in _sketches(contents):
        svg = _svg(sketch)
        write_text(folder / f"{sketch.name}.svg", svg.replace(">", f">{_OWN_COLORS}", 1) + "\n")
        width = round(sketch.size[0] * 96)
        charts[sketch.name] = Chart(svg, width, sketch.alternative)
    return charts


def _sketches(contents: Contents) -> Iterator[_Sketch]:
    yield from _sketches_of_training(contents)
    scores, samples = contents.scores, contents.samples
    if scores is not None:
        yield _Sketch(
            "methods",
            partial(draw_methods, scores),
            methods_size(scores),
            words.alternative_of_methods(scores),
        )
        if scores.model.mse_by_class:
            yield _Sketch(
                "errors-by-class",
                partial(draw_errors_by_class, scores),
                errors_by_class_size(scores),
                words.alternative_of_errors_by_class(scores),
            )
    if scores is not None and samples is not None:
        yield _Sketch(
            "errors",
            partial(draw_errors, samples.errors, scores),
            ERRORS_SIZE,
            words.alternative_of_errors(scores),
        )


def _sketches_of_training(contents: Contents) -> Iterator[_Sketch]:
    history, architecture = contents.history, contents.architecture
    if history is not None:
        draw = partial(
            draw_curves,
            history,
            loss=words.loss(contents.experiment),
            corrupted=contents.experiment.corruption is not None,
        )
        yield _Sketch("curves", draw, CURVES_SIZE, words.alternative_of_curves(history))
    if architecture is not None:
        yield _Sketch(
            "architecture",
            partial(draw_architecture, architecture),
            architecture_size(architecture),
            words.alternative_of_architecture(architecture),
        )


def _svg(sketch: _Sketch) -> str:
    content = io.BytesIO()
    with hourglass_style(), warnings.catch_warnings():
        # The text stays text: a letter that Matplotlib's own font lacks is drawn by the reader's.
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure = Figure(figsize=sketch.size, layout="constrained")
        sketch.draw(figure.subplots())
        # Neither date nor version: the same records give the same bytes.
        metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(content, format="svg", metadata=metadata)
    return _for_a_page(content.getvalue().decode(), sketch.name)


def _for_a_page(svg: str, name: str) -> str:
    """Return Matplotlib's SVG file as an element that shares a page with others."""
    body = svg[svg.index("<defs>") :]
    body = re.sub(r"<style .*?</style>", "", body, count=1, flags=re.DOTALL)
    body = re.sub(r"font-family: [^;\"<>]*;? ?", "", body)
    body = re.sub(r'(?<= id=")', f"{name}-", body)
    body = re.sub(r'(?<=href="#)|(?<=url\(#)', f"{name}-", body)
    body = body.replace("xlink:href", "href").replace(INK, "currentColor")
    view = re.search(r'viewBox="[^"]*"', svg)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {view[0] if view else ""} '
        f'font-family="{_FONTS}" stroke-linejoin="round">{body.strip()}'
    )
