"""Images that are like one, and images that are there twice."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

from hourglass.bundles import BundleFile, load_model, save_bundle
from hourglass.errors import ConfigurationError, DataError, MissingPathError, OutputExistsError
from hourglass.experiment import EmbedOptions, embed_images, find_duplicates, similar_images
from hourglass.images import read_image_file, write_image_file
from hourglass.records import Duplicates, from_json
from hourglass.runs import read_latents
from latents import latent_run, write_digits

IMAGES = 120


@pytest.fixture(scope="module")
def place(tmp_path_factory, digits):
    """Return a folder with a run, files of which some are copies, and their latents."""
    place = tmp_path_factory.mktemp("similar")
    large = digits.repeat(3, axis=1).repeat(3, axis=2)
    folder = write_digits(place / "in", large, IMAGES)
    (folder / "copy.png").write_bytes((folder / "even" / "010.png").read_bytes())
    for name, source, kind in (
        ("copy.bmp", "even/010.png", {}),
        ("again.jpg", "odd/021.png", {"quality": 92}),
        ("once more.jpg", "odd/021.png", {"quality": 85}),
    ):
        with Image.open(folder / source) as image:
            image.save(folder / name, **kind)
    run = latent_run(place / "run", side=24, numbers=16)
    options = EmbedOptions(thumbnails=True)
    embed_images(run, [folder], place / "l.npz", options=options)
    embed_images(run, [folder], place / "bare.npz")
    return place


@pytest.fixture(scope="module")
def run(place):
    from hourglass.runs import RunFolder

    return RunFolder(place / "run")


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_an_image_finds_itself_first(run, place, metric):
    image = place / "in" / "odd" / "033.png"
    found = similar_images(run, image, place / "l.npz", count=5, metric=metric)
    assert (found.found[0].path, found.found[0].label) == ("odd/033.png", "")
    assert found.found[0].distance == pytest.approx(0, abs=1e-3)
    distances = [one.distance for one in found.found]
    assert len(distances) == 5 and distances == sorted(distances)
    assert found.searched == IMAGES + 4


def test_what_was_not_searched_for_is_told(run, place, tmp_path):
    with Image.open(place / "in" / "odd" / "033.png") as page:
        page.save(tmp_path / "pages.tif", save_all=True, append_images=[page])
    found = similar_images(run, tmp_path / "pages.tif", place / "l.npz")
    assert found.found[0].path == "odd/033.png"
    assert found.notes == ("1 file has several frames or pages, of which the first was taken.",)


def test_copies_come_before_all_others(run, place):
    found = similar_images(run, place / "in" / "odd" / "021.png", place / "l.npz", count=3).found
    assert {one.path for one in found} == {"odd/021.png", "again.jpg", "once more.jpg"}


def test_the_sheet_shows_the_image_and_what_was_found(run, place, tmp_path):
    image, sheet = place / "in" / "odd" / "033.png", tmp_path / "sheet.png"
    found = similar_images(run, image, place / "l.npz", count=7, sheet=sheet)
    assert found.sheet == str(sheet)
    assert min(read_image_file(sheet).shape[:2]) > 200
    with pytest.raises(OutputExistsError):
        similar_images(run, image, place / "l.npz", sheet=sheet)
    with pytest.raises(ConfigurationError, match="no small pictures"):
        similar_images(run, image, place / "bare.npz", sheet=tmp_path / "other.png")
    with pytest.raises(ConfigurationError, match="PNG file"):
        similar_images(run, image, place / "l.npz", sheet=tmp_path / "sheet.jpg")


def test_latents_of_another_model_are_refused(place, tmp_path):
    other = latent_run(tmp_path / "other", side=24, numbers=16, seed=1)
    with pytest.raises(ConfigurationError, match="latents of another model"):
        similar_images(other, place / "in" / "copy.png", place / "l.npz")


def test_an_image_that_does_not_fit_is_refused(run, place, tmp_path):
    write_image_file(tmp_path / "small.png", np.zeros((8, 8, 1), np.float32))
    with pytest.raises(DataError, match="height 24"):
        similar_images(run, tmp_path / "small.png", place / "l.npz")
    with pytest.raises(MissingPathError):
        similar_images(run, tmp_path / "none.png", place / "l.npz")


def kinds(found):
    return {frozenset((pair.first_path, pair.second_path)): pair.kind for pair in found.pairs}


def test_copies_are_found_and_told_apart(place):
    found = find_duplicates(place / "l.npz")
    # Exact copies are each paired with the first of them.
    assert kinds(found) == {
        frozenset(("copy.bmp", "copy.png")): "exact",
        frozenset(("copy.bmp", "even/010.png")): "exact",
        frozenset(("odd/021.png", "again.jpg")): "near",
        frozenset(("odd/021.png", "once more.jpg")): "near",
        frozenset(("again.jpg", "once more.jpg")): "near",
    }
    assert found.groups == 2
    assert (found.count("exact"), found.count("near")) == (2, 3)


def test_images_that_differ_are_no_copies(place):
    _, rows = read_latents(place / "l.npz")
    copies = {"copy.png", "copy.bmp", "even/010.png", "again.jpg", "once more.jpg", "odd/021.png"}
    pairs = find_duplicates(place / "l.npz").pairs
    assert {name for pair in pairs for name in (pair.first_path, pair.second_path)} == copies
    assert len(rows) == IMAGES + 4


def test_what_only_the_latents_suggest_is_refuted_by_the_pictures(place):
    wide = find_duplicates(place / "l.npz", within=1e6)
    assert wide.refuted > 7000 and 3 <= wide.count("near") <= 30
    assert wide.difference_within is not None


def test_without_pictures_nothing_near_is_confirmed(place):
    found = find_duplicates(place / "bare.npz")
    assert found.count("near") == 0 and found.count("unconfirmed") >= 3
    assert found.count("exact") == 2


def test_table_and_sheet_tell_what_was_found(place, tmp_path):
    table, sheet = tmp_path / "pairs.csv", tmp_path / "sheet.png"
    found = find_duplicates(place / "l.npz", output=table, sheet=sheet)
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["first_path"] for row in rows] == [pair.first_path for pair in found.pairs]
    assert read_image_file(sheet).shape[2] == 3
    find_duplicates(place / "l.npz", output=tmp_path / "pairs.json")
    again = from_json(Duplicates, (tmp_path / "pairs.json").read_bytes(), "pairs.json")
    assert again.pairs == found.pairs
    assert json.loads((tmp_path / "pairs.json").read_text())["rule"].startswith(
        "Near: small pictures"
    )
    for words in ({"output": table}, {"sheet": sheet}):
        with pytest.raises(OutputExistsError):
            find_duplicates(place / "l.npz", **words)
    with pytest.raises(ConfigurationError, match="CSV or JSON"):
        find_duplicates(place / "l.npz", output=tmp_path / "pairs.txt")


def test_of_few_images_only_exact_copies_are_told(run, place, tmp_path):
    files = [place / "in" / name for name in ("copy.png", "copy.bmp", "again.jpg")]
    embed_images(run, files, tmp_path / "few.npz")
    found = find_duplicates(tmp_path / "few.npz")
    assert (found.count("exact"), len(found.pairs)) == (1, 1)
    assert "Too few images" in found.rule


def test_a_model_that_was_handed_on_searches_what_its_run_has_written(run, place, tmp_path):
    model, spec = load_model(run.model)
    found = BundleFile(save_bundle(model, spec, tmp_path / "m.hourglass"))
    image = place / "in" / "odd" / "033.png"
    assert similar_images(found, image, place / "l.npz", count=1).found[0].path == "odd/033.png"
    embed_images(found, [place / "in"], tmp_path / "l.npz", options=EmbedOptions(thumbnails=True))
    assert (tmp_path / "l.npz").read_bytes() == (place / "l.npz").read_bytes()
