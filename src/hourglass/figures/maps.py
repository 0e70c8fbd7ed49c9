"""Where the images of each class lie on a map."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from hourglass.figures.text import shortened

# Petroff (2021): ten colors, found by a search among those that stay apart for every kind of color
# vision.
CLASS_COLORS: Final = (
    "#3f90da",
    "#ffa90e",
    "#bd1f01",
    "#94a4a2",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#717581",
    "#92dadd",
)
_SIDE: Final = 3.3
_GAP: Final = 0.16
_ROOM_ABOVE, _ROOM_BELOW = 0.5, 0.48
_MOST_LETTERS: Final = 40
_MOST_NAMED: Final = 20
# Points and names keep their colors, so the ground that they were chosen for stays too.
_GROUND, _NAME = "#fefefe", "#101010"
_POINTS_OF_ALL: Final = 15_000.0
# Height of a name and width of a letter, as parts of the side of a map.
_NAME_HEIGHT: Final = 0.072
_LETTER: Final = 0.0285
_ROUNDS: Final = 30


@dataclass(frozen=True, slots=True, eq=False)
class MapPanel:
    """One map of a figure.

    Attributes
    ----------
    title
        What was laid out.
    lines
        What is written under it, such as its figures with their split.
    places
        Place of each image, shape (images, 2).
    """

    title: str
    lines: Sequence[str]
    places: NDArray[np.float32]


def maps_size(panels: Sequence[MapPanel]) -> tuple[float, float]:
    """Return width and height in inches that suit ``draw_maps``."""
    return len(panels) * _SIDE + (len(panels) - 1) * _GAP, _SIDE + _ROOM_ABOVE + _ROOM_BELOW


def draw_maps(
    panels: Sequence[MapPanel],
    labels: NDArray[np.int64] | None,
    class_names: Sequence[str],
    ax: Axes,
) -> Axes:
    """Show maps of the same images side by side, squares of one size, one color a class.

    The name of each class stands at the median of its images, or near it where it would cover
    another one. More than ten classes share colors, more than twenty go without names.

    Parameters
    ----------
    panels
        One or more, from left to right.
    labels
        Class of each image, shape (images,); ``None`` draws all in one color.
    class_names
        Name of each class.
    ax
        Where to draw; each map gets axes of its own inside.
    """
    ax.set_axis_off()
    width, height = maps_size(panels)
    for number, panel in enumerate(panels):
        left = number * (_SIDE + _GAP) / width
        bounds = (left, _ROOM_BELOW / height, _SIDE / width, _SIDE / height)
        inside = ax.inset_axes(bounds)
        _draw_one(panel, labels, class_names, inside)
    return ax


def _draw_one(
    panel: MapPanel, labels: NDArray[np.int64] | None, class_names: Sequence[str], ax: Axes
) -> None:
    places = panel.places
    colors = [CLASS_COLORS[0]] if labels is None else _colors(labels)
    ax.scatter(
        places[:, 0],
        places[:, 1],
        s=float(np.clip(_POINTS_OF_ALL / len(places), 1.5, 14.0)),
        c=colors,
        linewidths=0,
        # Five thousand points would be five thousand elements of the page.
        rasterized=True,
    )
    ax.set_facecolor(_GROUND)
    ax.set(xticks=[], yticks=[], xlabel="\n".join(panel.lines))
    title = (shortened(line, _MOST_LETTERS) for line in panel.title.split("\n"))
    ax.set_title("\n".join(title), fontsize=10.5)
    ax.spines[:].set_visible(True)
    _make_square(places, ax)
    if labels is not None and int(labels.max()) < len(class_names) <= _MOST_NAMED:
        _name_classes(places, labels, class_names, ax)


def _colors(labels: NDArray[np.int64]) -> list[str]:
    return [CLASS_COLORS[label % len(CLASS_COLORS)] for label in labels]


def _make_square(places: NDArray[np.float32], ax: Axes) -> None:
    """Give both axes one scale and the map the middle."""
    low, high = places.min(axis=0), places.max(axis=0)
    middle, half = (low + high) / 2, 0.53 * max(float((high - low).max()), 1e-6)
    ax.set(xlim=(middle[0] - half, middle[0] + half), ylim=(middle[1] - half, middle[1] + half))
    ax.set_aspect("equal")


def _name_classes(
    places: NDArray[np.float32], labels: NDArray[np.int64], class_names: Sequence[str], ax: Axes
) -> None:
    known = np.unique(labels)
    names = [shortened(class_names[label], 12) for label in known]
    corner = np.array([ax.get_xlim()[0], ax.get_ylim()[0]])
    side = ax.get_xlim()[1] - corner[0]
    medians = np.array([np.median(places[labels == label], axis=0) for label in known])
    widths = np.array([_LETTER * len(name) + _NAME_HEIGHT / 2 for name in names])
    for label, name, place in zip(
        known, names, _apart((medians - corner) / side, widths), strict=True
    ):
        ax.text(
            place[0],
            place[1],
            name,
            transform=ax.transAxes,
            ha="center",
            va="center",
            fontsize=8.5,
            fontweight="bold",
            color=_NAME,
            bbox={
                "boxstyle": "round,pad=0.2",
                "facecolor": _GROUND,
                "edgecolor": CLASS_COLORS[label % len(CLASS_COLORS)],
                "linewidth": 1.6,
                "alpha": 0.9,
            },
        )


def _apart(places: NDArray[np.float64], widths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move names up and down until none covers another, and into the square.

    Places and widths are parts of the side of the square.
    """
    moved = places.copy()
    for _ in range(_ROUNDS):
        for one, other in combinations(range(len(moved)), 2):
            across, up = moved[other] - moved[one]
            cover = _NAME_HEIGHT - abs(up)
            if cover > 0 and abs(across) < (widths[one] + widths[other]) / 2:
                step = np.copysign(cover / 2, up)
                moved[one, 1] -= step
                moved[other, 1] += step
        half = np.column_stack([widths, np.full(len(widths), _NAME_HEIGHT)]) / 2
        moved = np.clip(moved, half, 1.0 - half)
    return moved
