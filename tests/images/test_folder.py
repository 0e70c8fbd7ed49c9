"""Folders of image files."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hourglass.errors import ConfigurationError, DataError, ImageShapeError
from hourglass.images import ArrayImages, load_folder, load_images
from hourglass.records import FolderOptions

GRAY = np.arange(20, dtype=np.uint8).reshape(4, 5)
COLOR = np.dstack([GRAY, GRAY, GRAY])


def test_a_flat_folder_is_read_in_the_order_of_names(tmp_path, save):
    for number in (3, 1, 2):
        save(tmp_path / f"{number}.png", GRAY + number)
    data_set = load_images(str(tmp_path))
    assert data_set.train.pixels[:, 0, 0, 0].tolist() == [1, 2, 3]
    assert data_set.train.labels is None and data_set.test is None
    assert data_set.name == tmp_path.name


def test_sub_folders_are_classes(tmp_path, save):
    save(tmp_path / "shoe" / "a.png", GRAY)
    save(tmp_path / "bag" / "b.png", GRAY + 1)
    save(tmp_path / "bag" / "deeper" / "c.png", GRAY + 2)
    train = load_images(str(tmp_path)).train
    assert train.class_names == ("bag", "shoe")
    assert train.labels.tolist() == [0, 0, 1]
    assert train.pixels[:, 0, 0, 0].tolist() == [1, 2, 0]


@pytest.mark.parametrize("validation", ["val", "valid", "validation", "Val"])
def test_folders_named_after_splits_are_splits(tmp_path, save, validation):
    for number, split in enumerate(["train", validation, "test"]):
        save(tmp_path / split / "a.png", GRAY + number)
    data_set = load_images(str(tmp_path))
    firsts = {split: images.pixels[0, 0, 0, 0] for split, images in data_set.parts.items()}
    assert firsts == {"train": 0, "validation": 1, "test": 2}


def test_splits_share_their_class_names(tmp_path, save):
    save(tmp_path / "train" / "bag" / "a.png", GRAY)
    save(tmp_path / "train" / "shoe" / "a.png", GRAY)
    save(tmp_path / "test" / "shoe" / "a.png", GRAY)
    data_set = load_images(str(tmp_path))
    assert data_set.test.class_names == data_set.train.class_names == ("bag", "shoe")
    assert data_set.test.labels.tolist() == [1]
    assert data_set.validation is None


def test_a_class_may_be_called_test(tmp_path, save):
    save(tmp_path / "test" / "a.png", GRAY)
    save(tmp_path / "probe" / "a.png", GRAY)
    assert load_images(str(tmp_path)).train.class_names == ("probe", "test")


def test_a_class_may_be_called_train(tmp_path, save):
    for name in ("car", "train"):
        save(tmp_path / name / "a.png", GRAY)
    (tmp_path / "empty").mkdir()
    assert load_images(str(tmp_path)).train.class_names == ("car", "train")


def test_a_folder_without_images_beside_the_splits_does_no_harm(tmp_path, save):
    save(tmp_path / "train" / "bag" / "a.png", GRAY)
    (tmp_path / "notes").mkdir()
    assert load_images(str(tmp_path)).train.class_names == ("bag",)


def test_hidden_files_and_other_files_are_left_out(tmp_path, save):
    save(tmp_path / "a.PNG", GRAY)
    save(tmp_path / ".b.png", GRAY)
    save(tmp_path / ".cache" / "c.png", GRAY)
    (tmp_path / "notes.txt").write_text("not an image")
    assert len(load_images(str(tmp_path)).train) == 1


def test_links_that_stay_inside_are_followed_and_others_are_not(tmp_path, save):
    outside = save(tmp_path / "outside" / "secret.png", GRAY)
    folder = tmp_path / "photos"
    inside = save(folder / "a.png", GRAY + 1)
    (folder / "b.png").symlink_to(inside)
    (folder / "c.png").symlink_to(outside)
    (folder / "class").symlink_to(outside.parent)
    (folder / "loop").symlink_to(folder / "loop")
    assert load_images(str(folder)).train.pixels[:, 0, 0, 0].tolist() == [1, 1]


def test_sixteen_bit_images_stay_so(tmp_path, save):
    save(tmp_path / "a.png", GRAY.astype(np.uint16) * 1000)
    assert load_images(str(tmp_path)).train.dtype == np.uint16


def test_alpha_is_left_out_only_where_no_image_uses_it(tmp_path, save):
    opaque = np.dstack([COLOR, np.full((4, 5), 255, np.uint8)])
    save(tmp_path / "a.png", opaque)
    save(tmp_path / "b.png", opaque)
    assert load_images(str(tmp_path)).train.shape == (4, 5, 3)
    save(tmp_path / "c.png", np.dstack([COLOR, GRAY]))
    assert load_images(str(tmp_path)).train.shape == (4, 5, 4)


def test_an_empty_folder_tells_what_is_looked_for(tmp_path):
    (tmp_path / "notes.txt").touch()
    with pytest.raises(DataError, match=r"no image files.*\.bmp, \.dib, \.gif.*\.webp"):
        load_images(str(tmp_path))


def test_images_of_several_sizes_are_read_one_by_one(tmp_path, save):
    save(tmp_path / "a.png", GRAY)
    save(tmp_path / "wide.png", np.full((4, 9), 255, np.uint8))
    images = load_images(str(tmp_path)).train
    assert images.shape == (4, None, 1) and images.sides.tolist() == [[4, 5], [4, 9]]
    assert (images.read(np.array([1, 1])) == 1).all()
    with pytest.raises(ImageShapeError, match=r"one array; .*4×5 to 4×9"):
        images.read_all()


@pytest.mark.parametrize(
    ("odd", "shape", "dtype", "note"),
    [
        (COLOR, (4, 5, 3), "uint8", "Gray images given three equal channels: 1."),
        (GRAY.astype(np.uint16) * 257, (4, 5, 1), "uint16", "Images of 8 bits widened to 16: 1."),
        (np.dstack([COLOR, GRAY + 1]), (4, 5, 3), "uint8", "Images whose alpha hides something"),
    ],
    ids=["color", "16 bit", "alpha"],
)
def test_channels_and_depths_become_those_of_the_richest(tmp_path, save, odd, shape, dtype, note):
    save(tmp_path / "plain.png", GRAY)
    save(tmp_path / "odd.png", odd)
    data_set = load_images(str(tmp_path))
    assert (data_set.train.shape, data_set.train.dtype.name) == (shape, dtype)
    odd, plain = data_set.train.read_all()
    assert np.array_equal(odd, plain)
    assert any(line.startswith(note) for line in data_set.folder.notes)


def test_every_bad_file_is_named_with_its_reason_in_one_error(tmp_path, save):
    save(tmp_path / "good.png", GRAY)
    cut = save(tmp_path / "cut.png", np.random.default_rng(0).integers(0, 256, (4, 5), np.uint8))
    cut.write_bytes(cut.read_bytes()[:-30])
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.gif").write_text("no image")
    with pytest.raises(DataError, match="3 of 4 files cannot be read") as caught:
        load_images(str(tmp_path))
    told = str(caught.value)
    assert "empty.jpg (it is empty)" in told
    assert "text.gif (it is no PNG" in told
    assert "cut.png (" in told and "good.png" not in told


@pytest.mark.parametrize(
    ("options", "shape"),
    [({"resize": 3}, (3, 3)), ({"resize": "2x4"}, (2, 4)), ({"crop": (3, 2)}, (3, 2))],
)
def test_sizes_are_brought_to_one(tmp_path, save, options, shape):
    save(tmp_path / "a.png", GRAY)
    save(tmp_path / "b.png", np.tile(GRAY, (2, 3)))
    data_set = load_images(tmp_path, folder=FolderOptions(**options))
    assert isinstance(data_set.train, ArrayImages) and data_set.train.shape[:2] == shape
    assert data_set.folder.sizes == "4×5 to 8×15"
    if "crop" in options:
        assert np.array_equal(data_set.train.pixels[0, ..., 0], GRAY[0:3, 1:3])


def test_resizing_keeps_flat_images_flat_in_16_bits(tmp_path, save):
    save(tmp_path / "a.png", np.full((9, 7), 51_234, np.uint16))
    train = load_images(tmp_path, folder=FolderOptions(resize="4x5")).train
    assert (train.pixels == 51_234).all() and train.dtype == np.uint16


def test_color_becomes_gray_where_that_is_asked_for(tmp_path, save):
    save(tmp_path / "a.png", np.broadcast_to(np.array([200, 100, 50], np.uint8), (4, 5, 3)))
    train = load_images(tmp_path, folder=FolderOptions(color="gray")).train
    assert (train.pixels == 124).all() and train.shape == (4, 5, 1)


@pytest.mark.parametrize("options", [{"crop": 5}, {"max_pixels": 19}])
def test_what_does_not_fit_is_a_bad_file(tmp_path, save, options):
    save(tmp_path / "a.png", GRAY)
    with pytest.raises(DataError, match=r"1 of 1 files .*a\.png \(it (is 4×5|has 20)"):
        load_images(tmp_path, folder=FolderOptions(**options))


def test_bad_files_are_skipped_and_told_where_that_is_asked_for(tmp_path, save):
    for split in ("train", "test"):
        save(tmp_path / split / "bag" / "a.png", GRAY)
        save(tmp_path / split / "hat" / "b.png", GRAY + 1)
    (tmp_path / "train" / "bag" / "empty.jpg").touch()
    skipping = FolderOptions(skip_bad=True)
    data_set = load_images(tmp_path, folder=skipping)
    assert data_set.train.labels.tolist() == data_set.test.labels.tolist() == [0, 1]
    assert data_set.folder.skipped == 1
    assert list(data_set.folder.reasons.values()) == ["it is empty"]
    for file in (tmp_path / "test").rglob("*.png"):
        file.write_bytes(b"")
    with pytest.raises(DataError, match=r"3 of 5 files .*No image is left for test"):
        load_images(tmp_path, folder=skipping)


def test_what_is_kept_in_memory_follows_from_the_images_alone(tmp_path, save, monkeypatch):
    for number in range(40):
        save(tmp_path / f"{number:02}.png", GRAY + number)
    whole = load_folder(tmp_path, in_memory=40 * 20)
    # So little is held by a thread that most are decoded again.
    monkeypatch.setattr("hourglass.images.survey._HELD_BYTES", 50)
    again = load_folder(tmp_path, in_memory=40 * 20)
    assert again.train.fingerprint == whole.train.fingerprint and again.folder == whole.folder
    streamed = load_folder(tmp_path, in_memory=40 * 20 - 1)
    assert (whole.folder.kind, streamed.folder.kind) == ("memory", "files")
    assert np.array_equal(streamed.train.read_all(), whole.train.read_all())


def test_a_file_that_changes_while_it_is_used_is_named(tmp_path, save):
    save(tmp_path / "a.png", GRAY)
    images = load_folder(tmp_path, in_memory=0).train
    save(tmp_path / "a.png", GRAY + 1)
    with pytest.raises(DataError, match=r"a\.png has changed since it was checked"):
        images.read_all()
    (tmp_path / "a.png").unlink()
    with pytest.raises(DataError, match=r"a\.png could be read when it was checked: no such file"):
        images.read_all()


def test_of_several_frames_the_first_is_taken_and_that_is_told(tmp_path, save):
    frames = [Image.fromarray(GRAY + number) for number in range(3)]
    for name in ("a.gif", "b.tif", "c.png"):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:])
    save(tmp_path / "d.png", GRAY)
    (note,) = load_images(tmp_path, folder=FolderOptions(color="gray")).folder.notes[-1:]
    assert note.startswith("Files with several frames, of which the first was taken: 3.")


def test_options_of_folders_are_refused_for_other_data():
    with pytest.raises(ConfigurationError, match="crop, labels is for a folder of image files"):
        load_images("digits", folder=FolderOptions(crop=4, labels="none"))


def test_a_long_list_is_cut_and_the_rest_counted(tmp_path):
    for number in range(25):
        (tmp_path / f"{number:02}.png").touch()
    with pytest.raises(DataError, match=r"25 of 25.* and 5 more") as caught:
        load_images(str(tmp_path))
    assert str(caught.value).count(".png") == 20


def test_sub_folders_beside_loose_images_are_no_more_than_places(tmp_path, save):
    save(tmp_path / "bag" / "deep" / "b.png", GRAY + 1)
    save(tmp_path / "a.png", GRAY)
    train = load_images(str(tmp_path)).train
    assert train.labels is None and train.pixels[:, 0, 0, 0].tolist() == [0, 1]
    with pytest.raises(DataError, match=r"1 images of its own and sub-folders.*bag"):
        load_images(tmp_path, folder=FolderOptions(labels="folders"))
    (tmp_path / "a.png").unlink()
    assert load_images(tmp_path).train.labels.tolist() == [0]
    assert load_images(tmp_path, folder=FolderOptions(labels="none")).train.labels is None


@pytest.mark.parametrize("beside", ["c.png", "other/c.png"])
def test_images_beside_splits_are_refused(tmp_path, save, beside):
    save(tmp_path / "train" / "a.png", GRAY)
    save(tmp_path / "test" / "b.png", GRAY)
    save(tmp_path / beside, GRAY)
    with pytest.raises(DataError, match=f"images beside them: {beside.split('/')[0]}"):
        load_images(str(tmp_path))


def test_a_test_folder_without_a_train_folder_is_refused(tmp_path, save):
    save(tmp_path / "test" / "a.png", GRAY)
    with pytest.raises(DataError, match="no folder named train"):
        load_images(str(tmp_path))


def test_two_folders_for_one_split_are_refused(tmp_path, save):
    for split in ("train", "val", "valid"):
        save(tmp_path / split / "a.png", GRAY)
    with pytest.raises(DataError, match="two folders for one split: train, val, valid"):
        load_images(str(tmp_path))


def test_an_empty_split_is_refused(tmp_path, save):
    save(tmp_path / "train" / "a.png", GRAY)
    (tmp_path / "test").mkdir()
    with pytest.raises(DataError, match="test holds no image files"):
        load_images(str(tmp_path))


def test_an_unreadable_folder_is_refused(tmp_path, monkeypatch):
    def refuse(folder: Path) -> None:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(DataError, match=f"{tmp_path} could not be read: Permission denied"):
        load_images(tmp_path)
