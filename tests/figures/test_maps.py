"""Maps side by side: squares of one size, ten classes told apart by color and by name."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from hourglass.figures import CLASS_COLORS, MapPanel, draw_maps, hourglass_style, maps_size

NAMES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker")
NAMES = (*NAMES, "Bag", "Ankle boot")
LINES = ("trustworthiness 0.985 (test)", "kNN accuracy 76.50 % (test)")
# Machado et al. (2009), severity 1, for linear RGB: no red, no green, no blue receptors.
BLINDNESS = {
    "none": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
) / np.array([[0.9505], [1.0], [1.089]])


def panels(count, images=200, crowd=1.0):
    noise = np.random.default_rng(0)
    labels = np.arange(images) % 10
    made = [
        MapPanel(
            f"latents of suite-conv, many-channels\n{64 * n} numbers",
            LINES,
            (crowd * labels[:, None] * [1.0, -3.0] + noise.normal(size=(images, 2))).astype("f4"),
        )
        for n in range(1, count + 1)
    ]
    return made, labels


def drawn(count, **options):
    made, labels = panels(count, **options)
    with hourglass_style():
        figure = Figure(figsize=maps_size(made), layout="constrained")
        ax = figure.subplots()
        assert draw_maps(made, labels, NAMES, ax) is ax
        figure.draw_without_rendering()
    return figure, ax


@pytest.mark.parametrize("count", [1, 3])
def test_maps_are_squares_of_one_size_and_nothing_is_cut_off(count):
    figure, ax = drawn(count)
    boxes = [inside.get_window_extent() for inside in ax.child_axes]
    assert len(boxes) == count
    for box in boxes:
        assert (box.width, box.height) == pytest.approx((boxes[0].width,) * 2, rel=1e-3)
    for inside in ax.child_axes:
        across, up = np.ptp(inside.get_xlim()), np.ptp(inside.get_ylim())
        assert across == pytest.approx(up)
    width, height = figure.get_size_inches()
    whole = figure.get_tightbbox()
    assert whole.x0 >= -0.02 and whole.y0 >= -0.02
    assert whole.x1 <= width + 0.02 and whole.y1 <= height + 0.02
    titles = [inside.title.get_window_extent() for inside in ax.child_axes]
    assert not any(one.overlaps(other) for one, other in combinations(titles, 2))


def test_what_is_written_under_a_map_are_its_lines():
    _, ax = drawn(2)
    assert [inside.get_xlabel() for inside in ax.child_axes] == ["\n".join(LINES)] * 2
    assert not any(inside.get_xticks().size for inside in ax.child_axes)


@pytest.mark.parametrize("crowd", [1.0, 0.05], ids=["apart", "crowded"])
def test_every_class_has_a_name_that_covers_no_other_and_stays_inside(crowd):
    _, ax = drawn(1, crowd=crowd)
    (inside,) = ax.child_axes
    assert {text.get_text() for text in inside.texts} == set(NAMES)
    boxes = [text.get_window_extent() for text in inside.texts]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    square = inside.get_window_extent()
    for box in boxes:
        assert square.x0 <= box.x0 and box.x1 <= square.x1
        assert square.y0 <= box.y0 and box.y1 <= square.y1


def test_a_class_has_one_color_in_all_maps():
    _, ax = drawn(2)
    first, second = (inside.collections[0].get_facecolors() for inside in ax.child_axes)
    assert np.array_equal(first, second)
    assert len(np.unique(first, axis=0)) == 10


def test_maps_without_labels_and_with_many_classes(ax):
    made, _ = panels(1)
    draw_maps(made, None, (), ax)
    assert len(ax.child_axes[0].collections[0].get_facecolors()) == 1
    assert not ax.child_axes[0].texts
    many = np.arange(200) % 25
    draw_maps(made, many, [f"class {n}" for n in range(25)], ax)
    assert not ax.child_axes[1].texts


def test_images_in_one_place_can_be_drawn(ax):
    nowhere = MapPanel("latents", LINES, np.zeros((20, 2), np.float32))
    draw_maps([nowhere], np.arange(20) % 10, NAMES, ax)


@pytest.mark.parametrize("kind", BLINDNESS)
def test_ten_colors_stay_apart_for_every_kind_of_color_vision(kind):
    assert len(set(CLASS_COLORS)) == 10
    seen = [lab(BLINDNESS[kind] @ linear(color)) for color in CLASS_COLORS]
    nearest = min(np.linalg.norm(one - other) for one, other in combinations(seen, 2))
    # 2.3 is what an eye just notices (Mahy et al. 1994).
    assert nearest > 15


def linear(color):
    values = np.array(to_rgb(color))
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(values):
    """Return CIELAB of linear RGB."""
    ratio = TO_XYZ @ np.clip(values, 0, 1)
    x, y, z = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])
