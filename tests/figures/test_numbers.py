"""Numbers in cells: every one stands where its index says, and axes carry their names."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from hourglass.figures import draw_grid, draw_tensor, grid_size, hourglass_style, tensor_size


def texts_of(ax):
    return [text.get_text() for text in ax.texts]


def test_a_grid_has_row_0_above_and_column_0_on_the_left(ax):
    assert draw_grid(np.array([[1, 2.5, -3], [0.126, np.nan, 6]]), ax, title="two rows") is ax
    places = {text.get_text(): text.get_position() for text in ax.texts}
    assert places["1"] == (0.5, 0.5) and places["6"] == (2.5, 1.5)
    assert list(places) == ["1", "2.5", "−3", "0.13", "–", "6"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]
    assert ax.get_title() == "two rows"


def test_a_vector_is_one_row(ax):
    draw_grid(np.arange(3), ax)
    assert {cell.get_y() for cell in ax.patches} == {0.0}


@pytest.mark.parametrize(("value", "text"), [(-0.001, "0"), (100, "100"), (True, "1")])
def test_no_cell_has_needless_signs_or_zeros(value, text, ax):
    draw_grid(np.array([value]), ax)
    assert texts_of(ax) == [text]


def test_lent_cells_are_dotted_and_limits_make_black_and_white(ax):
    draw_grid(np.array([[0.0, 1.0, 1.0]]), ax, limits=(0, 1), lent=np.array([[False, False, True]]))
    assert [to_hex(cell.get_facecolor()) for cell in ax.patches[:2]] == ["#000000", "#ffffff"]
    assert [cell.get_linestyle() for cell in ax.patches] == ["-", "-", ":"]
    assert [to_hex(text.get_color()) for text in ax.texts[:2]] == ["#fefefe", "#101010"]


@pytest.mark.parametrize(
    ("shape", "names"),
    [
        ((4,), ("column",)),
        ((3, 4), ("row", "column")),
        ((2, 3, 4), ("sheet", "row", "column")),
        ((2, 3, 4, 3), ("count", "height", "width", "channels")),
    ],
)
def test_every_axis_of_a_tensor_has_its_number_name_and_size(shape, names, ax):
    assert draw_tensor(np.zeros(shape), ax, names=names) is ax
    for number, (name, size) in enumerate(zip(names, shape, strict=True)):
        assert f"axis {number}: {name}, {size}" in texts_of(ax)
    assert len(ax.patches) >= np.prod(shape)


def test_the_front_sheet_is_the_first_and_sheets_behind_show_a_row_and_a_column(ax):
    draw_tensor(np.arange(24).reshape(2, 3, 4), ax, names=("sheet", "row", "column"))
    numbers = {int(text) for text in texts_of(ax) if text.isdigit()}
    assert numbers == set(range(12)) | {12, 13, 14, 15, 19, 23}
    height = {text.get_text(): text.get_zorder() for text in ax.texts}
    assert height["3"] > height["12"]


def test_channels_have_their_colors(ax):
    draw_tensor(np.ones((1, 1, 1, 3)), ax, names=("n", "h", "w", "c"), limits=(0, 1))
    blue, green, red = (cell.get_facecolor()[:3] for cell in ax.patches[:3])
    assert [np.argmax(color) for color in (red, green, blue)] == [0, 1, 2]


@pytest.mark.parametrize("values", [np.zeros((2, 3, 4)), np.zeros((3, 4, 5, 3)), np.zeros(3)])
def test_nothing_of_a_tensor_is_cut_off(values):
    names = ("count", "height", "width", "channels")[: values.ndim]
    with hourglass_style():
        figure = Figure(figsize=tensor_size(values), layout="constrained")
        drawn = draw_tensor(values, figure.subplots(), names=names)
        figure.draw_without_rendering()
        inside = figure.bbox
        for text in drawn.texts:
            box = text.get_window_extent()
            assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= inside.x1 and box.y1 <= inside.y1


def test_tables_side_by_side_need_more_room():
    table = np.zeros((2, 3))
    assert grid_size(table, table)[0] == 2 * grid_size(table)[0]
