import os

import numpy as np
import pytest

from hourglass.baselines import ArrayCache
from hourglass.errors import WriteError

ARRAYS = {"numbers": np.arange(6.0).reshape(2, 3), "words": np.asarray("3×3"), "one": np.asarray(7)}


def test_what_was_kept_comes_back(tmp_path):
    cache = ArrayCache(tmp_path / "new")
    assert cache.load("key") is None
    cache.store("key", ARRAYS)
    found = cache.load("key")
    assert found.keys() == ARRAYS.keys()
    assert all(np.array_equal(found[name], ARRAYS[name]) for name in ARRAYS)
    assert cache.load("another") is None


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "text", "pickle", "folder"])
def test_what_is_damaged_counts_as_not_there(tmp_path, damage):
    cache = ArrayCache(tmp_path)
    cache.store("key", ARRAYS)
    path = tmp_path / "key.npz"
    content = path.read_bytes()
    if damage == "folder":
        path.unlink()
        path.mkdir()
    elif damage == "pickle":
        np.savez(path, evil=np.array([object()], dtype=object))
    else:
        # Byte 200 lies in the numbers, which have a checksum.
        changed = content[:200] + bytes([content[200] ^ 255]) + content[201:]
        path.write_bytes(
            {"cut": content[:-40], "changed": changed, "empty": b"", "text": b"no"}[damage]
        )
    assert cache.load("key") is None


def test_what_was_not_used_for_longest_goes_first(tmp_path):
    cache = ArrayCache(tmp_path, most_bytes=3 * 8500)
    for age, key in enumerate(["first", "second", "third"]):
        cache.store(key, {"a": np.zeros(1000)})
        os.utime(tmp_path / f"{key}.npz", (age, age))
    assert cache.load("first") is not None
    cache.store("fourth", {"a": np.zeros(1000)})
    assert cache.load("second") is None
    assert None not in (cache.load("first"), cache.load("third"), cache.load("fourth"))


def test_a_place_that_cannot_be_written_is_an_error_of_ours(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WriteError):
        ArrayCache(tmp_path / "file").store("key", ARRAYS)
