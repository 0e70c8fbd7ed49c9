import os

import numpy as np
import pytest
from PIL import Image

from hourglass.errors import DataError, ImageShapeError, MissingPathError
from hourglass.images import (
    GivenFiles,
    ModelForm,
    decode_thumbnail,
    encode_thumbnail,
    write_image_file,
)

GRAY = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8, 1)


def put(folder, *names):
    for name in names:
        write_image_file(folder / name, GRAY)
    return folder


def test_names_are_from_the_folder_on_and_in_a_stable_order(tmp_path):
    files = GivenFiles([put(tmp_path / "in", "b/2.png", "a.png", "b/1.png", ".hidden.png")])
    assert [files.name(number) for number in range(len(files))] == ["a.png", "b/1.png", "b/2.png"]
    assert all(files.path(number).is_file() for number in range(3))


def test_several_inputs_keep_their_whole_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(put(tmp_path, "x/a.png", "y/a.png", "c.png"))
    files = GivenFiles([tmp_path.__class__(name) for name in ("y", "c.png", "x")])
    assert [files.name(number) for number in range(3)] == ["y/a.png", "c.png", "x/a.png"]


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (("cat/1.png", "dog/x/2.png"), ["cat", "dog"]),
        (("1.png", "dog/2.png"), ["", ""]),
        (("train/cat/1.png", "test/dog/2.png"), ["dog", "cat"]),
        (("train/1.png", "test/2.png"), ["", ""]),
    ],
)
def test_sub_folders_are_labels_where_training_takes_them_so(names, labels, tmp_path):
    files = GivenFiles([put(tmp_path, *names)])
    assert [files.label(number) for number in range(2)] == labels


def test_fingerprints_tell_other_files_from_files_that_were_written_again(tmp_path):
    put(tmp_path, "a.png", "b.png")
    listed, changed = GivenFiles([tmp_path]).fingerprints()
    os.utime(tmp_path / "a.png", ns=(0, 0))
    again, other = GivenFiles([tmp_path]).fingerprints()
    assert (again == listed, other == changed) == (True, False)
    put(tmp_path, "c.png")
    assert GivenFiles([tmp_path]).fingerprints()[0] != listed


def test_inputs_that_are_not_there_are_named(tmp_path):
    with pytest.raises(MissingPathError, match="There is no file or folder"):
        GivenFiles([tmp_path / "none"])
    with pytest.raises(MissingPathError, match="holds no image file"):
        GivenFiles([tmp_path])


def test_files_are_brought_to_the_form_of_a_model(tmp_path):
    Image.new("RGB", (16, 12), (255, 0, 0)).save(tmp_path / "red.png")
    path = tmp_path / "red.png"
    assert ModelForm((8, 8, 3), resize=(8, 8)).read(path).pixels.shape == (8, 8, 3)
    assert ModelForm((8, 8, 4), crop=(8, 8)).read(path).pixels[0, 0].tolist() == [255, 0, 0, 255]
    gray = ModelForm((8, 8, 1), resize=(8, 8), color="gray").read(path)
    assert gray.pixels.shape == (8, 8, 1) and np.all(gray.pixels == 76)
    with pytest.raises(ImageShapeError, match="takes images of height 8, width 8 and 1 channels"):
        ModelForm((8, 8, 1), resize=(8, 8)).read(path)
    with pytest.raises(ImageShapeError):
        ModelForm((8, 8, 3)).read(path)


def test_a_digest_is_of_the_pixels_and_not_of_the_file(tmp_path):
    put(tmp_path, "a.png")
    with Image.open(tmp_path / "a.png") as image:
        image.save(tmp_path / "b.bmp")
    form = ModelForm((4, 4, 1), resize=(4, 4))
    assert form.read(tmp_path / "a.png").digest == form.read(tmp_path / "b.bmp").digest


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_small_images_keep_every_pixel_in_a_thumbnail(channels):
    pixels = np.random.default_rng(0).integers(0, 256, (9, 7, channels), np.uint8)
    assert np.array_equal(decode_thumbnail(encode_thumbnail(pixels)) * 255, pixels)


def test_large_images_shrink_with_their_proportions():
    assert decode_thumbnail(encode_thumbnail(np.zeros((200, 100, 3), np.uint16))).shape == (
        64,
        32,
        3,
    )


@pytest.mark.parametrize(
    "content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + bytes(99), bytes(10**6)]
)
def test_a_thumbnail_that_is_none_is_refused(content):
    with pytest.raises(DataError, match="A thumbnail cannot be read"):
        decode_thumbnail(content)
