"""A sheet of pairs shows every pixel as it is, whatever the sizes."""

import numpy as np
import pytest

from hourglass.errors import ImageShapeError
from hourglass.figures import PAIR_SIDE, ImagePair, before_after_sheet
from hourglass.figures.strips import drawable
from hourglass.seeds import generator
from names import ODD_NAMES, raw_in


def pair(height, width, channels=1):
    images = generator(height).random((2, height, width, channels)).round(1)
    return ImagePair(*images)


def test_pairs_of_all_sizes_are_shown_beside_each_other():
    pairs = {"small": pair(8, 6), "large": pair(PAIR_SIDE, 100, 3), "wide": pair(3, 128)}
    sheet = before_after_sheet(pairs)
    # Column by column, from the corner that the margin and the lines of text leave.
    top = 10 + 22
    for before, after in pairs.values():
        scale = PAIR_SIDE // max(before.shape[:2])
        height, width = before.shape[0] * scale, before.shape[1] * scale
        top += 22
        for left, image in [(10, before), (10 + 256 + 6, after)]:
            shown = sheet[top : top + height, left : left + width]
            expected = np.round(image * 255).repeat(scale, axis=0).repeat(scale, axis=1)
            assert (shown == expected).all()
        top += height + 6
    assert sheet.shape == (top + 10, 2 * 256 + 6 + 20, 3)


def test_a_long_name_keeps_its_end_and_the_width():
    short, long = (before_after_sheet({"x" * n + ".png": pair(8, 8)}) for n in (1, 500))
    assert short.shape == long.shape and (short[:, -10:] == 255).all()
    assert (long[:, -10:] == 255).all()


@pytest.mark.parametrize("name", [name.decode(errors="surrogateescape") for name in ODD_NAMES])
def test_a_name_that_cannot_be_drawn_is_escaped(name):
    label = drawable(name)
    assert not raw_in(label, lines=False) and drawable(label) == label
    sheet, escaped = (before_after_sheet({text: pair(8, 8)}) for text in (name, label))
    assert (sheet == escaped).all() and (sheet[32:54, 10:40] < 255).any()


def test_letters_that_the_font_lacks_are_told_by_number():
    assert drawable("größe → 日.png") == r"größe → \u65e5.png"


def test_what_is_no_pair_is_refused():
    with pytest.raises(ImageShapeError, match="none was given"):
        before_after_sheet({})
    with pytest.raises(ImageShapeError, match="of one size"):
        before_after_sheet({"x": ImagePair(pair(8, 8).before, pair(8, 9).after)})
