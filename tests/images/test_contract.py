"""The promise that every kind of images keeps. A new kind joins with one line."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from hourglass.images import ArrayImages, Images, PairedImages

Build = Callable[[NDArray[np.uint8], list[int]], Images]

NAMES = ("shoe", "hat", "bag")
LABELS = [0, 1, 2] * 4

every_kind = pytest.mark.parametrize(
    "build",
    [
        pytest.param(lambda p, y: ArrayImages(p, y, NAMES), id="uint8"),
        pytest.param(lambda p, y: ArrayImages(p * np.uint16(257), y, NAMES), id="uint16"),
        pytest.param(lambda p, y: ArrayImages(np.float32(p / 255), y, NAMES), id="float32"),
        pytest.param(
            lambda p, y: PairedImages(ArrayImages(p, y, NAMES), seen=ArrayImages(255 - p)),
            id="paired",
        ),
    ],
)


@every_kind
def test_it_tells_its_form(build: Build, pixels):
    images = build(pixels, LABELS)
    assert len(images) == 12
    assert images.shape == (6, 5, 1)
    assert images.dtype.name in ("uint8", "uint16", "float32")


@every_kind
def test_it_reads_in_any_order_and_with_repeats(build: Build, pixels):
    order = np.array([7, 0, 7, 11])
    read = build(pixels, LABELS).read(order)
    assert read.dtype == np.float32
    np.testing.assert_allclose(read, pixels[order] / 255, atol=1e-7)


@every_kind
def test_it_reads_black_as_0_and_white_as_1(build: Build, pixels):
    pixels[0], pixels[1] = 0, 255
    read = build(pixels, LABELS).read_all()
    assert read.shape == pixels.shape
    assert (read.min(), read.max()) == (0.0, 1.0)
    assert (read[0] == 0).all() and (read[1] == 1).all()


@every_kind
def test_what_is_read_may_be_changed(build: Build, pixels):
    images = build(pixels, LABELS)
    before = images.read_all()
    images.read_all()[:] = 0.5
    assert np.array_equal(images.read_all(), before)


@every_kind
def test_a_part_keeps_labels_beside_their_images(build: Build, pixels):
    images = build(pixels, LABELS)
    chosen = np.array([4, 2, 9])
    part = images.take(chosen)
    assert len(part) == 3 and part.shape == images.shape and part.dtype == images.dtype
    assert part.class_names == NAMES
    assert np.array_equal(part.labels, images.labels[chosen])
    assert np.array_equal(part.read_all(), images.read(chosen))


@every_kind
def test_its_fingerprint_is_stable_and_sees_every_change(build: Build, pixels):
    fingerprint = build(pixels, LABELS).fingerprint
    assert len(fingerprint) == 64
    assert build(pixels.copy(), list(LABELS)).fingerprint == fingerprint
    assert build(pixels, LABELS[::-1]).fingerprint != fingerprint
    assert build(pixels.reshape(12, 5, 6, 1), LABELS).fingerprint != fingerprint
    pixels[11, 5, 4, 0] ^= 1
    assert build(pixels.copy(), LABELS).fingerprint != fingerprint
