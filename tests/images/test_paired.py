"""Noisy images find their partners, and what does not fit is named."""

import numpy as np
import pytest
from PIL import Image

from hourglass.errors import ConfigurationError, DataError, ImageShapeError, MissingPathError
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
    pixels = np.arange(40_000, 40_000 + 20 * 30, dtype=np.uint16).reshape(20, 6, 5, 1)
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


def pairs_of(place, noisy, clean, **options):
    """Write files, as bright as their number and 100 more, and load them as pairs."""
    for folder, names, offset in (("one", noisy, 0), ("two", clean, 100)):
        for number, name in enumerate(names):
            path = place / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            pixels = np.full((6, 5), number + offset, np.uint8)
            Image.fromarray(pixels).save(path, **({"quality": 100} if "jp" in path.suffix else {}))
    options = FolderOptions(**options)
    return load_splits(place / "one", partner=place / "two", folder=options)


def are_pairs(splits):
    apart = [part.read_all() - part.seen.read_all() for part in splits.parts.values()]
    return all(np.allclose(values, 100 / 255, atol=0.5 / 255) for values in apart)


def names(form, count=4):
    return [form.format(number) for number in range(count)]


@pytest.mark.parametrize(
    ("noisy", "clean", "options", "words"),
    [
        ("scene{}.jpg", "scene{}.png", {}, "without the ending: 4, such as scene0.jpg with"),
        ("a/scene{}.PNG", "a/scene{}.png", {}, "without the ending: 4"),
        ("Scene{}.png", "scene{}.bmp", {}, "other capital letters: 4"),
        (
            "{}_NOISY_010.png",
            "{}_GT_010.png",
            {"clean_name": "NOISY=GT"},
            "replacing 'NOISY' with 'GT'",
        ),
        ("{}_noisy.png", "{}.png", {"clean_name": "_noisy="}, "with '' in"),
        ("{}_in.jpg", "{}_out.png", {"clean_name": "in=out"}, "without the ending: 4"),
        ("low/a{}.png", "high/a{}.png", {"clean_name": "low=high"}, "'low' with 'high'"),
        ("shot {}.png", "truth-{}.png", {"pair_by": "order"}, "shot 0.png with truth-0.png, to"),
    ],
)
def test_partners_are_found_though_names_differ(tmp_path, noisy, clean, options, words):
    splits = pairs_of(tmp_path, names(noisy), names(clean), **options)
    assert are_pairs(splits) and words in " ".join(splits.folder.notes)
    assert sum(map(len, splits.parts.values())) == 4


def test_pairs_in_order_follow_the_numbers_in_their_names(tmp_path):
    splits = pairs_of(tmp_path, names("{}.png", 12), names("x{:03d}.png", 12), pair_by="order")
    assert are_pairs(splits)


def test_files_of_one_name_need_no_word_about_it(tmp_path):
    splits = pairs_of(tmp_path, names("{}.png"), [*names("{}.png"), "0.bmp", "more.png"])
    assert are_pairs(splits) and splits.folder.notes == ()


@pytest.mark.parametrize(
    ("noisy", "clean", "options", "words"),
    [
        (["0.jpg", "1.jpg"], ["0.png", "0.bmp", "1.png"], {}, "several partners.*0.bmp, 0.png"),
        (["0.jpg", "0.png", "1.png"], ["0.png", "1.png"], {}, "0.jpg and 0.png .* would both"),
        (["A.png", "a.png"], ["a.bmp"], {}, "would both have the partner a.bmp"),
        (["a/0.jpg", "b/0.jpg"], ["0.png", "1.png"], {}, "2 of 2 .*the first 0.png"),
        (
            names("{}_NOISY.png"),
            names("{}_GT.png"),
            {},
            "4 of 4 .*two has 4 images, the first 0_GT.png. --clean-name NOISY=GT would pair "
            "them all. .*--pair-by order",
        ),
        (names("{}.png"), names("x{}y.png", 3), {}, "If a part of the names differs.*Add the"),
        (names("{}_n.png"), names("{}_c.png"), {"clean_name": "N=c"}, "4 of 4 names .* 0_n.png"),
        (names("{}.png"), names("{}.png", 3), {"pair_by": "order"}, "has 4 and .*two 3. Add"),
        (names("{}.png"), [], {}, "has no image. Add the missing"),
    ],
)
def test_pairs_that_are_not_clear_are_refused(tmp_path, noisy, clean, options, words):
    (tmp_path / "two").mkdir()
    with pytest.raises(DataError, match=words):
        pairs_of(tmp_path, noisy, clean, **options)


def test_noisy_and_clean_in_one_folder_never_pair_with_themselves(tmp_path):
    for name in ("0_NOISY.png", "0_GT.png"):
        write_image_file(tmp_path / name, gray(1))
    with pytest.raises(DataError, match=r"1 of 2 names .* do not hold it, the first 0_GT\.png"):
        load_splits(tmp_path, partner=tmp_path, folder=FolderOptions(clean_name="NOISY=GT"))


def test_a_partner_of_another_ending_still_needs_the_same_size(tmp_path):
    for number in range(3):
        write_image_file(tmp_path / "one" / f"{number}.bmp", gray(number))
        write_image_file(tmp_path / "two" / f"{number}.png", gray(number, (6, 6 - number, 1)))
    with pytest.raises(DataError, match=r"2 of 3 .* its noisy image"):
        load_splits(tmp_path / "one", partner=tmp_path / "two")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"clean_name": "NOISY"}, "clean_name is NOISY=CLEAN"),
        ({"clean_name": "=GT"}, "clean_name is NOISY=CLEAN"),
        ({"clean_name": "A=B", "pair_by": "order"}, "does not look at names"),
    ],
)
def test_ways_of_pairing_must_make_sense(options, words):
    with pytest.raises(ConfigurationError, match=words):
        FolderOptions(**options)


def test_a_way_of_pairing_needs_partners(folders):
    with pytest.raises(ConfigurationError, match="there are none"):
        load_splits(folders / "noisy", folder=FolderOptions(pair_by="order"))
