"""A folder of any images, from the command line."""

import json

import numpy as np
import pytest
from PIL import Image

TRAIN = ["--noise", "0.1", "--units", "4", "4", "--epochs", "1", "--patch-size", "8", "--skip-bad"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory, hourglass_in):
    """Train on a folder with a bad file and go on without it; return the place and the end."""
    place = tmp_path_factory.mktemp("folders")
    chance = np.random.default_rng(0)
    for number in range(10):
        shape = (10 + number, 12, 3) if number % 3 else (12, 14)
        path = place / "photos" / "2024" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(chance.integers(0, 256, shape, np.uint8)).save(path)
    (place / "photos" / "note.png").write_text("no image")
    for name in ("raw.heic", "2024/raw.heic", "2024/notes.txt"):
        (place / "photos" / name).touch()
    return place, hourglass_in(place, "train", "photos", *TRAIN, "--output", "run")


def test_a_run_goes_on_without_bad_files_and_ends_with_3(trained):
    place, done = trained
    assert done.code == 3, done.err
    assert "Left out: photos/note.png (it is no PNG" in done.err
    assert "1 of 11 files were left out: photos/note.png" in done.err
    assert "10 image files of 11×12 to 18×12, cut into patches of 8×8" in done.err
    record = json.loads((place / "run" / "record.json").read_text())
    assert record["status"] == "finished" and record["image_shape"] == [8, 8, 3]
    assert record["folder"]["patch_size"] == 8 and record["folder"]["skipped"] == 1
    assert "--patch-size 8 --skip-bad" in record["command"]
    report = (place / "run" / "report.html").read_text()
    assert "cut into patches of 8×8" in report and "note.png" in report
    line = "Left out: 2 .heic (convert them to PNG, JPEG or TIFF)."
    assert line in done.err and line in report
    assert record["folder"]["not_listed"] == {".heic": 2}


def test_such_a_run_is_measured_again_and_repeated_from_its_file(trained, hourglass_in):
    place, done = trained
    again = hourglass_in(place, "evaluate", "run")
    assert again.code == 0 and "Warning" not in again.err
    table = [line for line in done.out.splitlines() if "U-Net" in line and "│" in line]
    assert table and table[0] in again.out
    words = ["train", "--config", "run/experiment.toml", "--output", "other"]
    assert hourglass_in(place, *words, "--resize", "8x9", "--crop", "8").code == 2


def test_without_skipping_the_bad_files_are_named_and_nothing_is_begun(trained, hourglass_in):
    place, _ = trained
    done = hourglass_in(place, "train", "photos", *TRAIN[:-1], "--output", "none")
    assert done.code == 65 and "1 of 11 files" in done.err and "note.png" in done.err
    assert not (place / "none").exists()
    sizes = hourglass_in(place, "train", "photos", "--skip-bad", "--output", "none")
    assert sizes.code == 65 and "--resize 64 or --crop 64" in sizes.err


def test_a_folder_is_shown_with_its_sizes_formats_and_bad_files(trained, hourglass_in):
    place, _ = trained
    shown = hourglass_in(place, "data", "show", "photos")
    assert shown.code == 0
    for words in ("any × any × 3", "11×12 to 18×12", "10 png", "left out     photos/note.png"):
        assert words in shown.out
    assert "left out     2 .heic (convert them to PNG, JPEG or TIFF)\n" in shown.out


def test_denoised_files_tell_what_was_left_out(trained, hourglass_in):
    place, _ = trained
    line = "Left out: 2 .heic (convert them to PNG, JPEG or TIFF).\n"
    done = hourglass_in(place, "denoise", "run", "photos", "--output", "out")
    assert done.code == 3 and line in done.out
    done = hourglass_in(place, "denoise", "run", "photos", "--output", "out", "--json")
    assert json.loads(done.out)["not_listed"] == {".heic": 2}


def test_splits_are_shown_and_can_be_asked_to_be_none(tmp_path, hourglass_in):
    for number, folder in enumerate(("Training/a", "Training/b", "Testing/a", "Testing/b")):
        (tmp_path / "set" / folder).mkdir(parents=True)
        image = Image.fromarray(np.full((8, 8), number, np.uint8))
        image.save(tmp_path / "set" / folder / "0.png")
    shown = hourglass_in(tmp_path, "data", "show", "set")
    assert "2 train, 2 test" in shown.out and "classes      a, b" in shown.out
    assert "note         Took Training as train and Testing as test" in shown.out
    whole = hourglass_in(tmp_path, "data", "show", "set", "--splits", "none")
    assert "4 train" in whole.out and "classes      Testing, Training" in whole.out
    assert hourglass_in(tmp_path, "data", "show", "digits", "--splits", "none").code == 2
