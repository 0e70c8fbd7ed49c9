"""What the sub-folders of a folder stand for, and that every guess is told."""

import numpy as np
import pytest

from hourglass.errors import ConfigurationError, DataError
from hourglass.images import GivenFiles, describe, load_images
from hourglass.records import FolderOptions

CLASSES = ("cat", "dog")


@pytest.fixture
def make(tmp_path, save):
    """Return a function that puts two images, or other files, into each of some folders."""

    def put(*folders, ending="png"):
        for number, folder in enumerate(folders):
            for copy in range(2):
                path = tmp_path / folder / f"{copy}.{ending}"
                if ending == "png":
                    save(path, np.full((4, 5), 16 * number + copy, np.uint8))
                else:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text("no image")
        return tmp_path

    return put


def below(*parts, classes=CLASSES):
    return [f"{part}/{name}" for part in parts for name in classes]


def counts(data_set):
    return {split: len(images) for split, images in data_set.parts.items()}


@pytest.mark.parametrize(
    ("train", "validation", "test"),
    [
        ("Training", None, "Testing"),
        ("seg_train", None, "seg_test"),
        ("train_set", None, "test_set"),
        ("Train Images", "Valid Images", "Test Images"),
        ("training-data", "dev-data", "testing-data"),
        ("train2017", "val2017", None),
        ("DIV2K_train_HR", "DIV2K_valid_HR", None),
        ("imagesTr", None, "imagesTs"),
        ("TrainSet", "ValSet", "TestSet"),
        ("images/train", "images/val", None),
        ("archive/Training", None, "archive/Testing"),
        ("seg_train/seg_train", None, "seg_test/seg_test"),
    ],
)
def test_splits_are_recognized_by_names_of_a_kind_and_that_is_told(make, train, validation, test):
    folders = {"train": train, "validation": validation, "test": test}
    named = {split: name for split, name in folders.items() if name}
    root = make(*below(*named.values()))
    data_set = load_images(root)
    assert counts(data_set) == dict.fromkeys(named, 4)
    assert data_set.train.class_names == CLASSES
    assert data_set.train.labels.tolist() == [0, 0, 1, 1]
    (note,) = data_set.folder.notes
    for split, name in named.items():
        assert f"{name} as {split}" in note
    assert "cat, dog" in note and "--splits none" in note
    # One rule for all: what training takes for classes are labels of files, too.
    files = GivenFiles([root])
    assert {files.label(number) for number in range(len(files))} == set(CLASSES)
    assert files.notes == data_set.folder.notes
    whole = load_images(root, folder=FolderOptions(splits="none"))
    assert counts(whole) == {"train": 4 * len(named)} and not whole.folder.notes
    assert load_images(root, folder=FolderOptions(splits="folders")).parts.keys() == named.keys()


@pytest.mark.parametrize(
    "folders",
    [
        ["car", "train", "plane"],
        ["cars", "trains", "planes"],
        ["test", "tube"],
        ["en", "te", "tr"],
        ["train_station", "test_tube", "car"],
        ["train_station", "test_tube"],
        ["Testing", "Validation set"],
        ["model trains", "training shoes"],
    ],
)
def test_classes_named_like_splits_stay_classes(make, folders):
    data_set = load_images(make(*folders))
    assert data_set.train.class_names == tuple(sorted(folders))
    assert counts(data_set) == {"train": 2 * len(folders)}


def test_a_class_that_may_be_a_split_is_told(make):
    (note,) = load_images(make("car", "plane", "train")).folder.notes
    assert note == "Took train as a class, not as a split, because car and plane lie beside."


def test_names_that_were_always_splits_need_no_word(make):
    data_set = load_images(make(*below("train", "VAL", "Test")))
    assert counts(data_set) == {"train": 4, "validation": 4, "test": 4}
    assert data_set.folder.notes == () and data_set.folder.not_listed == {}


def test_labels_of_boxes_beside_images_are_no_split_and_need_no_word(make):
    make("labels/train", "labels/val", ending="txt")
    data_set = load_images(make("images/train", "images/val"))
    assert counts(data_set) == {"train": 2, "validation": 2}
    assert data_set.train.labels is None and data_set.folder.not_listed == {}


def test_images_for_predictions_are_left_out_with_a_word(make):
    folder = load_images(make(*below("seg_train", "seg_test"), "seg_pred")).folder
    assert folder.files == 8 and folder.not_listed == {"in seg_pred (of no split)": 2}
    assert folder.lines()[-1] == "Left out: 2 in seg_pred (of no split)."


def test_what_lies_beside_the_splits_is_counted(make, tmp_path):
    make("extra", "train", ending="heic")
    (tmp_path / "raw.dng").touch()
    folder = load_images(make("train", "test")).folder
    assert folder.not_listed == {".heic": 4, ".dng": 1}


def test_folders_that_repeat_their_classes_without_a_name_are_told(make):
    data_set = load_images(make(*below("2023", "2024")))
    assert data_set.train.class_names == ("2023", "2024")
    (note,) = data_set.folder.notes
    assert "2023 and 2024 as classes, although each has the same sub-folders: cat, dog" in note


@pytest.mark.parametrize(
    ("folders", "words"),
    [
        (below("Training", "Holdout"), "They look like splits"),
        (["trainA", "trainB", "testA", "testB"], "two folders for one split"),
        (["Training", "Testing", "other"], "images beside them: other"),
        (["train", "test", "car"], "images beside them: car"),
    ],
)
def test_what_cannot_be_told_is_refused_with_the_option_that_says_it(make, folders, words):
    with pytest.raises(DataError, match=rf"{words}.*--splits none"):
        load_images(make(*folders))
    taken = load_images(make(), folder=FolderOptions(splits="none"))
    assert counts(taken) == {"train": 2 * len(folders)}
    assert len(GivenFiles([make()])) == 2 * len(folders)


def test_splits_that_must_be_there_and_are_not_are_refused(make):
    with pytest.raises(DataError, match="no sub-folders that are recognized as splits: A and B"):
        load_images(make("A", "B"), folder=FolderOptions(splits="folders"))
    with pytest.raises(ConfigurationError, match="splits is for a folder"):
        load_images("digits", folder=FolderOptions(splits="none"))


def test_one_folder_of_what_would_be_refused_stays_a_class(make):
    data_set = load_images(make("album/test", "album/car", "album/train"))
    assert data_set.train.class_names == ("album",)
    assert data_set.folder.notes[0].startswith("Took album as a class, because ")


@pytest.mark.parametrize("normal", ["good", "ok"])
def test_the_layout_of_anomaly_data_sets(make, normal):
    root = make(f"train/{normal}", f"test/{normal}", "test/cut", "ground_truth/cut")
    facts = describe(root)
    assert facts.images == {"train": 2, "test": 4}
    assert facts.classes == tuple(sorted(["cut", normal]))
    assert facts.folder.not_listed == {"in ground_truth (masks)": 2}
    files = GivenFiles([root])
    assert (len(files), files.left_out) == (6, {"in ground_truth (masks)": 2})
    # Who names the folder means it.
    assert len(GivenFiles([root / "ground_truth"])) == 2


@pytest.mark.parametrize("above", ["", "Data/", "candle/Data/"])
def test_images_and_masks_side_by_side(make, above):
    folders = ("Images/Normal", "Images/Anomaly", "Masks/Anomaly")
    data_set = load_images(make(*(above + folder for folder in folders)))
    assert data_set.train.class_names == ("Anomaly", "Normal")
    assert data_set.folder.not_listed == {"in Masks (masks)": 2}


def test_files_without_an_ending_are_counted_among_the_formats(make):
    root = make("a")
    (root / "a" / "0.png").rename(root / "a" / "0")
    assert load_images(root).folder.formats == {"png": 1, "without an ending": 1}


def test_masks_that_are_taken_for_a_class_are_told(make):
    (note,) = load_images(make("images", "masks")).folder.notes
    assert note.startswith("Took masks as a class of images like images.")
    assert load_images(make("images", "masks") / "masks").folder.notes == ()
