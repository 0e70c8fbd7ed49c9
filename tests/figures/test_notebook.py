"""Pictures that a notebook shows."""

import io

import matplotlib
import numpy as np
import pytest
from PIL import Image

from hourglass.errors import ImageShapeError
from hourglass.figures import (
    Chart,
    draw_heaps,
    draw_lines,
    sheet_picture,
    strip_picture,
    use_hourglass_style,
)
from hourglass.figures.text import format_count


def test_a_chart_is_a_picture_on_white_paper():
    chart = Chart((4.0, 2.0), columns=2)
    draw_lines({"a": [1.0, 2.0]}, chart.axes[1], xlabel="epoch", ylabel="loss")
    picture = Image.open(io.BytesIO(chart._repr_png_()))
    assert picture.width == 2 * picture.height
    assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_what_a_notebook_draws_has_the_style_of_the_house():
    with matplotlib.rc_context():
        use_hourglass_style()
        chart = Chart()
        draw_lines({"a": [1.0, 2.0]}, chart.ax, xlabel="epoch", ylabel="loss")
    assert not chart.ax.get_legend().get_frame_on()


def test_a_strip_keeps_whole_pixels():
    images = np.zeros((3, 28, 28, 1), np.float32)
    images[:, 14, 14] = 1.0
    strip = np.asarray(strip_picture({"clean": images, "noisy": 1 - images}, "two rows"))
    # One bright pixel became a square of 3 by 3; black elsewhere in its tile.
    assert np.all(strip[-13 - 3 * 14 - 84 : -10 - 3 * 14 - 84, :, 0].max(axis=1) == 255)
    assert sheet_picture(images, columns=2).width < 2 * 28 * 3 + 40


@pytest.mark.parametrize("count", [1, 8, 10, 25])
def test_a_strip_is_as_large_as_a_page_allows(count):
    images = np.zeros((count, 28, 28, 1))
    width = strip_picture({"a rather long label": images}).width
    assert width <= 736 or count == 25
    assert sheet_picture(images, columns=count).width <= 736 or count == 25


@pytest.mark.parametrize("rows", [{}, {"flat": np.zeros((3, 784))}], ids=["nothing", "matrix"])
def test_what_is_no_image_is_refused(rows):
    with pytest.raises(ImageShapeError):
        strip_picture(rows)


def test_lines_have_marks_and_a_place_for_each_value(ax):
    draw_lines({"a": [1.0, 2.0], "b": [3.0, 1.0]}, ax, places=[5, 9], xlabel="x", ylabel="y")
    assert [list(line.get_xdata()) for line in ax.lines] == [[5, 9], [5, 9]]
    assert len({line.get_marker() for line in ax.lines}) == 2
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_yscale()) == ("x", "y", "linear")


def test_places_may_be_decades_apart(ax):
    draw_lines({"a": [1, 2]}, ax, places=[10, 1000], log_places=True, xlabel="x", ylabel="y")
    assert ax.get_xscale() == "log"
    assert [label.get_text() for label in ax.get_xticklabels()] == ["10", format_count(1000)]


def test_lines_over_decades_get_a_logarithmic_axis(ax):
    draw_lines({"a": [1.0, 0.001]}, ax, xlabel="x", ylabel="y")
    assert ax.get_yscale() == "log"


def test_ticks_are_numbers_however_many_decades_there_are(ax):
    draw_lines({"a": [1e5, 1e-5]}, ax, xlabel="x", ylabel="y")
    ax.figure.canvas.draw()
    ticks = [tick.get_text() for tick in ax.get_yticklabels(which="both")]
    assert "1" in ticks or "10" in ticks
    assert not any("$" in tick for tick in ticks)


def test_heaps_share_their_bins_and_show_the_threshold(ax):
    heaps = {"normal": np.zeros(5), "other": np.linspace(0, 1, 7)}
    draw_heaps(heaps, ax, xlabel="error", threshold=0.5, bins=4)
    outlines = [patch.get_xy() for patch in ax.patches]
    assert np.array_equal(outlines[0][:, 0], outlines[1][:, 0])
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert sorted(labels) == ["normal", "other", "threshold"]
