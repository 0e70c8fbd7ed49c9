"""Heat maps read as heat, pixel by pixel."""

import numpy as np
import pytest

from hourglass.errors import ImageShapeError
from hourglass.figures import HEAT_TOP, heat_map, rows_sheet


def test_more_error_is_brighter_up_to_the_top():
    times = np.array([[0.0, 1.0, HEAT_TOP / 2, HEAT_TOP, 100.0]])
    colors = heat_map(times)
    assert colors.shape == (1, 5, 3) and colors.min() >= 0 and colors.max() <= 1
    brightness = colors.sum(axis=2)[0]
    assert brightness[0] < 0.05 and (np.diff(brightness[:4]) > 0.1).all()
    assert brightness[4] == brightness[3]


def test_each_place_is_a_square_of_whole_pixels():
    times = np.array([[0.0, 8.0], [2.0, 4.0]])
    assert np.array_equal(heat_map(times, 3), heat_map(times).repeat(3, axis=0).repeat(3, axis=1))


def test_a_row_has_as_many_images_as_there_are_heads():
    images = [np.full((8, 8, channels), 0.5, np.float32) for channels in (1, 1, 3)]
    sheet = rows_sheet({"x": images}, ("image", "rebuilt", "error"))
    assert sheet.shape == (2 * 10 + 22 + 22 + 256 + 6, 3 * 256 + 2 * 6 + 20, 3)
    with pytest.raises(ImageShapeError, match="of one size"):
        rows_sheet({"x": [images[0], images[1][:7], images[2]]}, ("a", "b", "c"))
