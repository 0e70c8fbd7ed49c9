"""The promise that every kind of images keeps. A new kind joins with one line."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from hourglass.images import ArrayImages, BandImages, Images, PairedImages, PatchImages, load_folder

Build = Callable[[NDArray[np.uint8], list[int], Path], Images]

NAMES = ("bag", "hat", "shoe")
LABELS = [0, 1, 2] * 4


def in_files(pixels: NDArray[np.generic], labels: list[int], place: Path) -> Images:
    """Write images into folders named after their classes, and read them in the order given."""
    folder = Path(tempfile.mkdtemp(dir=place))
    for number, (image, label) in enumerate(zip(pixels, labels, strict=True)):
        (folder / NAMES[label]).mkdir(exist_ok=True)
        Image.fromarray(image[..., 0]).save(folder / NAMES[label] / f"{number:02}.png")
    images = load_folder(folder, in_memory=0, cache_bytes=3 * pixels[0].nbytes).train
    return images.take(np.argsort(np.argsort(labels, kind="stable")))


def in_patches(pixels: NDArray[np.uint8], labels: list[int], place: Path) -> Images:
    return PatchImages(in_files(pixels, labels, place), pixels.shape[1:3], seed=1)


def in_bands(pixels: NDArray[np.uint8], labels: list[int], _: Path) -> Images:
    """Put rows above that do not belong to the bands."""
    framed = np.pad(pixels, ((0, 0), (pixels.shape[1], 0), (0, 0), (0, 0)), mode="symmetric")
    return BandImages(ArrayImages(framed, labels, NAMES), 0.5, 1.0)


every_kind = pytest.mark.parametrize(
    "build",
    [
        pytest.param(lambda p, y, _: ArrayImages(p, y, NAMES), id="uint8"),
        pytest.param(lambda p, y, _: ArrayImages(p * np.uint16(257), y, NAMES), id="uint16"),
        pytest.param(lambda p, y, _: ArrayImages(np.float32(p / 255), y, NAMES), id="float32"),
        pytest.param(in_files, id="files"),
        pytest.param(lambda p, y, f: in_files(p * np.uint16(257), y, f), id="16-bit files"),
        pytest.param(in_patches, id="patches"),
        pytest.param(in_bands, id="bands"),
        pytest.param(
            lambda p, y, _: PairedImages(ArrayImages(p, y, NAMES), seen=ArrayImages(255 - p)),
            id="paired",
        ),
    ],
)


@every_kind
def test_it_tells_its_form(build: Build, pixels, tmp_path):
    images = build(pixels, LABELS, tmp_path)
    assert len(images) == 12
    assert images.shape == (6, 5, 1)
    assert images.dtype.name in ("uint8", "uint16", "float32")


@every_kind
def test_it_reads_in_any_order_and_with_repeats(build: Build, pixels, tmp_path):
    order = np.array([7, 0, 7, 11])
    read = build(pixels, LABELS, tmp_path).read(order)
    assert read.dtype == np.float32
    np.testing.assert_allclose(read, pixels[order] / 255, atol=1e-7)


@every_kind
def test_it_reads_black_as_0_and_white_as_1(build: Build, pixels, tmp_path):
    pixels[0], pixels[1] = 0, 255
    read = build(pixels, LABELS, tmp_path).read_all()
    assert read.shape == pixels.shape
    assert (read.min(), read.max()) == (0.0, 1.0)
    assert (read[0] == 0).all() and (read[1] == 1).all()


@every_kind
def test_what_is_read_may_be_changed(build: Build, pixels, tmp_path):
    images = build(pixels, LABELS, tmp_path)
    before = images.read_all()
    images.read_all()[:] = 0.5
    assert np.array_equal(images.read_all(), before)


@every_kind
def test_it_gives_one_image_as_it_lies_at_rest(build: Build, pixels, tmp_path):
    images = build(pixels, LABELS, tmp_path)
    image = images.at_rest(5)
    assert image.dtype == images.dtype and image.shape == (6, 5, 1)
    white = 1 if image.dtype == np.float32 else np.iinfo(image.dtype).max
    np.testing.assert_allclose(image / white, images.read(np.array([5]))[0], atol=1e-7)
    assert images.sides.tolist() == [[6, 5]] * 12
    assert images.bytes_at_rest == 12 * 30 * image.itemsize


@every_kind
def test_a_pass_visits_every_image_once_in_an_order_of_its_own(build: Build, pixels, tmp_path):
    images = build(pixels, LABELS, tmp_path)
    first = images.order(7, 0)
    assert sorted(first) == list(range(12))
    assert np.array_equal(build(pixels, LABELS, tmp_path).order(7, 0), first)
    assert not np.array_equal(images.order(7, 1), first)


@every_kind
def test_a_part_keeps_labels_beside_their_images(build: Build, pixels, tmp_path):
    images = build(pixels, LABELS, tmp_path)
    chosen = np.array([4, 2, 9])
    part = images.take(chosen)
    assert len(part) == 3 and part.shape == images.shape and part.dtype == images.dtype
    assert part.class_names == NAMES
    assert np.array_equal(part.labels, images.labels[chosen])
    assert np.array_equal(part.read_all(), images.read(chosen))


@every_kind
def test_its_fingerprint_is_stable_and_sees_every_change(build: Build, pixels, tmp_path):
    fingerprint = build(pixels, LABELS, tmp_path).fingerprint
    assert len(fingerprint) == 64
    assert build(pixels.copy(), list(LABELS), tmp_path).fingerprint == fingerprint
    assert build(pixels, LABELS[::-1], tmp_path).fingerprint != fingerprint
    assert build(pixels.reshape(12, 5, 6, 1), LABELS, tmp_path).fingerprint != fingerprint
    pixels[11, 5, 4, 0] ^= 1
    assert build(pixels.copy(), LABELS, tmp_path).fingerprint != fingerprint
