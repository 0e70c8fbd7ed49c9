"""IDX files: read as declared, or refused before they cost memory."""

import gzip
import io
import struct
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from hourglass.errors import DataError, ImageShapeError
from hourglass.images import load_images
from hourglass.images.idx import decode_idx, encode_idx, unpack
from memory import PEAK_MEMORY

IMAGES = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
LABELS = np.array([1, 0], np.uint8)


@given(
    array=st.one_of(
        arrays.arrays(np.uint8, arrays.array_shapes(min_dims=3, max_dims=3)),
        arrays.arrays(np.uint8, st.tuples(st.integers(0, 30))),
    ),
    packed=st.booleans(),
)
def test_what_is_encoded_is_decoded(array, packed):
    content = encode_idx(array)
    file = io.BytesIO(gzip.compress(content) if packed else content)
    assert np.array_equal(decode_idx(unpack(file, "it")), array)


@pytest.mark.parametrize("name", ["train-images-idx3-ubyte", "train-images-idx3-ubyte.gz"])
def test_one_file_is_loaded_with_the_labels_beside_it(tmp_path, name):
    pack = gzip.compress if name.endswith(".gz") else bytes
    (tmp_path / name).write_bytes(pack(encode_idx(IMAGES)))
    alone = load_images(str(tmp_path / name))
    assert np.array_equal(alone.train.pixels[..., 0], IMAGES) and alone.train.labels is None
    assert alone.name == "train-images-idx3-ubyte"
    beside = name.replace("images-idx3", "labels-idx1")
    (tmp_path / beside).write_bytes(pack(encode_idx(LABELS)))
    assert load_images(str(tmp_path / name)).train.labels.tolist() == [1, 0]


def test_a_folder_with_the_four_files_is_a_data_set(tmp_path, tiny_mnist):
    folder = tiny_mnist.put(tmp_path / "letters", packed=False)
    data_set = load_images(str(folder))
    assert {split: len(images) for split, images in data_set.parts.items()} == {
        "train": 20,
        "test": 10,
    }
    assert data_set.name == "letters"
    assert np.array_equal(data_set.test.labels, tiny_mnist.arrays["t10k-labels-idx1-ubyte"])


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_content_that_is_counted_first_is_read_the_same(packed, monkeypatch):
    monkeypatch.setattr("hourglass.images.idx._COUNTED_FIRST", 10)
    for array in (IMAGES, np.arange(40, dtype=np.uint8)):
        content = encode_idx(array)
        file = io.BytesIO(gzip.compress(content) if packed else content)
        assert unpack(file, "it") == content


def test_a_file_of_labels_is_refused(tmp_path):
    (tmp_path / "labels").write_bytes(encode_idx(LABELS))
    with pytest.raises(DataError, match="holds labels, not images"):
        load_images(str(tmp_path / "labels"))


def test_labels_that_do_not_belong_to_the_images_are_refused(tmp_path):
    (tmp_path / "images-idx3").write_bytes(encode_idx(IMAGES))
    (tmp_path / "labels-idx1").write_bytes(encode_idx(np.zeros(5, np.uint8)))
    with pytest.raises(
        ImageShapeError, match=r"images-idx3: .*\(2,\) was expected and \(5,\) came"
    ):
        load_images(str(tmp_path / "images-idx3"))


HEADER = struct.pack(">4I", 0x803, 2, 4, 3)
HUGE = struct.pack(">4I", 0x803, *[2**32 - 1] * 3)
LIES = {
    "empty": (b"", "no IDX file"),
    "text": (b"hello world, I am a text", "starts with 68 65 6c 6c"),
    "cut header": (HEADER[:9], "no IDX file"),
    "another type": (struct.pack(">4I", 0xD03, 1, 1, 1) + bytes(4), "00 00 0d 03"),
    "too short": (HEADER + bytes(23), "declares 40 bytes in its header and cannot hold more"),
    "too long": (HEADER + bytes(25), "holds more"),
    "huge": (HUGE + bytes(100), "cannot hold more than 116"),
    "negative": (struct.pack(">I3i", 0x803, -1, 4, 3) + bytes(24), "cannot hold more than"),
    "little-endian": (struct.pack("<4I", 0x803, 2, 4, 3) + bytes(24), "starts with 03 08 00 00"),
    "no image": (struct.pack(">4I", 0x803, 0, 4, 3), "At least one"),
    "too many labels": (struct.pack(">2I", 0x801, 9) + bytes(8), "declares 17 bytes"),
    "too few labels": (struct.pack(">2I", 0x801, 7) + bytes(8), "holds more"),
}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("lie", LIES)
def test_lies_are_told(tmp_path, lie, packed):
    content, words = LIES[lie]
    if packed and lie == "huge":
        words = "cannot hold more than"
    (tmp_path / "file").write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(DataError, match=words):
        load_images(str(tmp_path / "file"))


@pytest.mark.parametrize("keep", [2, 10, 15, -9, -4, -1])
def test_a_cut_gzip_file_is_refused(tmp_path, keep):
    (tmp_path / "file.gz").write_bytes(gzip.compress(encode_idx(IMAGES))[:keep])
    with pytest.raises(DataError, match=r"file\.gz is a damaged or cut gzip file"):
        load_images(str(tmp_path / "file.gz"))


def test_a_spoiled_gzip_file_is_refused(tmp_path):
    content = bytearray(gzip.compress(encode_idx(IMAGES)))
    content[-6] ^= 0xFF
    (tmp_path / "file.gz").write_bytes(content)
    with pytest.raises(DataError, match=r"damaged or cut.*CRC"):
        load_images(str(tmp_path / "file.gz"))


def test_decompression_stops_at_the_declared_length():
    # Two gibibytes of zeros, put together from members of a kibibyte each.
    bomb = gzip.compress(encode_idx(IMAGES)) + 2048 * gzip.compress(bytes(1 << 20))
    file = io.BytesIO(bomb)
    with pytest.raises(DataError, match="declares 40 bytes in its header and holds more"):
        unpack(file, "it")
    assert file.tell() <= 1 << 18


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_more_than_the_machine_could_hold_is_refused_unread(packed, monkeypatch):
    monkeypatch.setattr("hourglass.images.memory._machine_memory", lambda: 39)
    monkeypatch.setattr("hourglass.images.idx._count", None)
    content = encode_idx(IMAGES)
    with pytest.raises(DataError, match=r"it holds 40 bytes once it is unpacked.* has 39 bytes"):
        unpack(io.BytesIO(gzip.compress(content) if packed else content), "it")


def test_lies_are_told_without_asserts_and_without_memory(tmp_path):
    for name, (content, _) in LIES.items():
        (tmp_path / name).write_bytes(content)
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content))
        (tmp_path / f"{name}.cut.gz").write_bytes(gzip.compress(content)[:-5])
    # 250 MiB of zeros behind a header that declares more, and one that declares less.
    zeros = 250 * gzip.compress(bytes(1 << 20))
    for name, count in (("short.gz", 300), ("long.gz", 150)):
        header = struct.pack(">4I", 0x803, count, 1024, 1024)
        (tmp_path / name).write_bytes(gzip.compress(header) + zeros)
    script = f"""
import sys
from pathlib import Path
from hourglass.errors import DataError
from hourglass.images import load_images
before = peak_memory()
for path in Path({str(tmp_path)!r}).iterdir():
    try:
        load_images(path)
    except DataError:
        continue
    sys.exit(f"not refused: {{path.name}}")
sys.exit(peak_memory() - before > 100 * 1024)
"""
    done = subprocess.run(
        [sys.executable, "-O", "-c", PEAK_MEMORY + script], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
