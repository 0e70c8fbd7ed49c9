import numpy as np
import pytest

from hourglass.figures import components_size, draw_components, signed_images
from hourglass.seeds import generator


@pytest.fixture
def rows():
    random = generator(0)
    return {name: random.normal(size=(5, 28, 28, 1)) for name in ("PCA", "plain", "regularized")}


def test_zero_is_pale_and_both_signs_are_equally_strong():
    direction = np.array([-2.0, 0.0, 2.0, 1.0]).reshape(1, 1, 4, 1)
    below, zero, above, half = signed_images(direction)[0, 0]
    assert zero.min() > 0.95
    assert below[2] > below[1] and above[0] > above[2]  # blue, red
    assert abs(_luminance(below) - _luminance(above)) < 0.15
    assert _luminance(above) < _luminance(half) < _luminance(zero)


def test_the_length_of_a_direction_says_nothing(rows):
    directions = rows["PCA"]
    assert np.allclose(signed_images(directions), signed_images(directions * 1e-3))
    assert signed_images(np.zeros((1, 2, 2, 1))).min() > 0.95


def test_rows_are_labeled_and_directions_numbered(ax, rows):
    assert draw_components(rows, ax) is ax
    assert [label.get_text() for label in ax.get_yticklabels()] == list(rows)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["1", "2", "3", "4", "5"]


def test_every_pixel_is_a_square_of_whole_pixels(ax, rows):
    draw_components(rows, ax)
    (image,) = ax.get_images()
    assert image.get_interpolation() == "none"
    pixels = np.asarray(image.get_array())[:84, :84].reshape(28, 3, 28, 3, 4)
    assert (pixels == pixels[:, :1, :, :1]).all()


def test_the_size_grows_with_rows_and_directions(rows):
    width, height = components_size(rows)
    fewer = {"PCA": rows["PCA"][:2]}
    assert components_size(fewer)[0] < width and components_size(fewer)[1] < height


def _luminance(color):
    return float(color @ (0.2126, 0.7152, 0.0722))
