"""Slopes, descents, valleys, gradient checks and fits show the places that they are given."""

import numpy as np
import pytest

from hourglass.figures import (
    draw_descent,
    draw_fits,
    draw_slopes,
    draw_step_errors,
    draw_valley,
)


def square(x):
    return x**2


def bowl(x, y):
    return x**2 + 25 * y**2


def names_of(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_secants_meet_the_curve_and_the_tangent_has_its_slope(ax):
    assert draw_slopes(square, 1.0, (1.0, 0.5), 2.0, ax, limits=(0.0, 2.0)) is ax
    lines = {line.get_label(): line.get_xydata() for line in ax.lines}
    tangent, secant = lines["tangent, slope 2"], lines["through two points, 1 apart"]
    assert np.allclose(tangent, [[0.0, -1.0], [2.0, 3.0]])
    assert np.allclose(secant, [[0.0, -2.0], [2.0, 4.0]])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x", "f(x)")


def test_a_descent_lies_on_its_curve_and_one_that_flies_off_does_not_stretch_the_picture(ax):
    visited = [-1.0, 1.5, -40.0]
    assert draw_descent(square, visited, ax, limits=(-2.0, 2.0), title="too large") is ax
    assert np.allclose(ax.lines[1].get_xydata(), [[x, x**2] for x in visited])
    assert ax.get_xlim() == (-2.0, 2.0)
    assert ax.get_ylim()[1] < 5.0
    assert ax.get_title() == "too large"


def test_a_valley_has_lines_of_height_and_a_path_for_each_name(ax):
    paths = {"one": np.array([[-1.0, 1.0], [0.0, 0.0]]), "other": np.array([[-1.0, 1.0]])}
    draw_valley(
        bowl, paths, ax, across=(-2, 2), up=(-1, 1), xlabel="x", ylabel="y", lowest=(0.0, 0.0)
    )
    assert names_of(ax) == ["one", "other", "start", "minimum"]
    assert np.allclose(ax.lines[0].get_xydata(), paths["one"])
    assert len(ax.collections[0].get_paths()) > 5


@pytest.mark.parametrize("least", [1e-11, 1e-3])
def test_errors_by_step_have_powers_of_ten_as_ticks(least, ax):
    steps = np.logspace(-12, 0, 13)
    assert draw_step_errors(steps, {"central": np.linspace(least, 1.0, 13)}, ax) is ax
    ax.figure.draw_without_rendering()
    ticks = [tick.get_text() for tick in (*ax.get_xticklabels(), *ax.get_yticklabels())]
    assert "10⁰" in ticks and "10⁻¹²" in ticks
    assert not any("$" in tick for tick in ticks)


def test_fits_are_lines_over_the_points(ax):
    inputs = np.linspace(0, 1, 5000)
    draw_fits(inputs, inputs**2, {"fit": (2.0, 1.0)}, ax, xlabel="a", ylabel="b")
    assert np.allclose(ax.lines[0].get_xydata(), [[0.0, 1.0], [1.0, 3.0]])
    assert len(ax.collections[0].get_offsets()) == 5000
    assert names_of(ax) == ["fit"]
