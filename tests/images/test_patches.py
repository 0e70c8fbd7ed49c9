"""Patches: where they lie, and in which order they are visited."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hourglass.images import ArrayImages, PatchImages, load_folder
from hourglass.images.patches import patches_of_each

sides = st.lists(st.tuples(st.integers(1, 300), st.integers(1, 300)), min_size=1, max_size=20)


def numbered(count: int = 4, height: int = 9, width: int = 11) -> ArrayImages:
    """Return images whose every pixel is another, so that a patch tells where it was cut."""
    values = np.arange(count * height * width, dtype=np.uint16)
    return ArrayImages(values.reshape(count, height, width, 1))


@pytest.fixture
def photos(tmp_path):
    """Return images of several sizes in files, with a cache that holds one or two of them."""
    chance = np.random.default_rng(1)
    for number, shape in enumerate([(30, 40), (50, 20), (9, 9), (64, 31), (40, 30)]):
        Image.fromarray(chance.integers(0, 256, shape, np.uint8)).save(tmp_path / f"{number}.png")
    return load_folder(tmp_path, cache_bytes=2500).train


@given(st.integers(0, 2**31), st.integers(1, 9), st.integers(1, 11), st.booleans())
def test_every_patch_lies_inside_its_image(seed, height, width, symmetries):
    images = numbered()
    patches = PatchImages(images, (height, width), seed=seed, symmetries=symmetries)
    number, top, left, symmetry = patches.places(np.arange(len(patches))).T
    assert (top + height <= 9).all() and (left + width <= 11).all() and (top >= 0).all()
    assert set(number) == set(range(4))
    assert symmetry.max() < (1 if not symmetries else 8 if height == width else 4)


@given(sides, st.integers(1, 64), st.floats(0.1, 4), st.integers(1, 400), st.integers(0, 99))
def test_patches_follow_the_area_up_to_their_number(sides, size, density, most, seed):
    sides = np.array(sides)
    counts = patches_of_each(sides, (size, size), density, most, seed)
    assert counts.sum() <= max(most, 0) and counts.min() >= (0 if len(sides) > most else 1)
    larger = np.argsort(sides.prod(axis=1), kind="stable")
    if len(sides) <= most:
        assert (np.diff(counts[larger]) >= 0).all()
    assert np.array_equal(patches_of_each(sides, (size, size), density, most, seed), counts)


def test_the_same_places_are_cut_from_other_images_of_equal_sizes():
    clean, noisy = numbered(), ArrayImages(np.zeros((4, 9, 11, 3), np.uint8))
    every = np.arange(24)
    first, second = (
        PatchImages(images, 4, seed=3, density=1.0, symmetries=True) for images in (clean, noisy)
    )
    assert np.array_equal(first.places(every), second.places(every))
    assert not np.array_equal(first.places(every), PatchImages(clean, 4, seed=4).places(every))


def test_a_part_cuts_what_the_whole_cuts_there():
    patches = PatchImages(numbered(), 4, seed=3, symmetries=True)
    chosen = np.array([20, 3, 3])
    assert np.array_equal(patches.take(chosen).read_all(), patches.read(chosen))
    assert patches.take(chosen).fingerprint != patches.fingerprint


def test_a_patch_is_turned_in_all_eight_ways():
    images = ArrayImages(np.array([[[1, 2], [3, 4]]], np.uint8)[..., None])
    patches = PatchImages(images, 2, seed=0, density=400, symmetries=True)
    assert len(np.unique(patches.read_all().reshape(400, 4), axis=0)) == 8


def test_patches_of_files_are_those_of_the_images(photos):
    patches = PatchImages(photos, 12, seed=5)
    chosen = np.array([7, 0, 21, 7])
    for (number, top, left, _), read in zip(
        patches.places(chosen), patches.read(chosen), strict=True
    ):
        (image,) = photos.read(np.array([number]))
        if number != 2:
            assert np.array_equal(image[top : top + 12, left : left + 12], read)


def test_an_image_smaller_than_a_patch_is_mirrored(photos):
    patches = PatchImages(photos, 12, seed=5)
    (patch,) = patches.read(np.flatnonzero(patches.image_numbers == 2))
    (image,) = photos.read(np.array([2]))
    assert np.array_equal(patch, np.pad(image, ((1, 2), (1, 2), (0, 0)), mode="symmetric"))


def test_a_pass_goes_from_block_to_block_where_the_cache_is_small(photos):
    patches = PatchImages(photos, 12, seed=5)
    order = patches.order(1, 0)
    assert sorted(order) == list(range(len(patches)))
    assert np.array_equal(order, patches.order(1, 0))
    assert not np.array_equal(order, patches.order(1, 1))
    # Each image's patches follow each other, but for those of the images in its block.
    visited = patches.image_numbers[order]
    spans = {number: np.ptp(np.flatnonzero(visited == number)) + 1 for number in range(5)}
    assert max(spans.values()) < len(patches) / 2


@pytest.mark.parametrize("labels", [[0, 1, 1, 0], None])
def test_a_patch_has_the_label_of_its_image(labels):
    patches = PatchImages(ArrayImages(numbered().pixels, labels), 3, seed=0)
    expected = None if labels is None else np.array(labels)[patches.image_numbers]
    assert np.array_equal(patches.labels, expected)
