"""Classes, splits and groups from a table, and what does not fit together."""

import codecs
import sys

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hourglass.errors import ConfigurationError, DataError, MissingPathError, printable
from hourglass.images import load_images, load_splits, write_image_file
from hourglass.images.labels_table import numbered
from hourglass.records import FolderOptions

NAMES = [f"{number:02d}.png" for number in range(12)]
KINDS = [("hat", "shoe", "shirt")[number % 3] for number in range(12)]


@pytest.fixture
def photos(tmp_path):
    """Return a folder of 12 images, each as bright as its number."""
    for number, name in enumerate(NAMES):
        write_image_file(tmp_path / "photos" / name, np.full((4, 5, 1), number / 255, np.float32))
    return tmp_path / "photos"


@pytest.fixture
def table(tmp_path):
    """Return a function that writes a table of text."""

    def write(*rows, name="labels.csv", separator=",", end="\n", encoding="utf-8", mark=b""):
        text = end.join(separator.join(map(str, row)) for row in rows) + end
        (tmp_path / name).write_bytes(mark + text.encode(encoding))
        return str(tmp_path / name)

    return write


def load(photos, table, **options):
    return load_images(photos, folder=FolderOptions(labels=table, **options))


def classes(images):
    """Return the class of each image by its number."""
    numbers = [round(float(value) * 255) for value in images.read_all()[:, 0, 0, 0]]
    names = (images.class_names[label] for label in images.labels)
    return dict(zip(numbers, names, strict=True))


def rows(names=NAMES, kinds=KINDS):
    return list(zip(names, kinds, strict=True))


@pytest.mark.parametrize(
    ("file", "label"),
    [
        ("file_name", "label"),
        ("filename", "class"),
        ("Image Path", "Category"),
        ("image_id", "diagnosis"),
        ("Path", "ClassId"),
        ("img", "target"),
    ],
)
def test_columns_have_the_names_that_people_give_them(photos, table, file, label):
    found = load(photos, table(("row", file, label), *((0, *row) for row in rows())))
    assert classes(found.train) == dict(enumerate(KINDS))
    assert found.train.class_names == ("hat", "shirt", "shoe")
    assert f"files in {file}, classes in {label}" in found.folder.notes[-1]


@pytest.mark.parametrize(
    ("spelled", "words"),
    [
        ("{name}", None),
        ("photos/{name}", "the end of their path"),
        ("C:\\data\\photos\\{name}", "the end of their path"),
        ("./{name}", None),
        ("{stem}", "without the ending"),
        ("{stem}.JPG", "without the ending"),
        ("/home/ann/{stem}.tif", "without the ending"),
    ],
)
def test_files_are_found_by_path_name_or_stem(photos, table, spelled, words):
    names = [spelled.format(name=name, stem=name[:-4]) for name in NAMES]
    found = load(photos, table(("image", "label"), *rows(names)))
    assert classes(found.train) == dict(enumerate(KINDS))
    assert any(words in note for note in found.folder.notes) if words else True
    assert sum(note.startswith("Files matched") for note in found.folder.notes) == bool(words)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"separator": ";"},
        {"separator": "\t", "name": "labels.tsv"},
        {"end": "\r\n"},
        {"end": "\r"},
        {"mark": codecs.BOM_UTF8},
        {"separator": ";", "end": "\r\n", "mark": codecs.BOM_UTF8},
    ],
)
def test_tables_come_from_any_program(photos, table, form):
    quoted = [(name, f'"{kind}{form.get("separator", ",")} large"') for name, kind in rows()]
    found = load(photos, table(("file", "label"), *quoted, **form))
    shown = printable(form.get("separator", ","))
    assert classes(found.train)[0] == f"hat{shown} large"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("file,label\n00.png,hat\n".encode("utf-16"), "UTF-16.*CSV UTF-8"),
        ("file,label\n00.png,hat\n".encode("utf-16-le"), "UTF-16.*CSV UTF-8"),
        ("file,label\n00.png,Hüte\n".encode("cp1252"), "not text in UTF-8"),
        (b"PK\x03\x04 [Content_Types].xml", "Office document"),
        (b"file,label\n00.png\n", "line 2: 2 fields were expected.* 1 came"),
        (b"file,label\n00.png,hat,red\n", "line 2: 2 fields were expected.* 3 came"),
        (b"", "the columns none"),
        (b"00.png,hat\n01.png,shoe\n", "has the columns 00.png, hat; .*first line must name"),
        (b"file,size\n00.png,3\n", "has the columns file, size; .*diagnosis"),
        (b"file,label\n", "no rows"),
    ],
)
def test_what_is_no_such_table_is_named(photos, tmp_path, content, words):
    (tmp_path / "labels.csv").write_bytes(content)
    with pytest.raises(DataError, match=words):
        load(photos, str(tmp_path / "labels.csv"))


def test_parquet_is_read_and_asked_for_by_name(photos, tmp_path, monkeypatch):
    path = tmp_path / "labels.parquet"
    columns = {"file_name": NAMES, "label": [9, 10, 11] * 4, "image": [{"bytes": b"x"}] * 12}
    pyarrow.parquet.write_table(pyarrow.table(columns), path)
    found = load(photos, str(path))
    assert found.train.class_names == ("9", "10", "11") and classes(found.train)[1] == "10"
    nested = {"image": columns["image"], "label": columns["label"]}
    pyarrow.parquet.write_table(pyarrow.table(nested), path)
    with pytest.raises(DataError, match="images inside a Parquet file are not read"):
        load(photos, str(path))
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(DataError, match="no whole Parquet file"):
        load(photos, str(path))
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match=r"hourglass-autoencoders\[parquet\]"):
        load(photos, str(path))


def test_rows_and_files_must_belong_together(photos, table):
    wrong = [*rows()[2:], ("99.png", "hat"), ("02.png", "hat"), ("03.png", "hat")]
    path = table(("file", "label"), *wrong, ("04.png", ""))
    with pytest.raises(DataError) as refused:
        load(photos, path)
    for words in (
        "1 of 14 rows name no file: 99.png",
        "4 of 12 files lack a row: 00.png (it has no row), 01.png (it has no row), "
        "02.png (it has rows with label shirt and hat), 04.png (its row has no label)",
    ):
        assert words in str(refused.value)
    found = load(photos, path, skip_bad=True)
    assert sorted(classes(found.train)) == [3, 5, 6, 7, 8, 9, 10, 11]
    assert (found.folder.files, found.folder.skipped) == (8, 4)
    assert f"it has no row in {path}" in found.folder.reasons.values()
    notes = " ".join(found.folder.notes)
    assert "Ignored: 1 of 14 rows" in notes and "Rows that repeat another one: 1" in notes


def test_a_name_that_two_files_have_is_not_guessed(photos, table):
    write_image_file(photos / "more" / "00.png", np.zeros((4, 5, 1), np.float32))
    (photos / "00.png").rename(photos / "more" / "old.png")
    write_image_file(photos / "again" / "00.png", np.zeros((4, 5, 1), np.float32))
    with pytest.raises(DataError, match=r"1 of 12 rows name more than one file: 00\.png"):
        load(photos, table(("file", "label"), *rows()))


def test_a_table_of_more_folders_is_not_mixed_up(photos, table):
    """Of ``photos/00.png`` and ``other/00.png`` the first is meant in the folder photos."""
    both = [(f"{folder}/{name}", kind) for folder in ("other", "photos") for name, kind in rows()]
    wrong = [(name, "none") if "other" in name else (name, kind) for name, kind in both]
    for content in (both, wrong):
        path = table(("file", "label"), *content)
        with pytest.raises(DataError, match="12 of 24 rows name no file: other/00"):
            load(photos, path)
        found = load(photos, path, skip_bad=True)
        assert classes(found.train) == dict(enumerate(KINDS)) and found.folder.skipped == 0
    unsure = [(f"{folder}/{name}", kind) for folder in ("a", "b") for name, kind in rows()]
    with pytest.raises(DataError, match=r"12 of 12 .*00\.png \(both a/00\.png and b/00\.png could"):
        load(photos, table(("file", "label"), *unsure))


def test_one_table_may_hold_names_and_numbers_of_classes_but_not_two_questions(photos, table):
    numbers = [{"hat": 0, "shoe": 1, "shirt": 2}[kind] for kind in KINDS]
    both = [(*row, number) for row, number in zip(rows(), numbers, strict=True)]
    found = load(photos, table(("file", "class_id", "class"), *((a, c, b) for a, b, c in both)))
    assert classes(found.train) == dict(enumerate(KINDS))
    other = [(name, kind, index % 2) for index, (name, kind) in enumerate(rows())]
    with pytest.raises(DataError, match=r"several columns.*: diagnosis, target. Keep one"):
        load(photos, table(("file", "diagnosis", "target"), *other))


def test_a_column_of_splits_gives_the_splits(photos, table):
    words = ["Training", "val", "TEST"]
    split = [(*row, words[max(0, index - 9)]) for index, row in enumerate(rows())]
    found = load(photos, table(("file", "label", "Split"), *split))
    assert {name: len(part) for name, part in found.parts.items()} == {
        "train": 10,
        "validation": 1,
        "test": 1,
    }
    assert classes(found.test) == {11: "shirt"} and "splits in Split" in found.folder.notes[-1]
    split[3] = (*split[3][:2], "later")
    with pytest.raises(DataError, match="names of splits and others: later"):
        load(photos, table(("file", "label", "Split"), *split))
    folds = [(*row, index % 5) for index, row in enumerate(rows())]
    found = load(photos, table(("file", "label", "fold"), *folds))
    assert len(found.train) == 12 and "Column fold holds no names" in found.folder.notes[-1]
    both = [(*row, index) for index, row in enumerate(split[:3])]
    found = load(photos, table(("file", "label", "Split", "fold"), *both), skip_bad=True)
    assert "splits in Split" in found.folder.notes[0] and "Column fold" in found.folder.notes[1]
    twice = [(*row, "val") for row in split[:3]]
    with pytest.raises(DataError, match="several columns of splits that differ: Split, set"):
        load(photos, table(("file", "label", "Split", "set"), *twice))
    only_test = [(*row, "test") for row in rows()]
    with pytest.raises(DataError, match=r"no image of .* to train on"):
        load(photos, table(("file", "label", "split"), *only_test))


def test_folders_of_splits_stay_splits_beside_a_table(photos, table):
    for name in NAMES[:3]:
        (photos / "val").mkdir(exist_ok=True)
        (photos / name).rename(photos / "val" / name)
    (photos / "train").mkdir()
    for name in NAMES[3:]:
        (photos / name).rename(photos / "train" / name)
    found = load(photos, table(("file", "label"), *rows()))
    assert len(found.train) == 9 and classes(found.validation) == dict(enumerate(KINDS[:3]))


@pytest.mark.parametrize("in_memory", [0, 1 << 20])
def test_groups_are_never_separated(photos, table, in_memory):
    from hourglass.images.folder import load_folder
    from hourglass.images.split import split_images

    patients = [(*row, f"patient {index // 2}") for index, row in enumerate(rows())]
    path = table(("file", "label", "Patient ID"), *patients)
    options = FolderOptions(labels=path, groups="patient_id")
    splits = split_images(load_folder(photos, options, in_memory=in_memory), 0)
    homes = [{number // 2 for number in classes(part)} for part in splits.parts.values()]
    assert sum(map(len, homes)) == len(set.union(*homes)) == 6
    assert splits.notes[0] == ("Kept 6 groups together: 4 in train, 1 in validation, 1 in test.")


def test_groups_need_a_column_and_splits_of_their_own(photos, table):
    two = [(*row, index // 6) for index, row in enumerate(rows())]
    path = table(("file", "label", "plate"), *two)
    with pytest.raises(DataError, match="in 2 groups, and 3 groups are needed"):
        load_splits(photos, folder=FolderOptions(labels=path, groups="plate"))
    with pytest.raises(DataError, match=r"no column 'plat' .*Did you mean 'plate'"):
        load(photos, path, groups="plat")
    with pytest.raises(ConfigurationError, match="groups = plate names a column of a table"):
        FolderOptions(labels="none", groups="plate")
    with pytest.raises(ConfigurationError, match="there is none that fits"):
        load(photos, None, groups="plate")
    torn = [(*row, index // 2, ("train", "test")[index % 2]) for index, row in enumerate(rows())]
    path = table(("file", "label", "plate", "split"), *torn)
    with pytest.raises(DataError, match=r"6 of 6 groups .* lie in two splits: 0, 1"):
        load(photos, path, groups="plate")


def test_a_table_without_classes_groups_alone(photos, table):
    films = [(name, index // 3) for index, name in enumerate(NAMES)]
    found = load(photos, table(("file", "film"), *films), groups="film")
    assert found.train.labels is None and found.groups.tolist() == [i // 3 for i in range(12)]


def test_metadata_in_the_folder_is_taken_if_it_covers_all(photos, table):
    path = table(("file_name", "label"), *rows(), name="photos/metadata.csv")
    found = load_images(photos)
    assert classes(found.train) == dict(enumerate(KINDS))
    assert found.folder.notes == (f"Labels from {path}: files in file_name, classes in label.",)
    assert load(photos, "none").train.labels is None
    table(("file_name", "label"), *rows()[1:], name="photos/metadata.csv")
    found = load_images(photos)
    assert found.train.labels is None
    assert "Labels were not taken from" in found.folder.notes[-1]
    assert "1 of 12 files lack a row: 00.png" in found.folder.notes[-1]
    table(("file_name", "text"), *rows(), name="photos/metadata.csv")
    assert "Labels were not taken" in load_images(photos).folder.notes[-1]


def test_a_table_that_is_not_there_is_named(photos):
    with pytest.raises(
        MissingPathError, match=r"no table of labels folder. Did you mean 'folders'"
    ):
        load(photos, "folder")


def test_measurements_are_no_classes():
    chance = np.random.default_rng(0)
    with pytest.raises(DataError, match=r"holds 300 different numbers.*no classes"):
        numbered([f"{value:.6f}" for value in chance.random(300)], "t")
    with pytest.raises(DataError, match="another value for each of the 50 images"):
        numbered([f"a photo of thing {number}" for number in range(50)], "t")
    grades, names = numbered(["0.5", "1", "10", "2.5", "-1"] * 9, "t")
    assert names == ("-1", "0.5", "1", "2.5", "10") and grades[:5].tolist() == [1, 2, 4, 3, 0]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=4), min_size=1, max_size=15))
def test_every_label_is_numbered_as_its_name(values):
    numbers, names = numbered(values, "t")
    assert [names[number] for number in numbers] == values
    assert len(set(names)) == len(names)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(order=st.permutations(range(12)), separator=st.sampled_from(",;\t"))
def test_the_order_of_rows_changes_nothing(photos, table, order, separator):
    all_rows = rows()
    path = table(("file", "label"), *(all_rows[index] for index in order), separator=separator)
    assert classes(load(photos, path).train) == dict(enumerate(KINDS))
