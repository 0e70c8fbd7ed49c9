"""Near copies in files of latents: few of them, half of all images, all of them."""

import io
import json

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from hourglass.experiment import find_duplicates
from hourglass.images import encode_thumbnail, recompressed
from hourglass.images.survey import digest_of
from hourglass.records import LatentRows, LatentsFacts, LatentsRequest
from hourglass.runs.latents_file import latents_format


def pictures(count, *, side=24, channels=1, seed=0):
    """Return clouds with a bright disk in each, uint8."""
    chance = np.random.default_rng(seed)
    rows, columns = np.mgrid[0:side, 0:side]
    images = np.empty((count, side, side, channels))
    for image in images:
        image[:] = 90 + 500 * gaussian_filter(chance.normal(size=image.shape), (3, 3, 0))
        center = chance.uniform(0, side, 2)
        image[np.hypot(rows - center[0], columns - center[1]) < chance.uniform(3, 8)] = 230
    return np.rint(np.clip(images, 0, 255)).astype(np.uint8)


def as_jpeg(image, quality):
    content = io.BytesIO()
    Image.fromarray(image[..., 0] if image.shape[2] == 1 else image).save(
        content, "JPEG", quality=quality
    )
    with Image.open(content) as again:
        return np.asarray(again).reshape(image.shape)


def latents_of(images, numbers=12):
    """Return what a linear encoder with random weights makes of images."""
    rows = np.stack(images).reshape(len(images), -1) / 255
    weights = np.random.default_rng(5).normal(size=(rows.shape[1], numbers))
    return (rows @ weights).astype(np.float32)


@pytest.fixture
def written(tmp_path):
    """Return a function that writes a file of latents."""

    def write(images, names=None, *, thumbnails=True, latents=None):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.npz"
        rows = LatentRows(
            ids=np.arange(len(images)),
            paths=tuple(names or (f"{number}.png" for number in range(len(images)))),
            labels=None,
            latents=latents_of(images) if latents is None else latents,
            digests=np.stack([np.frombuffer(digest_of(image), np.uint8) for image in images]),
            thumbnails=tuple(map(encode_thumbnail, images)) if thumbnails else None,
        )
        request = LatentsRequest(
            model_sha256="a" * 64,
            images="images",
            images_sha256="b" * 64,
            count=len(images),
            image_shape=images[0].shape,
            thumbnails=thumbnails,
        )
        facts = LatentsFacts(request=request, rows=len(rows), numbers=rows.latents.shape[1])
        latents_format(path).write(path, facts, lambda: iter([rows]))
        return path

    return write


def with_copies(images, share, qualities=(70,)):
    """Return images and JPEG copies of a share of them, and what each shows."""
    some = list(range(round(share * len(images))))
    copies = [as_jpeg(images[number], quality) for quality in qualities for number in some]
    return [*images, *copies], np.array([*range(len(images)), *some * len(qualities)])


def ids(found, kind="near"):
    pairs = [(pair.first_id, pair.second_id) for pair in found.pairs if pair.kind == kind]
    return np.array(pairs, np.int64).reshape(-1, 2)


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("quality", [50, 90])
@pytest.mark.parametrize("channels", [1, 3])
def test_copies_are_found_whatever_share_of_images_has_one(written, share, quality, channels):
    images, shows = with_copies(pictures(60, channels=channels), share, (quality,))
    found = find_duplicates(written(images))
    pairs = ids(found)
    assert np.array_equal(shows[pairs[:, 0]], shows[pairs[:, 1]])
    assert len(pairs) == round(share * 60)
    assert all(pair.difference <= pair.difference_within for pair in found.pairs)
    assert found.warnings == () and found.chains == 0


def test_three_copies_of_each_make_a_group_with_all_its_pairs(written):
    images, shows = with_copies(pictures(30), 1, (50, 70, 90))
    found = find_duplicates(written(images))
    assert found.groups == 30 and len(found.pairs) == 30 * 6
    pairs = ids(found)
    assert np.array_equal(shows[pairs[:, 0]], shows[pairs[:, 1]])


@pytest.mark.parametrize("count", [400, 40], ids="{} pages".format)
def test_empty_pages_are_one_group_and_hide_no_other_copy(written, count):
    chance = np.random.default_rng(0)
    pages = np.rint(chance.normal(244, 2, (count, 24, 24, 1))).astype(np.uint8)
    others, shows = with_copies(pictures(60), 0.5)
    found = find_duplicates(written([*pages, *others]))
    pairs = ids(found)
    of_pages = pairs[(pairs < count).all(axis=1)]
    assert len(np.unique(of_pages)) == count
    # A spanning tree of so many, not each with each.
    assert len(of_pages) < 2 * count
    rest = pairs[(pairs >= count).all(axis=1)] - count
    assert len(of_pages) + len(rest) == len(pairs)
    assert np.array_equal(shows[rest[:, 0]], shows[rest[:, 1]]) and len(rest) == 30
    assert found.groups == 31


def test_different_images_are_no_copies(written):
    for seed in range(3):
        found = find_duplicates(written(pictures(80, seed=seed)))
        assert found.pairs == () and found.warnings == ()


def test_equal_images_are_exact_copies(written):
    found = find_duplicates(written([pictures(1)[0]] * 50))
    assert found.count("exact") == 49 and found.groups == 1 and found.count("near") == 0


@pytest.mark.parametrize("count", [1, 2, 5])
def test_few_images_are_enough_where_there_are_pictures(written, count):
    images, _ = with_copies(pictures(count), 1)
    assert len(find_duplicates(written(images)).pairs) == count
    assert find_duplicates(written(pictures(count))).pairs == ()


def test_frames_of_a_film_are_a_chain_that_is_told(written):
    rows, columns = np.mgrid[0:24, 0:24]
    frames = [
        np.rint(60 + 150 * np.exp(-((rows - 12) ** 2 + (columns - 4 - shift) ** 2) / 20))
        for shift in np.linspace(0, 16, 100)
    ]
    found = find_duplicates(written([frame.astype(np.uint8)[..., None] for frame in frames]))
    assert found.groups == 1 and found.chains == 1
    pairs = ids(found)
    assert len(np.unique(pairs)) == 100
    assert np.diff(pairs, axis=1).max() < 20


def test_latents_that_tell_nothing_apart_are_named(written):
    images, _ = with_copies(pictures(40), 0.5)
    latents = np.ones((len(images), 4), np.float32)
    found = find_duplicates(written(images, latents=latents))
    assert "exactly the latents" in found.warnings[0] and "--within 0" in found.warnings[0]
    assert len(find_duplicates(written(images, latents=latents), within=0).pairs) == 20


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_without_pictures_a_warning_says_what_latents_cannot(written, tmp_path, share):
    images, _ = with_copies(pictures(60), share)
    path = written(images, thumbnails=False)
    found = find_duplicates(path, output=tmp_path / "pairs.json")
    assert {pair.kind for pair in found.pairs} <= {"unconfirmed"}
    assert "--within" in found.warnings[0] and "--thumbnails" in found.warnings[0]
    assert json.loads((tmp_path / "pairs.json").read_text())["warnings"] == list(found.warnings)
    assert find_duplicates(path, within=0.5).warnings == ()


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 1, 3), (5, 3, 1), (9, 8, 2), (7, 7, 4)], ids=str)
def test_pictures_of_any_shape_are_compared(written, shape):
    chance = np.random.default_rng(0)
    images = list(chance.integers(0, 256, (30, *shape), np.uint8))
    off = images[0].copy()
    off.flat[0] = off.flat[0] + 1 if off.flat[0] < 255 else 254
    found = find_duplicates(written([*images, off]))
    assert (0, 30) in set(map(tuple, ids(found).tolist()))
    assert len(found.pairs) <= (40 if shape == (1, 1, 1) else 3)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_saving_as_jpeg_changes_colors_and_never_alpha(channels):
    chance = np.random.default_rng(0)
    image = chance.random((16, 16, channels), np.float32)
    saved = recompressed(image, 50)
    assert saved.shape == image.shape and saved.dtype == np.float32
    colors = 3 if channels >= 3 else 1
    assert 0.01 < np.abs(saved - image)[..., :colors].mean() < 0.3
    assert np.array_equal(saved[..., colors:], image[..., colors:])
