"""Charts as SVG: saved beside a page, and once more inside it."""

import io
import re
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hourglass.errors import printable_lines
from hourglass.figures import INK, hourglass_style
from hourglass.files import write_text

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
class Sketch:
    """A chart that is still to be drawn.

    Attributes
    ----------
    name
        Name of its file, without an ending.
    draw
        What draws it on axes.
    size
        Width and height in inches.
    alternative
        What is to be seen, in words.
    """

    name: str
    draw: Callable[[Axes], Axes]
    size: tuple[float, float]
    alternative: str


def save_sketches(sketches: Iterable[Sketch], folder: Path) -> dict[str, Chart]:
    """Draw each sketch, save it as SVG and return the charts by name."""
    charts = {}
    for sketch in sketches:
        svg = _svg(sketch)
        write_text(folder / f"{sketch.name}.svg", svg.replace(">", f">{_OWN_COLORS}", 1) + "\n")
        width = round(sketch.size[0] * 96)
        charts[sketch.name] = Chart(svg, width, sketch.alternative)
    return charts


def _svg(sketch: Sketch) -> str:
    content = io.BytesIO()
    with hourglass_style(), warnings.catch_warnings():
        # The text stays text: a letter that Matplotlib's own font lacks is drawn by the reader's.
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure = Figure(figsize=sketch.size, layout="constrained")
        sketch.draw(figure.subplots())
        # Neither date nor version: the same records give the same bytes.
        metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(content, format="svg", metadata=metadata)
    # Names come from strangers, and XML has no room for control characters.
    return _for_a_page(printable_lines(content.getvalue().decode()), sketch.name)


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
