import matplotlib.colors
import pytest

from hourglass.figures import divergences_size, draw_divergences
from hourglass.records import ImportanceBound, VariationalScores


def scores(costs, variances):
    return VariationalScores(
        split="validation",
        images=10,
        loss="mse",
        beta=1.0,
        log_likelihood=-3.0,
        divergence_by_unit=costs,
        variance_by_unit=variances,
        bound=ImportanceBound(images=10, draws=5, elbo=-5.0, bound=-4.0),
    )


def test_the_costliest_unit_comes_first_and_idle_ones_are_hollow(ax):
    found = scores((0.5, 0.001, 2.5), (0.4, 0.0001, 0.9))
    assert draw_divergences(found, ax) is ax
    bars = sorted(ax.patches, key=lambda bar: bar.get_x())
    assert [bar.get_height() for bar in bars] == pytest.approx([2.5, 0.5, 0.001])
    hollow = [matplotlib.colors.to_rgba(bar.get_facecolor())[3] == 0 for bar in bars]
    assert hollow == [False, False, True]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["3", "1", "2"]
    assert "validation" in ax.get_ylabel() and ax.get_legend() is not None


def test_where_all_units_work_nothing_needs_a_legend(ax):
    draw_divergences(scores((0.5, 2.5), (0.4, 0.9)), ax)
    assert ax.get_legend() is None


def test_more_units_take_more_room_up_to_the_page():
    few, many = (divergences_size(scores((1.0,) * n, (1.0,) * n)) for n in (12, 500))
    assert few[0] < many[0] <= 7.0
