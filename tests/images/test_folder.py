"""Folders of image files."""

from pathlib import Path

import numpy as np
import pytest

from hourglass.errors import DataError
from hourglass.images import load_images

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
    with pytest.raises(DataError, match=r"no images.*\.bmp, \.gif.*\.webp"):
        load_images(str(tmp_path))


def test_mixed_sizes_are_named_with_examples_and_counts(tmp_path, save):
    for number in range(3):
        save(tmp_path / f"a{number}.png", GRAY)
    save(tmp_path / "wide.png", np.zeros((4, 9), np.uint8))
    with pytest.raises(DataError) as caught:
        load_images(str(tmp_path))
    assert "4×5×1 uint8 (3, such as a0.png), 4×9×1 uint8 (1, such as wide.png)" in str(caught.value)
    assert "Resize" in str(caught.value)


@pytest.mark.parametrize("odd", [COLOR, GRAY.astype(np.uint16)], ids=["color", "16 bit"])
def test_mixed_channels_and_depths_are_named(tmp_path, save, odd):
    save(tmp_path / "plain.png", GRAY)
    save(tmp_path / "odd.png", odd)
    with pytest.raises(DataError, match=r"2 kinds: .*such as") as caught:
        load_images(str(tmp_path))
    assert "odd.png" in str(caught.value) and "plain.png" in str(caught.value)


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


def test_bad_files_are_named_beside_mixed_sizes(tmp_path, save):
    save(tmp_path / "a.png", GRAY)
    save(tmp_path / "b.png", GRAY.T)
    (tmp_path / "empty.jpg").touch()
    with pytest.raises(DataError, match=r"2 kinds.*1 of 3 files cannot be read.*empty\.jpg"):
        load_images(str(tmp_path))


def test_a_long_list_is_cut_and_the_rest_counted(tmp_path):
    for number in range(25):
        (tmp_path / f"{number:02}.png").touch()
    with pytest.raises(DataError, match=r"25 of 25.* and 5 more") as caught:
        load_images(str(tmp_path))
    assert str(caught.value).count(".png") == 20


def test_loose_images_beside_classes_are_refused(tmp_path, save):
    save(tmp_path / "a.png", GRAY)
    save(tmp_path / "bag" / "b.png", GRAY)
    with pytest.raises(DataError, match=r"1 images of its own and sub-folders.*bag"):
        load_images(str(tmp_path))


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
    with pytest.raises(DataError, match="test holds no images"):
        load_images(str(tmp_path))


def test_an_unreadable_folder_is_refused(tmp_path, monkeypatch):
    def refuse(folder: Path) -> None:
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(DataError, match=f"{tmp_path} could not be read: Permission denied"):
        load_images(tmp_path)
