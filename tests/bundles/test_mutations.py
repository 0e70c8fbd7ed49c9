"""Good bundles that were changed somewhere: refused with a reason, or the same weights."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hourglass.bundles import BundleFile, load_model
from hourglass.bundles.reading import open_model
from hourglass.bundles.weights import unpack_weights
from hourglass.errors import ConfigurationError, ModelFileError

GOOD = Path(__file__).parent / "random_weights.hourglass"
CONTENT = GOOD.read_bytes()
with zipfile.ZipFile(GOOD) as archive:
    DESCRIPTION, WEIGHTS = (archive.read(name) for name in archive.namelist())
TENSORS = unpack_weights(WEIGHTS)

places = st.integers(0, len(CONTENT) - 1)
pieces = st.binary(min_size=1, max_size=20)
values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**22), 10**22),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["unet", "classify", "variational", "sparse", "kl:2", "files", "1", "relu"]),
    st.lists(st.integers(0, 70_000), max_size=4),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)


def paths(told: Any, path: tuple = ()) -> list[tuple]:
    """Return where something stands in a description: keys and positions down to it."""
    if not isinstance(told, dict | list):
        return [path]
    entries = enumerate(told) if isinstance(told, list) else told.items()
    below = [paths(entry, (*path, key)) for key, entry in entries]
    return [found for some in below for found in some] + ([path] if path else [])


def refused_or_the_same(file: Path) -> bool:
    """Return whether a file is refused; if it is not, its weights must be those of the good one."""
    try:
        with open_model(file) as model:
            tensors = unpack_weights(model.read_weights())
    except ModelFileError as error:
        assert str(error)
        assert "\n" not in str(error)
        return True
    assert tensors.keys() == TENSORS.keys()
    assert all(np.array_equal(tensors[name], TENSORS[name]) for name in tensors)
    return False


@settings(max_examples=300)
@given(place=places, piece=pieces, way=st.sampled_from(["flip", "cut", "insert", "remove"]))
@example(place=len(CONTENT) - 1, piece=b"\x01", way="cut")
@example(place=0, piece=b"P", way="insert")
def test_bytes_that_were_changed(tmp_path_factory, place: int, piece: bytes, way: str) -> None:
    after = CONTENT[place + len(piece) :]
    changed = {
        "flip": CONTENT[:place] + bytes([CONTENT[place] ^ piece[0]]) + CONTENT[place + 1 :],
        "cut": CONTENT[:place],
        "insert": CONTENT[:place] + piece + CONTENT[place:],
        "remove": CONTENT[:place] + after,
    }[way]
    file = tmp_path_factory.getbasetemp() / "bytes.hourglass"
    file.write_bytes(changed)
    assert refused_or_the_same(file) or len(changed) == len(CONTENT)


@settings(max_examples=120)
@given(data=st.data(), value=values, remove=st.booleans(), deflated=st.booleans())
def test_values_that_were_changed(
    tmp_path_factory, data: st.DataObject, value: Any, remove: bool, deflated: bool
) -> None:
    told = json.loads(DESCRIPTION)
    path = data.draw(st.sampled_from(paths(told)))
    place = told
    for key in path[:-1]:
        place = place[key]
    if remove:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    file = tmp_path_factory.getbasetemp() / "values.hourglass"
    packing = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
    with zipfile.ZipFile(file, "w", packing) as archive:
        archive.writestr("model.json", json.dumps(told))
        archive.writestr("weights.safetensors", WEIGHTS)
    if refused_or_the_same(file):
        return
    tell_all(file)
    if path[0] != "spec":
        return
    try:
        model, _ = load_model(file)
    except ModelFileError:
        # What only the builder of a network knows, such as options that exclude each other.
        return
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


def tell_all(file: Path) -> None:
    """Ask a bundle for all that it tells: what was let in can be told."""
    bundle = BundleFile(file)
    assert bundle.read_experiment().model_name
    try:
        assert bundle.read_record().command
    except ConfigurationError as error:
        assert "tells nothing of its training" in str(error)


@settings(max_examples=30)
@given(level=st.integers(0, 9), deflated=st.booleans(), system=st.sampled_from([0, 3, 19]))
def test_an_archive_that_was_packed_again(
    tmp_path_factory, level: int, deflated: bool, system: int
) -> None:
    packed = io.BytesIO()
    packing = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
    with zipfile.ZipFile(packed, "w", packing, compresslevel=level) as archive:
        for name, content in (("model.json", DESCRIPTION), ("weights.safetensors", WEIGHTS)):
            entry = zipfile.ZipInfo(name, (2026, 11, 22, 10, 30, 0))
            entry.create_system, entry.compress_type = system, packing
            archive.writestr(entry, content)
    file = tmp_path_factory.getbasetemp() / "packed.hourglass"
    file.write_bytes(packed.getvalue())
    assert not refused_or_the_same(file)
