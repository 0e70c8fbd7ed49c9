"""The members of a group beside each other."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

from matplotlib.axes import Axes

from hourglass.figures.marks import Mark
from hourglass.figures.style import INK
from hourglass.figures.text import format_mse, shortened
from hourglass.records import MemberResult, MethodScores

_BAR: Final = 0.68


def members_size(members: Sequence[MemberResult]) -> tuple[float, float]:
    """Return width and height in inches that suit ``draw_members``."""
    return 4.6, 1.2 + 0.36 * len(members)


def draw_members(
    members: Sequence[MemberResult],
    baselines: Mapping[str, MethodScores],
    marks: Mapping[str, Mark],
    ax: Axes,
) -> Axes:
    """Show the test error of each member as a bar, with the best baseline as a line.

    Parameters
    ----------
    members
        From top to bottom.
    baselines
        The best baseline of each member's own table, by the member's name.
    marks
        Color of each member.
    ax
        Where to draw.
    """
    ax.barh(
        range(len(members)),
        [_length(member.test_mse) for member in members],
        height=_BAR,
        color=[marks[member.name].face for member in members],
        edgecolor=[marks[member.name].color for member in members],
    )
    _write_values(members, ax)
    _draw_baselines(members, baselines, ax)
    ax.set_yticks(range(len(members)), [shortened(member.name, 24) for member in members])
    ax.tick_params(axis="y", length=0)
    ax.set(xlabel="test MSE, less is better", ylim=(len(members) - 0.5, -0.5))
    ax.grid(axis="x")
    ax.margins(x=0.08)
    ax.locator_params(axis="x", nbins=5)
    return ax


def _write_values(members: Sequence[MemberResult], ax: Axes) -> None:
    # In a column beside the axes: at the end of a bar, the line of the baseline would cross them.
    for row, member in enumerate(members):
        ax.annotate(
            format_mse(member.test_mse),
            (1.02, row),
            xycoords=("axes fraction", "data"),
            va="center",
            annotation_clip=False,
        )


def _draw_baselines(
    members: Sequence[MemberResult], baselines: Mapping[str, MethodScores], ax: Axes
) -> None:
    """Draw a piece of a line across each bar; members with one baseline share a whole line."""
    known = [
        (row, baselines[member.name])
        for row, member in enumerate(members)
        if member.name in baselines and math.isfinite(baselines[member.name].mse)
    ]
    if not known:
        return
    labels = {baseline.label for _, baseline in known}
    ax.vlines(
        [baseline.mse for _, baseline in known],
        [row - 0.5 for row, _ in known],
        [row + 0.5 for row, _ in known],
        color=INK,
        linestyle="--",
        linewidth=1.4,
        label=f"best baseline ({shortened(labels.pop(), 28)})"
        if len(labels) == 1
        else "best baseline of each run",
    )
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), fontsize=8.5)


def _length(value: float) -> float:
    return value if math.isfinite(value) else 0.0
