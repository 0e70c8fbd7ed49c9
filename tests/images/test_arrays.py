"""NumPy's files."""

import io
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hourglass.errors import DataError, HourglassError, ImageShapeError
from hourglass.images import load_images
from memory import PEAK_MEMORY


def test_images_with_labels_and_names(tmp_path, pixels):
    path = tmp_path / "data.npz"
    np.savez(path, images=pixels, labels=np.arange(12) % 2, class_names=["hat", "shoe"], more=1)
    data_set = load_images(str(path))
    assert np.array_equal(data_set.train.pixels, pixels)
    assert data_set.train.class_names == ("hat", "shoe")
    assert data_set.name == "data" and data_set.source == str(path)


def test_images_alone_without_channels(tmp_path, pixels):
    np.savez_compressed(tmp_path / "data.npz", images=pixels[..., 0])
    train = load_images(str(tmp_path / "data.npz")).train
    assert np.array_equal(train.pixels, pixels) and train.labels is None


def test_the_form_of_keras_brings_its_splits(tmp_path, pixels):
    path = tmp_path / "data.npz"
    column = (np.arange(8) % 2)[:, None]
    np.savez(path, x_train=pixels[:8], y_train=column, x_test=pixels[8:], y_test=np.arange(4))
    data_set = load_images(str(path))
    assert np.array_equal(data_set.test.pixels, pixels[8:])
    assert data_set.train.labels.tolist() == [0, 1] * 4
    assert data_set.validation is None


def test_an_array_file_is_read_in_either_order(tmp_path, pixels):
    for name, array in (("c.npy", pixels), ("f.npy", np.asfortranarray(pixels))):
        np.save(tmp_path / name, array)
        assert np.array_equal(load_images(str(tmp_path / name)).train.pixels, pixels)


def test_the_form_of_medical_sets_brings_all_splits(tmp_path, pixels):
    """MedMNIST: gray images without channels, color ones with three, labels as a column."""
    column = (np.arange(12) % 3).astype(np.uint8)[:, None]
    ends = {"train": slice(6), "val": slice(6, 9), "test": slice(9, 12)}
    for images, shape in ((pixels[..., 0], (6, 5, 1)), (pixels.repeat(3, axis=-1), (6, 5, 3))):
        arrays = {f"{split}_images": images[part] for split, part in ends.items()}
        labels = {f"{split}_labels": column[part] for split, part in ends.items()}
        np.savez(tmp_path / "data.npz", **arrays, **labels)
        data_set = load_images(tmp_path / "data.npz")
        assert data_set.train.shape == shape and data_set.notes == ()
        for split, part in zip(data_set.parts.values(), ends.values(), strict=True):
            assert np.array_equal(split.pixels, images[part].reshape(-1, *shape))
            assert np.array_equal(split.labels, column[part, 0])


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("X", "y"), "The array X was read as images, and y as labels."),
        (("data", "target"), "The array data was read as images, and target as labels."),
        (("images", "target"), "The array images was read as images, and target as labels."),
        (("X_train", "Y_train"), None),
        (("Train_Images", "Train_Labels"), None),
    ],
)
def test_other_names_are_taken_where_they_are_clear(tmp_path, pixels, names, words):
    np.savez(tmp_path / "data.npz", **{names[0]: pixels, names[1]: np.arange(12), "about": 1})
    data_set = load_images(tmp_path / "data.npz")
    assert np.array_equal(data_set.train.pixels, pixels)
    assert data_set.train.labels.tolist() == list(range(12))
    assert data_set.notes == (*([words] if words else []), "Ignored arrays: about.")


def test_names_that_say_two_things_are_refused(tmp_path, pixels):
    for names in (("X", "data"), ("X", "y", "target")):
        np.savez(tmp_path / "data.npz", **dict.fromkeys(names, pixels))
        with pytest.raises(DataError, match=f"it has {', '.join(names)}"):
            load_images(tmp_path / "data.npz")


def test_labels_come_as_texts_or_as_a_column_for_each_class(tmp_path, pixels):
    words = np.array(["shoe", "hat", "10", "9"] * 3)
    np.savez(
        tmp_path / "a.npz",
        x_train=pixels[:9],
        y_train=words[:9],
        x_test=pixels[9:],
        y_test=words[9:],
    )
    data_set = load_images(tmp_path / "a.npz")
    assert data_set.test.class_names == ("9", "10", "hat", "shoe")
    assert data_set.test.labels.tolist() == [2, 1, 0]
    np.savez(tmp_path / "b.npz", images=pixels, labels=np.eye(4)[[3, 1, 2, 0] * 3])
    data_set = load_images(tmp_path / "b.npz")
    assert (
        data_set.train.labels.tolist() == [3, 1, 2, 0] * 3
        and "the one with a 1" in data_set.notes[0]
    )
    np.savez(tmp_path / "c.npz", images=pixels, labels=np.ones((12, 14), np.uint8))
    data_set = load_images(tmp_path / "c.npz")
    assert data_set.train.labels is None and "labels has 14 values an image" in data_set.notes[0]


def test_rows_of_pixels_are_squares_with_a_word(tmp_path):
    rows = np.arange(2 * 784, dtype=np.uint16).reshape(2, 784)
    rows[0, 0] = 65_535
    np.savez(tmp_path / "data.npz", data=rows)
    np.save(tmp_path / "data.npy", rows)
    for name in ("data.npz", "data.npy"):
        data_set = load_images(tmp_path / name)
        assert np.array_equal(data_set.train.pixels[1, :, :, 0], rows[1].reshape(28, 28))
        assert "rows of 784 were read as images of 28×28" in data_set.notes[-1]
    np.save(tmp_path / "data.npy", rows[:, :600])
    with pytest.raises(ImageShapeError, match="four axes"):
        load_images(tmp_path / "data.npy")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.h5", b"\x89HDF\r\n\x1a\n" + bytes(8), "an HDF5 file.* h5py"),
        ("a.mat", b"MATLAB 5.0 MAT-file, Platform", r"a MATLAB file.*loadmat"),
        ("b.mat", b"MATLAB 7.3 MAT-file, Platform", r"a MATLAB file \(7\.3.*h5py"),
        ("a.parquet", b"PAR1" + bytes(8), "a Parquet file.* --labels"),
        ("a.zip", b"PK\x03\x04" + bytes(30), "a ZIP archive.* Unpack it"),
        ("a.pt", b"PK\x03\x04" + bytes(26) + b"a/data.pkl", "a PyTorch file.* never loaded"),
        ("b.pt", pickle.dumps({}, protocol=2), "a pickle of Python objects.* never loaded"),
        ("a.xlsx", b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml", "Office .* CSV UTF-8"),
        ("a.tar", bytes(257) + b"ustar" + bytes(20), "a TAR archive.* Unpack it"),
        ("a.tar.gz", b"\x1f\x8b\x08" + bytes(20), "a compressed TAR archive"),
        ("a.rar", b"Rar!\x1a\x07\x01\x00", "a RAR archive.* Unpack it"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        ("a.array", b"\x93NUMPY\x01\x00", r"ends in \.npy"),
        ("a.csv", b"\x89HDF\r\n\x1a\n" + bytes(8), "an HDF5 file"),
    ],
)
def test_files_of_other_kinds_are_named_as_what_they_are(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=rf"{name} is .*{words}"):
        load_images(tmp_path / name)


def test_wrong_keys_are_listed(tmp_path, pixels):
    np.savez(tmp_path / "data.npz", pictures=pixels, y=np.arange(12))
    with pytest.raises(DataError, match=r"needs the arrays images.*it has pictures, y"):
        load_images(str(tmp_path / "data.npz"))


@pytest.mark.parametrize("name", ["data.npz", "data.npy"])
def test_python_objects_are_never_unpickled(tmp_path, name):
    class Trap:
        def __reduce__(self):
            return (tmp_path.joinpath("sprung").touch, ())

    path = tmp_path / name
    trap = np.array([Trap()] * 3, dtype=object)
    if name.endswith("z"):
        np.savez(path, images=trap)
    else:
        np.save(path, trap, allow_pickle=True)
    with pytest.raises(DataError, match="Python objects"):
        load_images(str(path))
    path.write_bytes(pickle.dumps(Trap()))
    with pytest.raises(DataError):
        load_images(str(path))
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    ("array", "error", "words"),
    [
        (np.zeros((4, 4), np.uint8), ImageShapeError, "four axes"),
        (np.zeros((2, 4, 4, 9), np.uint8), ImageShapeError, "1 to 4 channels"),
        (np.zeros((2, 4, 4, 1), np.int64), DataError, "int64"),
        (np.full((2, 4, 4, 1), 2.5), DataError, r"\[2.5, 2.5\]"),
        (np.full((2, 4, 4, 1), np.nan), DataError, "NaN"),
        (np.zeros((0, 4, 4, 1), np.uint8), DataError, "At least one"),
    ],
)
def test_arrays_that_are_no_images_are_refused_by_name(tmp_path, array, error, words):
    np.savez(tmp_path / "data.npz", images=array)
    np.save(tmp_path / "data.npy", array)
    with pytest.raises(error, match=rf"data\.npz: images: .*{words}"):
        load_images(str(tmp_path / "data.npz"))
    with pytest.raises(error, match=rf"data\.npy: .*{words}"):
        load_images(str(tmp_path / "data.npy"))


def test_labels_that_do_not_fit_are_refused(tmp_path, pixels):
    np.savez(tmp_path / "data.npz", images=pixels, labels=[1, 2])
    with pytest.raises(ImageShapeError, match=r"\(12,\) was expected and \(2,\) came"):
        load_images(str(tmp_path / "data.npz"))


def lying_header() -> bytes:
    """Return an array file that declares a tebibyte and holds none of it."""
    file = io.BytesIO()
    header = {"descr": "|u1", "fortran_order": False, "shape": (2**20, 2**10, 2**10, 1)}
    np.lib.format.write_array_header_1_0(file, header)
    return file.getvalue()


@pytest.mark.parametrize("content", [b"", b"no array", b"\x93NUMPY\x09\x00", lying_header()])
def test_damaged_array_files_are_refused(tmp_path, content):
    (tmp_path / "data.npy").write_bytes(content)
    with pytest.raises(DataError, match=r"data\.npy"):
        load_images(str(tmp_path / "data.npy"))
    with zipfile.ZipFile(tmp_path / "data.npz", "w") as archive:
        archive.writestr("images.npy", content)
    with pytest.raises(DataError, match=r"data\.npz: images"):
        load_images(str(tmp_path / "data.npz"))


def test_a_large_member_is_checked_before_it_is_kept(tmp_path, pixels, monkeypatch):
    monkeypatch.setattr("hourglass.images.arrays._CHECKED_FIRST", 10)
    path = tmp_path / "data.npz"
    np.savez(path, images=pixels)
    assert np.array_equal(load_images(path).train.pixels, pixels)
    content = bytearray(path.read_bytes())
    content[300] ^= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match="CRC"):
        load_images(path)


def swollen(path: Path, shape: tuple[int, ...], mebibytes: int) -> Path:
    """Write an archive whose pixels are declared with a shape and are so many MiB of zeros."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|u1", "fortran_order": False, "shape": shape}
    )
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("images.npy", "w") as file,
    ):
        file.write(header.getvalue())
        for _ in range(mebibytes):
            file.write(bytes(1 << 20))
    return path


def declare(path: Path, size: int) -> None:
    """Have the directory of an archive declare another size of its only member."""
    content = bytearray(path.read_bytes())
    directory = content.rindex(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = size.to_bytes(4, "little")
    path.write_bytes(content)


def test_archives_that_swell_are_refused_without_asserts_and_without_memory(tmp_path):
    mebibyte = (1, 1024, 1024, 1)
    swollen(tmp_path / "more-than-the-header.npz", mebibyte, 250)
    swollen(tmp_path / "less-than-the-header.npz", (300, *mebibyte[1:]), 250)
    swollen(tmp_path / "no-images.npz", (250 << 20,), 250)
    declare(swollen(tmp_path / "more-than-declared.npz", mebibyte, 250), (1 << 20) + 128)
    declare(swollen(tmp_path / "less-than-declared.npz", (3000, *mebibyte[1:]), 1), 3000 << 20)
    script = f"""
import sys
from pathlib import Path
from hourglass.errors import DataError
from hourglass.images import load_images
before = peak_memory()
for path in Path({str(tmp_path)!r}).iterdir():
    try:
        load_images(path)
    except DataError as error:
        if path.name in str(error):
            continue
    sys.exit(f"not refused: {{path.name}}")
sys.exit(peak_memory() - before > 100 * 1024)
"""
    done = subprocess.run(
        [sys.executable, "-O", "-c", PEAK_MEMORY + script], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_more_than_the_machine_could_hold_is_refused_unread(tmp_path, pixels, monkeypatch):
    monkeypatch.setattr("hourglass.images.memory._machine_memory", lambda: 100)
    monkeypatch.setattr("hourglass.images.arrays._read_array", None)
    np.savez_compressed(tmp_path / "data.npz", images=pixels)
    np.save(tmp_path / "data.npy", pixels)
    for name, size in (("data.npz: images", "488"), ("data.npy", "488")):
        with pytest.raises(DataError, match=f"{name} holds {size} bytes.* has 100 bytes"):
            load_images(tmp_path / name.partition(":")[0])


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_array_that_comes_twice_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "data.npz", "w") as archive:
        for _ in range(2):
            with archive.open("images.npy", "w") as file:
                np.save(file, np.zeros((1, 4, 4, 1), np.uint8))
    with pytest.raises(DataError, match=r"data\.npz holds the array images twice"):
        load_images(tmp_path / "data.npz")


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut"])
def test_damaged_archives_are_refused(tmp_path, content):
    (tmp_path / "data.npz").write_bytes(content)
    with pytest.raises(DataError, match="no NumPy archive"):
        load_images(str(tmp_path / "data.npz"))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), suffix=st.sampled_from(["npz", "npy"]))
def test_damaged_files_end_in_an_error_of_ours_or_images(tmp_path, pixels, data, suffix):
    path = tmp_path / f"data.{suffix}"
    if suffix == "npz":
        np.savez_compressed(path, images=pixels)
    else:
        np.save(path, pixels)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        train = load_images(str(path)).train
    except HourglassError:
        return
    assert len(train) >= 1
