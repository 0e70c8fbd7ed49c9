"""How the members of a group are told apart: a color and a marker each."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from matplotlib.axes import Axes

from hourglass.figures.style import PALETTE

# Neighbors differ in lightness for those who see no hue, and each has its marker in print.
_HUES: Final = ("model", "validation", "median", "pca", "clean", "training")
_MARKERS: Final = ("o", "s", "^", "D", "v", "P")
_MOST_MARKED: Final = 12
_TWO_COLUMNS: Final = 18


@dataclass(frozen=True, slots=True)
class Mark:
    """What one member looks like in every chart of a page.

    Attributes
    ----------
    color
        Of its lines, bars and markers.
    marker
        Matplotlib's name of its marker.
    filled
        Whether markers and bars are filled; the seventh member and later ones are hollow.
    """

    color: str
    marker: str
    filled: bool

    @property
    def face(self) -> str:
        """Color inside markers and bars."""
        return self.color if self.filled else "none"

    def line(self, points: int) -> dict[str, Any]:
        """Return how a line of so many points is drawn, as keywords of ``Axes.plot``."""
        return {
            "color": self.color,
            "marker": self.marker,
            "markerfacecolor": self.face,
            "markevery": max(1, -(-points // _MOST_MARKED)),
        }


def marks_of(names: Iterable[str]) -> dict[str, Mark]:
    """Return a mark for each name, in order; twelve differ, then they begin again."""
    marks = {}
    for number, name in enumerate(names):
        round_, place = divmod(number, len(_HUES))
        # The second round pairs each color with another marker, and leaves it hollow.
        marker = _MARKERS[(place + 3 * round_) % len(_MARKERS)]
        marks[name] = Mark(PALETTE[_HUES[place]], marker, filled=round_ % 2 == 0)
    return marks


def legend_columns(names: Iterable[str]) -> int:
    """Return in how many columns a legend of these names fits above axes of a page."""
    return 1 if max(map(len, names), default=0) > _TWO_COLUMNS else 2


def legend_above(ax: Axes, columns: int = 1) -> None:
    """Put the legend above the axes, where it covers nothing, from their left edge on."""
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=columns, fontsize=8.5)
