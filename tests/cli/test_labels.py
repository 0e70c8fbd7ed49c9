"""Labels in tables, groups, rare classes and pairs, from the command line."""

import json
import zipfile

import numpy as np
import pytest
from PIL import Image

CLASSIFY = ["--objective", "classify", "--network", "dense", "--units", "8", "--epochs", "1"]
DENOISE = ["--units", "4", "4", "--patch-size", "8", "--epochs", "1"]


def save(path, light):
    path.parent.mkdir(parents=True, exist_ok=True)
    chance = np.random.default_rng(light)
    pixels = np.clip(chance.normal(light, 9, (8, 8)), 0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(path)


@pytest.fixture(scope="module")
def trained(tmp_path_factory, hourglass_in):
    """Train a classifier on wells of ten plates whose classes stand in a table."""
    place = tmp_path_factory.mktemp("labels")
    rows = ["file_name;label;plate"]
    for number in range(60):
        save(place / "wells" / f"{number:02d}.png", 60 + 40 * (number % 3))
        rows.append(f"{number:02d}.png;{('clear', 'cloudy', 'bad')[number % 3]};{number // 6}")
    (place / "lists").mkdir()
    (place / "lists" / "wells.csv").write_text("\r\n".join(rows), encoding="utf-8-sig")
    words = ["train", "wells", "--labels", "lists/wells.csv", "--groups", "plate", *CLASSIFY]
    done = hourglass_in(place, *words, "--output", "run")
    assert done.code == 0, done.err
    return place, done


def test_a_table_is_told_and_kept_with_the_run(trained):
    place, done = trained
    told = "Labels from lists/wells.csv: files in file_name, classes in label, groups in plate."
    groups = "Kept 10 groups together: 8 in train, 1 in validation, 1 in test."
    assert told in done.err and groups in done.err
    record = json.loads((place / "run" / "record.json").read_text())
    assert record["folder"]["notes"] == [told] and record["notes"] == [groups]
    assert "--labels lists/wells.csv --groups plate" in record["command"]
    assert record["images_by_split"] == {"train": 48, "validation": 6, "test": 6}
    asked = (place / "run" / "experiment.toml").read_text()
    assert 'labels = "lists/wells.csv"' in asked and 'groups = "plate"' in asked
    report = (place / "run" / "report.html").read_text()
    assert told in report and groups in report


def test_such_a_run_is_measured_again_repeated_and_handed_on(trained, hourglass_in):
    place, done = trained
    again = hourglass_in(place, "evaluate", "run")
    assert again.code == 0 and "Warning" not in again.err
    table = [line for line in done.out.splitlines() if "classifier" in line and "│" in line]
    assert table and table[0] in again.out
    words = ["train", "--config", "run/experiment.toml", "--epochs", "1"]
    assert hourglass_in(place, *words, "--output", "same").code == 0
    other = hourglass_in(place, *words, "--labels", "none", "--output", "other")
    assert other.code == 65 and "name a table of files and classes (--labels FILE)" in other.err
    assert hourglass_in(place, "export", "run", "--output", "model.hourglass").code == 0
    with zipfile.ZipFile(place / "model.hourglass") as archive:
        told = archive.read("model.json").decode()
    assert '"labels": "wells.csv"' in told and '"groups": "plate"' in told and "lists" not in told
    missing = hourglass_in(place, "evaluate", "model.hourglass")
    assert missing.code == 2 and "wells.csv, which is not here" in missing.err
    (place / "all").mkdir()
    (place / "all" / "wells").symlink_to(place / "wells")
    (place / "all" / "wells.csv").symlink_to(place / "lists" / "wells.csv")
    found = hourglass_in(place, "evaluate", "model.hourglass", "--data-dir", "all")
    assert found.code == 0 and "Warning" not in found.err


def test_files_without_a_row_are_named_or_left_out(trained, hourglass_in):
    place, _ = trained
    save(place / "more" / "extra.png", 90)
    for path in (place / "wells").iterdir():
        (place / "more" / path.name).write_bytes(path.read_bytes())
    words = ["train", "more", "--labels", "lists/wells.csv", *CLASSIFY, "--output", "more-run"]
    refused = hourglass_in(place, *words)
    assert refused.code == 65 and "1 of 61 files lack a row: extra.png (it has" in refused.err
    done = hourglass_in(place, *words, "--skip-bad")
    assert done.code == 3, done.err
    assert "Left out: more/extra.png (it has no row in lists/wells.csv)." in done.err


def test_the_class_that_lacks_images_is_named_alone(hourglass, tmp_path):
    for kind, count in (("bracket", 6), ("clip", 1), ("nut", 60), ("screw", 20)):
        for number in range(count):
            save(tmp_path / "parts" / kind / f"{number}.png", 60 + count)
    done = hourglass("train", "parts", *CLASSIFY, "--output", "run")
    assert done.code == 65 and not (tmp_path / "run").exists()
    assert (
        "needs every class in every split; in parts, clip has 1 image; 3 are needed. Add"
        in done.err
    )
    plain = ["--network", "dense", "--units", "8", "--epochs", "1", "--output", "run"]
    done = hourglass("train", "parts", *plain, "--expected", "collapse")
    assert done.code == 0, done.err
    note = "Classes missing from a split: clip has 1 image; 3 are needed."
    assert note in done.err
    assert json.loads((tmp_path / "run" / "record.json").read_text())["notes"] == [note]


@pytest.mark.parametrize("key", ["clean", "second-shot"])
def test_pairs_with_other_names_are_told_and_kept(hourglass, tmp_path, key):
    for number in range(6):
        save(tmp_path / "noisy" / f"{number}_NOISY.png", 60 + number)
        save(tmp_path / "other" / f"{number}_GT.png", 61 + number)
    words = ["train", "noisy", f"--{key}", "other", *DENOISE, "--output", "run"]
    refused = hourglass(*words)
    assert refused.code == 65 and "other has 6 images, the first 0_GT.png" in refused.err
    assert "--clean-name NOISY=GT would pair them all." in refused.err
    done = hourglass(*words, "--clean-name", "NOISY=GT")
    assert done.code == 0, done.err
    note = "Paired by replacing 'NOISY' with 'GT' in the names."
    record = json.loads((tmp_path / "run" / "record.json").read_text())
    assert note in done.err and note in record["folder"]["notes"]
    assert "--clean-name NOISY=GT" in record["command"]
    assert hourglass("evaluate", "run").code == 0


def test_a_table_of_pixels_is_data(hourglass, tmp_path):
    chance = np.random.default_rng(0)
    rows = np.column_stack([np.arange(60) % 3, chance.integers(0, 256, (60, 64))])
    np.savetxt(tmp_path / "tiny.csv", rows, "%d", ",")
    done = hourglass("train", "tiny.csv", *CLASSIFY, "--output", "run")
    assert done.code == 0, done.err
    note = "the first was read as the class, the other 64 as images of 8×8, row by row."
    assert note in done.err
    assert note in json.loads((tmp_path / "run" / "record.json").read_text())["notes"][0]
    shown = hourglass("data", "show", "tiny.csv").out
    assert "note         No line names the columns" in shown and "classes      0, 1, 2" in shown
