"""At which spatial frequencies networks err."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from matplotlib.axes import Axes

from hourglass.figures.marks import Mark, legend_above, legend_columns
from hourglass.figures.scales import needs_log, use_log

# Where both axes of an image alternate from pixel to pixel.
_HIGHEST: Final = math.sqrt(0.5)
_WIDTH: Final = 4.6
_LEGEND_ROW: Final = 0.19


def ring_edges(rings: int) -> list[float]:
    """Return the borders of rings of equal width in cycles per pixel, from 0 to √½."""
    return [_HIGHEST * number / rings for number in range(rings + 1)]


def spectra_size(spectra: Mapping[str, Sequence[float]]) -> tuple[float, float]:
    """Return width and height in inches that suit ``draw_spectra``."""
    rows = -(-len(spectra) // legend_columns(spectra))
    return _WIDTH, 3.2 + _LEGEND_ROW * rows


def draw_spectra(
    spectra: Mapping[str, Sequence[float]],
    marks: Mapping[str, Mark],
    ax: Axes,
    *,
    split: str = "test",
) -> Axes:
    """Show the error of each run by spatial frequency, coarse structure on the left.

    Parameters
    ----------
    spectra
        Mean squared error in rings of equal width, by the run's name.
    marks
        Color and marker of each run.
    ax
        Where to draw.
    split
        On which images it was measured.
    """
    for name, spectrum in spectra.items():
        middles = [(low + high) / 2 for low, high in pairwise(ring_edges(len(spectrum)))]
        ax.plot(middles, spectrum, label=name, **marks[name].line(len(spectrum)))
    if needs_log([value for spectrum in spectra.values() for value in spectrum]):
        use_log(ax)
    ax.set(
        xlabel="spatial frequency in cycles per pixel",
        ylabel=f"{split} MSE in each ring",
        xlim=(0.0, _HIGHEST),
    )
    ax.grid(axis="y")
    legend_above(ax, legend_columns(spectra))
    return ax
