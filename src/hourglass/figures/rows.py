"""What charts with a row for each run share: values beside the axes, baselines across a row."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from hourglass.figures.marks import legend_above
from hourglass.figures.style import INK


def write_values(texts: Sequence[str], ax: Axes) -> None:
    """Write a text for each row in a column beside the axes.

    At the end of a bar, the line of a baseline would cross it.
    """
    for row, text in enumerate(texts):
        ax.annotate(
            text,
            (1.02, row),
            xycoords=("axes fraction", "data"),
            va="center",
            annotation_clip=False,
        )


def draw_baselines(values: Sequence[tuple[int, float]], label: str, ax: Axes) -> None:
    """Draw a piece of a line across rows, from (row, value); equal ones make a whole line."""
    ax.vlines(
        [value for _, value in values],
        [row - 0.5 for row, _ in values],
        [row + 0.5 for row, _ in values],
        color=INK,
        linestyle="--",
        linewidth=1.4,
        label=label,
    )
    legend_above(ax)


def name_rows(names: Sequence[str], ax: Axes) -> None:
    """Name the rows from top to bottom, without ticks."""
    ax.set_yticks(range(len(names)), list(names))
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(names) - 0.5, -0.5)
