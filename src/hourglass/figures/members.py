"""The members of a group beside each other."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

from matplotlib.axes import Axes

from hourglass.figures.marks import Mark
from hourglass.figures.rows import draw_baselines, name_rows, write_values
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
    write_values([format_mse(member.test_mse) for member in members], ax)
    _draw_baselines(members, baselines, ax)
    name_rows([shortened(member.name, 24) for member in members], ax)
    ax.set(xlabel="test MSE, less is better")
    ax.grid(axis="x")
    ax.margins(x=0.08)
    ax.locator_params(axis="x", nbins=5)
    return ax


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
    label = f"({shortened(labels.pop(), 28)})" if len(labels) == 1 else "of each run"
    draw_baselines([(row, baseline.mse) for row, baseline in known], f"best baseline {label}", ax)


def _length(value: float) -> float:
    return value if math.isfinite(value) else 0.0
