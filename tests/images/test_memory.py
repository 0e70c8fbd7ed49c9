"""The door: what images in memory accept and what they refuse."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hourglass.errors import DataError, HourglassError, ImageShapeError
from hourglass.images import ArrayImages


def gray(count: int = 2, dtype: str = "uint8") -> np.ndarray:
    return np.zeros((count, 3, 3, 1), dtype)


def test_pixels_are_kept_without_a_copy_and_locked():
    pixels = gray()
    images = ArrayImages(pixels)
    assert np.shares_memory(images.pixels, pixels)
    with pytest.raises(ValueError, match="read-only"):
        images.pixels[0] = 1
    assert pixels.flags.writeable


@pytest.mark.parametrize("dtype", ["float16", "float64", "longdouble"])
def test_floating_point_of_any_width_becomes_float32(dtype):
    assert ArrayImages(gray(dtype=dtype)).dtype == np.float32


def test_the_byte_order_of_another_machine_makes_no_difference():
    ours = ArrayImages(np.full((1, 2, 2, 1), 513, "<u2"))
    theirs = ArrayImages(np.full((1, 2, 2, 1), 513, ">u2"))
    assert theirs.dtype == np.uint16
    assert theirs.fingerprint == ours.fingerprint


def test_it_names_its_form():
    assert repr(ArrayImages(gray())) == "ArrayImages(2×3×3×1, uint8)"


@pytest.mark.parametrize("shape", [(3,), (4, 4), (2, 4, 4), (1, 2, 4, 4, 1)])
def test_other_than_four_axes_are_refused_with_advice(shape):
    with pytest.raises(ImageShapeError, match=r"four axes.*pixels\[\.\.\., None\]") as caught:
        ArrayImages(np.zeros(shape, np.uint8))
    assert str(shape) in str(caught.value)


@pytest.mark.parametrize("channels", [0, 5, 28])
def test_other_than_one_to_four_channels_are_refused_with_advice(channels):
    with pytest.raises(ImageShapeError, match=r"1 to 4 channels.*pixels\[\.\.\., None\]"):
        ArrayImages(np.zeros((2, 3, 28, channels), np.uint8))


def test_no_image_is_refused():
    with pytest.raises(DataError, match="At least one image"):
        ArrayImages(gray(0))


def test_images_without_area_are_refused():
    with pytest.raises(ImageShapeError, match="height and width"):
        ArrayImages(np.zeros((2, 0, 3, 1), np.uint8))


@pytest.mark.parametrize(
    ("dtype", "advice"),
    [("bool", "mask"), ("int64", "uint8"), ("int8", "uint8"), ("complex64", "uint8"), ("U3", "")],
)
def test_other_types_are_refused_with_advice(dtype, advice):
    with pytest.raises(DataError, match=f"uint8, uint16 or floating point.*{advice}"):
        ArrayImages(gray(dtype=dtype))


def test_missing_and_infinite_values_are_counted_and_the_first_is_named():
    pixels = gray(4, "float64")
    pixels[2, 1, 0, 0] = np.nan
    pixels[3, 0, 0, 0] = np.inf
    pixels[3, 0, 1, 0] = -np.inf
    with pytest.raises(DataError, match=r"1 are NaN and 2 infinite.*\(2, 1, 0, 0\)"):
        ArrayImages(pixels)


@pytest.mark.parametrize(("low", "high"), [(0.0, 255.0), (-1.0, 1.0), (0.0, 1.01)])
def test_values_outside_the_unit_range_are_refused_with_the_range(low, high):
    pixels = gray(2, "float32")
    pixels[0], pixels[1] = low, high
    with pytest.raises(DataError, match=re.escape(f"[{low:g}, {high:g}]") + ".*255.*uint8"):
        ArrayImages(pixels)


@pytest.mark.parametrize("labels", [[0], [0, 1, 2], [[0], [1]]])
def test_labels_that_are_not_one_an_image_are_refused(labels):
    with pytest.raises(ImageShapeError, match=r"shape \(2,\) was expected"):
        ArrayImages(gray(), labels)


@pytest.mark.parametrize("labels", [[0.0, 1.0], [-1, 0], ["a", "b"], [True, False]])
def test_labels_that_are_no_integers_from_0_are_refused(labels):
    with pytest.raises(DataError, match="integers from 0"):
        ArrayImages(gray(), labels)


def test_a_label_without_a_name_is_refused():
    with pytest.raises(DataError, match="2 names and the highest label is 2"):
        ArrayImages(gray(), [0, 2], ["a", "b"])


@given(
    shape=st.lists(st.integers(0, 5), max_size=5),
    dtype=st.sampled_from(["bool", "uint8", "uint16", "uint32", "int16", "float32", "float64"]),
    value=st.sampled_from([0, 1, 2, -1]),
)
def test_any_array_is_taken_or_refused_in_words(shape, dtype, value):
    array = np.zeros(shape, dtype) if value < 0 else np.full(shape, value, dtype)
    try:
        read = ArrayImages(array).read_all()
    except HourglassError:
        return
    assert read.shape == array.shape
    assert read.min() >= 0 and read.max() <= 1


def test_names_of_classes_are_printable_and_stay_apart() -> None:
    pixels = np.zeros((2, 4, 4, 1), np.uint8)
    images = ArrayImages(pixels, [0, 1], ["two\nlines", "bytes\udcff"])
    assert images.class_names == (r"two\nlines", r"bytes\xff")
    with pytest.raises(DataError, match=r"Two classes would both be shown as a\\n\."):
        ArrayImages(pixels, [0, 1], ["a\n", r"a\n"])
