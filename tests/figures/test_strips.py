"""Strips show every pixel as it is."""

import numpy as np
import pytest

from hourglass.errors import ConfigurationError, ImageShapeError
from hourglass.figures import image_grid, image_sheet, image_strip, labeled_strip, strip_scale
from hourglass.figures.strips import GAP


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("scale", [1, 3])
def test_every_pixel_is_a_square(channels, scale):
    rows = _rows(channels)
    strip = image_strip(rows, scale)
    height, width = 5 * scale, 7 * scale
    assert strip.shape == (2 * height + GAP, 3 * width + 2 * GAP, 4)
    for down, images in enumerate(rows.values()):
        for across, image in enumerate(images):
            top, left = down * (height + GAP), across * (width + GAP)
            tile = strip[top : top + height, left : left + width]
            expected = np.round(image * 255).astype(np.uint8)
            blocks = tile.reshape(5, scale, 7, scale, 4)
            assert (blocks == blocks[:, :1, :, :1]).all()
            # A gray pixel is compared with each of red, green and blue.
            assert (blocks[:, 0, :, 0, : max(channels, 3)] == expected).all()
            assert channels == 4 or (tile[..., 3] == 255).all()


def test_gaps_are_transparent():
    strip = image_strip(_rows(3), 2)
    assert (strip[10 : 10 + GAP, :, 3] == 0).all()
    assert (strip[:, 14 : 14 + GAP, 3] == 0).all()


def test_a_grid_is_read_row_by_row_and_ends_transparent():
    images = next(iter(_rows(3).values()))
    five = np.concatenate([images, images])[:5]
    grid = image_grid(five, 3, 2)
    lines = [image_strip({"row": row}, 2) for row in (five[:3], five[3:])]
    height = lines[0].shape[0]
    assert np.array_equal(grid[:height], lines[0])
    assert np.array_equal(grid[height + GAP :, : lines[1].shape[1]], lines[1])
    assert (grid[height + GAP :, lines[1].shape[1] :, 3] == 0).all()


def test_a_sheet_is_a_grid_on_white():
    images = next(iter(_rows(1).values()))
    grid, sheet = image_grid(images, 2, 3), image_sheet(images, 2, 3)
    assert sheet.shape == (grid.shape[0] + 20, grid.shape[1] + 20, 3)
    inside = sheet[10:-10, 10:-10]
    seen = grid[..., 3] == 255
    assert np.array_equal(inside[seen], grid[seen][:, :3]) and (inside[~seen] == 255).all()


@pytest.mark.parametrize("columns", [0, -1])
def test_a_grid_needs_columns(columns):
    with pytest.raises(ConfigurationError, match="columns"):
        image_grid(next(iter(_rows(1).values())), columns, 1)


def test_labels_stand_beside_an_unchanged_strip():
    rows = _rows(3)
    strip, picture = image_strip(rows, 4), labeled_strip(rows, 4, "best of test")
    height, width = strip.shape[:2]
    inside = picture[-height - 10 : -10, -width - 10 : -10]
    shown = strip[..., 3] == 255
    assert (inside[shown] == strip[shown][:, :3]).all()
    assert (inside[~shown] == 255).all()
    label = picture[-height - 10 : -10, : -width - 10]
    assert label.min() < 100


def test_values_outside_the_range_are_held_at_its_ends():
    images = np.array([-1.0, 0.0, 2.0, np.nan], np.float32).reshape(1, 1, 4, 1)
    assert image_strip({"x": images}, 1)[0, :, 0].tolist() == [0, 0, 255, 0]


@pytest.mark.parametrize(
    "shapes", [[(2, 4, 4)], [(2, 4, 4, 5)], [(2, 4, 4, 1), (3, 4, 4, 1)], [(0, 4, 4, 1)], []]
)
def test_rows_that_are_not_alike_are_refused(shapes):
    rows = {str(number): np.zeros(shape) for number, shape in enumerate(shapes)}
    with pytest.raises(ImageShapeError, match="alike in the first three"):
        image_strip(rows, 1)


def test_a_scale_of_zero_is_refused():
    with pytest.raises(ConfigurationError, match="scale must be a number above 0"):
        image_strip(_rows(1), 0)


@pytest.mark.parametrize(
    ("side", "count", "scale"),
    [(8, 1, 10), (28, 1, 3), (28, 10, 3), (28, 15, 2), (64, 1, 1), (500, 1, 1), (28, 500, 1)],
)
def test_scales_are_whole_and_at_least_one(side, count, scale):
    assert strip_scale(side, count) == scale


def _rows(channels: int) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(channels)
    return {name: generator.random((3, 5, 7, channels), np.float32) for name in ("clean", "model")}
