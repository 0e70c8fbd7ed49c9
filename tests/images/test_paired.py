"""Noisy images find their partners, and what does not fit is named."""

import numpy as np
import pytest

from hourglass.errors import DataError, ImageShapeError, MissingPathError
from hourglass.images import (
    ArrayImages,
    PairedImages,
    PatchImages,
    load_splits,
    write_image_file,
)
from hourglass.records import FolderOptions


def gray(value, shape=(6, 5, 1)):
    return np.full(shape, value / 255, np.float32)


@pytest.fixture
def folders(tmp_path):
    """Return two folders of 20 images in two classes; the partner of i is brighter by 100."""
    for number in range(20):
        name = f"{'ab'[number % 2]}/{number:02d}.png"
        write_image_file(tmp_path / "noisy" / name, gray(number))
        write_image_file(tmp_path / "clean" / name, gray(100 + number))
    return tmp_path


def load(folders, partner="clean"):
    return load_splits(folders / "noisy", partner=folders / partner)


def test_pairs_stay_together_in_every_split(folders):
    (folders / "clean" / "a" / "more.png").write_bytes(b"not asked for")
    splits = load(folders)
    assert {name: len(part) for name, part in splits.parts.items()} == {
        "train": 16,
        "validation": 2,
        "test": 2,
    }
    for part in splits.parts.values():
        assert isinstance(part, PairedImages)
        apart = part.read_all() - part.seen.read_all()
        assert np.allclose(apart, 100 / 255, atol=1e-6)
        assert part.class_names == ("a", "b")
        assert np.array_equal(part.labels, part.seen.labels)


def test_the_fingerprint_covers_both(folders):
    before = load(folders).fingerprint
    write_image_file(folders / "clean" / "a" / "00.png", gray(99))
    assert load(folders).fingerprint != before


def test_missing_partners_are_named(folders):
    for name in ("a/04.png", "b/11.png"):
        (folders / "clean" / name).unlink()
    with pytest.raises(DataError, match=r"2 of 20 .* no partner .*04\.png, .*11\.png"):
        load(folders)


def test_partners_that_cannot_serve_are_named(folders):
    write_image_file(folders / "clean" / "a" / "02.png", gray(1, (7, 5, 1)))
    (folders / "clean" / "b" / "05.png").write_text("no image")
    with pytest.raises(DataError, match=r"2 of 20 .*05\.png.*02\.png \(it is 7×5, and its noisy"):
        load(folders)


def test_bad_pairs_are_left_out_where_that_is_asked_for(folders):
    (folders / "clean" / "a" / "02.png").write_text("no image")
    (folders / "noisy" / "b" / "05.png").write_text("no image")
    skipping = FolderOptions(skip_bad=True)
    splits = load_splits(folders / "noisy", partner=folders / "clean", folder=skipping)
    assert sum(map(len, splits.parts.values())) == 18
    assert (splits.folder.files, splits.folder.skipped) == (18, 2)
    for part in splits.parts.values():
        assert np.allclose(part.read_all() - part.seen.read_all(), 100 / 255, atol=1e-6)


def test_patches_of_a_pair_come_from_one_place(folders, tmp_path):
    noise = np.random.default_rng(0).random((40, 50, 1), np.float32) / 2
    for number in range(3):
        sides = slice(0, 30 + number)
        write_image_file(tmp_path / "one" / f"{number}.png", noise[sides])
        write_image_file(tmp_path / "two" / f"{number}.png", noise[sides] + 100 / 255)
    pairs = load_splits(tmp_path / "one", partner=tmp_path / "two").train
    cut = [PatchImages(part, 8, seed=3, symmetries=True) for part in (pairs.target, pairs.seen)]
    assert np.allclose(cut[0].read_all() - cut[1].read_all(), 100 / 255, atol=1e-2)


def test_a_partner_may_have_more_bits_and_an_opaque_alpha(folders):
    write_image_file(folders / "clean" / "a" / "02.png", gray(102), bits=16)
    write_image_file(
        folders / "clean" / "b" / "05.png",
        np.concatenate([gray(105), np.ones((6, 5, 1), np.float32)], axis=-1),
    )
    for part in load(folders).parts.values():
        assert np.allclose(part.read_all() - part.seen.read_all(), 100 / 255, atol=1e-4)


def test_partners_must_be_there_and_of_one_kind(folders):
    with pytest.raises(MissingPathError, match="no file or folder"):
        load(folders, "nowhere")
    np.save(folders / "clean.npy", np.zeros((20, 6, 5, 1), np.uint8))
    with pytest.raises(DataError, match="paired with a folder"):
        load(folders, "clean.npy")


def test_arrays_are_paired_by_position(tmp_path):
    pixels = np.arange(20 * 30, dtype=np.uint16).reshape(20, 6, 5, 1)
    np.save(tmp_path / "noisy.npy", pixels)
    np.save(tmp_path / "clean.npy", pixels + np.uint16(1000))
    splits = load_splits(tmp_path / "noisy.npy", partner=tmp_path / "clean.npy")
    apart = splits.test.target.pixels - splits.test.seen.pixels
    assert set(np.unique(apart)) == {1000}
    np.save(tmp_path / "few.npy", pixels[:19])
    with pytest.raises(DataError, match="a partner for each image"):
        load_splits(tmp_path / "noisy.npy", partner=tmp_path / "few.npy")


def test_pairs_need_equal_sizes():
    with pytest.raises(ImageShapeError, match="two images of one size"):
        PairedImages(
            ArrayImages(np.zeros((2, 4, 4, 1), np.uint8)), ArrayImages(np.zeros((2, 4, 5, 1)))
        )
