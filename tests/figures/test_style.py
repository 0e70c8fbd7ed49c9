"""One color a role, one way to write a number, and nothing that stays behind."""

import math

import matplotlib
import pytest
from matplotlib.colors import to_rgb

from hourglass.figures import PALETTE, color_of, hourglass_style
from hourglass.figures.text import (
    format_count,
    format_decibel,
    format_gain,
    format_mse,
    format_percent,
    format_seconds,
    format_shape,
    format_share,
    format_ssim,
    shortened,
)


def test_every_role_has_a_color_of_its_own():
    assert len(set(PALETTE.values())) == len(PALETTE)


@pytest.mark.parametrize("page", ["#ffffff", "#16181b"])
@pytest.mark.parametrize("role", [*PALETTE, "wavelet", "tv", "nlm"])
def test_every_color_stands_out_from_light_and_dark_pages(role, page):
    assert _contrast(color_of(role), page) >= 3.0


def test_a_later_method_keeps_its_color():
    assert color_of("a later method") == color_of("a later method")
    assert color_of("a later method") not in PALETTE.values()


def test_the_style_leaves_matplotlib_as_it_was():
    before = dict(matplotlib.rcParams)
    with hourglass_style():
        assert matplotlib.rcParams["svg.fonttype"] == "none"
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (format_mse(0.004312), "0.00431"),
        (format_mse(math.nan), "–"),
        (format_decibel(23.657), "23.66"),
        (format_decibel(-0.001), "0.00"),
        (format_decibel(math.inf), "∞"),
        (format_gain(2.466), "+2.47"),
        (format_gain(-1.5), "−1.50"),
        (format_gain(-0.001), "0.00"),
        (format_gain(math.inf), "+∞"),
        (format_gain(math.nan), "–"),
        (format_gain(None), "–"),
        (format_ssim(0.8744), "0.874"),
        (format_count(1234567.4), "1\u202f234\u202f567"),
        (format_seconds(8.44), "8.4 s"),
        (format_seconds(59.99), "1 min 00 s"),
        (format_seconds(3725), "1 h 02 min"),
        (format_shape((None, 28, 1)), "any × 28 × 1"),
        (format_share(0.94118), "0.9412"),
        (format_percent(0.94118), "94.12\u202f%"),
        (format_percent(None), "–"),
        (shortened("a\nb\tc", 9), r"a\nb\tc"),
        (shortened("abcdef", 4), "abc…"),
    ],
)
def test_numbers_and_names_are_written_one_way(text, expected):
    assert text == expected


def _contrast(first: str, second: str) -> float:
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in to_rgb(color)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
