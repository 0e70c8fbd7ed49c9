"""Files that hold data in a form that is not read here, named as what they are."""

from pathlib import Path
from typing import Final

from hourglass.errors import DataError

_READ: Final = 512
_SAVE: Final = "save images and labels with np.savez(path, images=..., labels=...)"
_UNPACK: Final = "Unpack it, and give the folder."
_CODE: Final = (
    "It is never loaded, because that can run someone else's code. Where you trust it, load it in "
    f"Python and {_SAVE}."
)
_HDF5: Final = f"Read its arrays in Python, such as with h5py, and {_SAVE}."
# Where they stand, the bytes, what they say, what to do: the first that fits counts.
_SIGNS: Final[tuple[tuple[int, bytes, str, str], ...]] = (
    (0, b"MATLAB 7.3", "a MATLAB file (7.3, HDF5 inside)", _HDF5),
    (0, b"MATLAB", "a MATLAB file", f"Read it in Python with scipy.io.loadmat and {_SAVE}."),
    (0, b"\x89HDF\r\n\x1a\n", "an HDF5 file", _HDF5),
    (
        0,
        b"PAR1",
        "a Parquet file",
        "Give the folder of images, and the table of their labels with --labels; images inside a "
        f"Parquet file are not read: in Python, {_SAVE}.",
    ),
    (0, b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (257, b"ustar", "a TAR archive", _UNPACK),
    (0, b"BZh", "a bzip2 file", _UNPACK),
    (0, b"\xfd7zXZ\x00", "an XZ file", _UNPACK),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard file", _UNPACK),
    (0, b"\x93NUMPY", "a NumPy array", "Rename it so that it ends in .npy."),
    (0, b"SQLite format 3\x00", "an SQLite database", f"Read it in Python and {_SAVE}."),
    *((0, bytes([0x80, version]), "a pickle of Python objects", _CODE) for version in range(2, 6)),
)
_INSIDE_ZIP: Final = (
    (b"data.pkl", "a PyTorch file", _CODE),
    (b"[Content_Types].xml", "an Office document", "Save the sheet as CSV UTF-8."),
    (b".npy", "an archive of NumPy arrays", "Rename it so that it ends in .npz."),
)


def refuse_foreign(path: Path) -> None:
    """Refuse a file whose first bytes say that it is of a kind that is not read here.

    Raises
    ------
    DataError
        If it is, with what to do about it.
    """
    with path.open("rb") as file:
        head = file.read(_READ)
    if (known := _named(head, path)) is not None:
        raise DataError(f"{path} is {known[0]}, which is not read here. {known[1]}")


def _named(head: bytes, path: Path) -> tuple[str, str] | None:
    if head.startswith(b"PK\x03\x04"):
        inside = (kind for mark, *kind in _INSIDE_ZIP if mark in head)
        what, advice = next(inside, ("a ZIP archive", _UNPACK))
        return what, advice
    if head.startswith(b"\x1f\x8b"):
        name = path.name.lower()
        if name.endswith((".tar.gz", ".tgz")):
            return "a compressed TAR archive", _UNPACK
        if name.endswith((".csv.gz", ".tsv.gz")):
            return "a compressed table", "Unpack it first."
    for place, mark, what, advice in _SIGNS:
        if head.startswith(mark, place):
            return what, advice
    return None
