"""A network as a column of boxes, as wide as what flows through them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count, groupby, pairwise
from typing import Final

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path

from hourglass.figures.style import INK, color_of
from hourglass.figures.text import NOTHING, format_count, format_shape, shortened
from hourglass.records import Architecture, LayerRecord

# Positions across, in percent of the width.
_MIDDLE: Final = 47.0
_WIDEST: Final = 21.0
_NARROWEST: Final = 2.4
_LANES: Final = (59.5, 63.5)
_SHAPE_END: Final = 86.0
# As many letters as stand beside the widest box.
_LETTERS: Final = 24
_SMALL_LETTERS: Final = 29
_BOX_HEIGHT: Final = 0.62

_UNFOLDED_LAYERS: Final = 12
_LIGHTLY_FOLDED_LAYERS: Final = 20
_LIGHT_WORDS: Final = ("Activation", "ReLU", "Normalization", "Dropout", "Rescaling")


@dataclass(frozen=True, slots=True)
class _Row:
    """Layers that share a box: each takes what the one before gives, all of one shape."""

    layers: tuple[LayerRecord, ...]

    @property
    def last(self) -> LayerRecord:
        return self.layers[-1]

    @property
    def names(self) -> set[str]:
        return {layer.name for layer in self.layers}

    @property
    def inputs(self) -> set[str]:
        return {name for layer in self.layers for name in layer.inputs} - self.names

    @property
    def parameters(self) -> int:
        return sum(layer.parameters for layer in self.layers)

    @property
    def lines(self) -> tuple[str, str]:
        """What is done, and the name; of many layers the first, and what follows it."""
        kinds = [(kind, len(list(run))) for kind, run in groupby(map(_kind, self.layers))]
        words = [f"{kind} ×{times}" if times > 1 else kind for kind, times in kinds]
        title = " + ".join(words)
        if len(title) <= _LETTERS:
            # The part is told by the color.
            return title, self.last.name.removeprefix(f"{self.last.part}/")
        return words[0], f"+ {' + '.join(words[1:])}"


def architecture_size(architecture: Architecture) -> tuple[float, float]:
    """Return width and height in inches that suit ``draw_architecture``."""
    return 5.6, 0.55 + 0.36 * len(_rows(architecture))


def draw_architecture(architecture: Architecture, ax: Axes) -> Axes:
    """Show the layers from the input down, with their output shapes, parameters and edges.

    The width of a box follows the logarithm of the number of values that leave the layer; where
    a size is open, all boxes are as wide. Deep networks are folded: layers of one shape that
    follow each other without a branch share a box.
    """
    rows = _rows(architecture)
    widths = _widths([row.last for row in rows])
    # One row for the titles of the columns, one for the parts.
    ax.set(xlim=(0, 100), ylim=(len(rows) + 0.3, -1.2))
    ax.set_axis_off()
    _draw_titles(rows, ax)
    _draw_edges(rows, widths, ax)
    for height, (row, width) in enumerate(zip(rows, widths, strict=True)):
        _draw_row(row, height, width, ax)
    return ax


def _rows(architecture: Architecture) -> list[_Row]:
    consumers: dict[str, set[str]] = {layer.name: set() for layer in architecture.layers}
    for layer in architecture.layers:
        for name in layer.inputs:
            consumers.setdefault(name, set()).add(layer.name)
    rows: list[_Row] = []
    for layer in architecture.layers:
        if rows and _joins(layer, rows[-1], consumers, len(architecture.layers)):
            rows[-1] = _Row((*rows[-1].layers, layer))
        else:
            rows.append(_Row((layer,)))
    return rows


def _joins(layer: LayerRecord, row: _Row, consumers: dict[str, set[str]], layer_count: int) -> bool:
    """Return whether a layer can share the box of the row above it without hiding a branch."""
    if layer_count <= _UNFOLDED_LAYERS or "InputLayer" in (layer.kind, row.last.kind):
        return False
    if layer_count <= _LIGHTLY_FOLDED_LAYERS and not _is_light(layer):
        return False
    same = (layer.output_shape, layer.part) == (row.last.output_shape, row.last.part)
    # A residual branch folds too: its sum takes the row's own input beside the row's output.
    from_here = row.last.name in layer.inputs and set(layer.inputs) <= row.inputs | row.names
    return same and from_here and consumers[row.last.name] == {layer.name}


def _is_light(layer: LayerRecord) -> bool:
    return any(word in layer.kind for word in _LIGHT_WORDS)


def _kind(layer: LayerRecord) -> str:
    return layer.kind.replace("Normalization", "Norm").removesuffix("Layer")


def _widths(layers: Sequence[LayerRecord]) -> list[float]:
    values = [_values(layer) for layer in layers]
    if 0 in values or len(set(values)) == 1:
        return [_WIDEST] * len(layers)
    least, most = math.log(min(values)), math.log(max(values))
    span = _WIDEST - _NARROWEST
    return [_NARROWEST + span * (math.log(value) - least) / (most - least) for value in values]


def _values(layer: LayerRecord) -> int:
    """Return how many numbers leave a layer for one image, 0 if that is open."""
    return math.prod(size or 0 for size in layer.output_shape)


def _draw_titles(rows: Sequence[_Row], ax: Axes) -> None:
    for x, text, side in (
        (0.0, "layer", "left"),
        (_SHAPE_END, "output", "right"),
        (100.0, "parameters", "right"),
    ):
        ax.text(x, -0.75, text, ha=side, va="center", fontsize=8.5, alpha=0.75)
    parts = list(dict.fromkeys(row.last.part for row in rows))
    handles = [
        Line2D([], [], marker="s", linestyle="", color=color_of(part), label=part) for part in parts
    ]
    ax.legend(
        handles=handles,
        loc="center",
        bbox_to_anchor=(_MIDDLE, -0.75),
        bbox_transform=ax.transData,
        ncols=len(parts),
        fontsize=8.5,
        handletextpad=0.1,
        columnspacing=0.8,
        borderpad=0,
    )


def _draw_row(row: _Row, height: int, width: float, ax: Axes) -> None:
    color = color_of(row.last.part)
    ax.add_patch(
        FancyBboxPatch(
            (_MIDDLE - width / 2, height - _BOX_HEIGHT / 2),
            width,
            _BOX_HEIGHT,
            boxstyle="round,pad=0,rounding_size=0.8",
            mutation_aspect=0.16,
            facecolor=color,
            edgecolor=color,
            linewidth=1.0,
        )
    )
    title, subtitle = row.lines
    ax.text(0, height - 0.02, shortened(title, _LETTERS), va="bottom", fontsize=9.5)
    small = shortened(subtitle, _SMALL_LETTERS)
    ax.text(0, height + 0.02, small, va="top", fontsize=8, alpha=0.7)
    shape = format_shape(row.last.output_shape)
    ax.text(_SHAPE_END, height, shape, ha="right", va="center", fontsize=9.5)
    parameters = format_count(row.parameters) if row.parameters else NOTHING
    ax.text(100, height, parameters, ha="right", va="center", fontsize=9.5)


def _draw_edges(rows: Sequence[_Row], widths: Sequence[float], ax: Axes) -> None:
    heights = {name: height for height, row in enumerate(rows) for name in row.names}
    # A part that starts anew, such as a decoder, takes what the part above it gives.
    for height, (above, below) in enumerate(pairwise(rows)):
        if not below.inputs or below.inputs & above.names:
            _draw_step(height, ax)
    skips = [
        (heights[name], height)
        for height, row in enumerate(rows)
        for name in sorted(row.inputs & heights.keys())
        if height - heights[name] > 1
    ]
    lanes = _lanes(skips)
    for skip, lane in lanes.items():
        _draw_skip(skip, _lane_position(lane, max(lanes.values())), widths, ax)


def _lanes(skips: Sequence[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Give each skip the innermost lane that is free along its way, short ones first."""
    lanes: dict[tuple[int, int], int] = {}
    for start, end in sorted(skips, key=lambda skip: (skip[1] - skip[0], skip)):
        taken = {lane for (first, last), lane in lanes.items() if first <= end and start <= last}
        lanes[start, end] = next(lane for lane in count() if lane not in taken)
    return lanes


def _lane_position(lane: int, last: int) -> float:
    inner, outer = _LANES
    return inner + lane * min(1.8, (outer - inner) / max(last, 1))


def _draw_step(height: int, ax: Axes) -> None:
    ends = (height + _BOX_HEIGHT / 2, height + 1 - _BOX_HEIGHT / 2)
    ax.plot((_MIDDLE, _MIDDLE), ends, color=INK, linewidth=1.0, alpha=0.6)


def _draw_skip(skip: tuple[int, int], lane: float, widths: Sequence[float], ax: Axes) -> None:
    """Draw from the right side of one box, along a lane, to that of a later one."""
    (start, end), bend = skip, 1.4
    out, back = (_MIDDLE + widths[height] / 2 for height in skip)
    # A bend is as tall as it is wide: rows are about six times as high as the width's units.
    rise = bend / 6.0
    path = Path(
        [
            (out, start),
            (lane - bend, start),
            (lane, start),
            (lane, start + rise),
            (lane, end - rise),
            (lane, end),
            (lane - bend, end),
            (back, end),
        ],
        [
            Path.MOVETO,
            Path.LINETO,
            Path.CURVE3,
            Path.CURVE3,
            Path.LINETO,
            Path.CURVE3,
            Path.CURVE3,
            Path.LINETO,
        ],
    )
    ax.add_patch(PathPatch(path, facecolor="none", edgecolor=INK, linewidth=1.0, alpha=0.6))
