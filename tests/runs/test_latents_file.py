"""What every kind of latents file keeps, and what is refused."""

import io
import json
import pickle
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hourglass.errors import ConfigurationError, DataError, MissingPathError
from hourglass.runs import (
    LATENTS_FORMATS,
    latents_format,
    map_path,
    parts_folder,
    read_latents,
    read_latents_facts,
)
from latents import facts_of, some_rows

SUFFIXES = sorted(LATENTS_FORMATS)
PARTS = (some_rows(5), some_rows(4, start=5))
BARE = (some_rows(5, everything=False), some_rows(4, start=5, everything=False))


def written(path, facts=None, parts=PARTS):
    latents_format(path).write(path, facts or facts_of(9), lambda: iter(parts))
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("parts", [PARTS, BARE], ids=["all", "bare"])
def test_every_format_gives_back_what_it_was_given(suffix, parts, tmp_path):
    facts = facts_of(9, everything=parts is PARTS)
    path = written(tmp_path / f"l{suffix}", facts, parts)
    found, rows = read_latents(path)
    assert found == facts == read_latents_facts(path)
    for name in ("ids", "latents", "digests", "places"):
        wanted = [getattr(part, name) for part in parts]
        have = getattr(rows, name)
        assert have is None if wanted[0] is None else np.array_equal(have, np.concatenate(wanted))
    for name in ("paths", "labels", "thumbnails"):
        wanted = [getattr(part, name) for part in parts]
        assert getattr(rows, name) == (None if wanted[0] is None else sum(wanted, ()))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_name_of_latents_may_be_as_long_as_names_can_be(suffix, tmp_path):
    path = written(tmp_path / f"{'é' * 123}{'x' * (9 - len(suffix))}{suffix}")
    assert len(path.name.encode()) == 255
    assert len(read_latents(path)[1]) == 9
    beside = [parts_folder(path), map_path(path), *latents_format(path).companions(path)]
    assert len({path, *beside}) == len(beside) + 1
    assert all(len(each.name.encode()) <= 255 for each in beside)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_rows_give_the_same_bytes(suffix, tmp_path):
    first, second = (written(tmp_path / name / f"l{suffix}") for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_that_is_cut_short_is_refused(suffix, tmp_path):
    path = written(tmp_path / f"l{suffix}")
    content = path.read_bytes()
    for length in (0, 10, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:length])
        if suffix == ".csv" and length == len(content) - 1:
            # The last line without its end is whole.
            continue
        with pytest.raises(DataError, match="is not a file of latents"):
            read_latents(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_numbers_that_are_none_are_refused(suffix, tmp_path):
    # The records refuse them too: they are put in behind their back.
    rows = some_rows(9)
    rows.latents[4, 1] = np.nan
    path = written(tmp_path / f"l{suffix}", parts=(rows,))
    with pytest.raises(DataError, match="not finite"):
        read_latents(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    "change",
    [{"rows": 10}, {"rows": 10**12}, {"numbers": 4}, {"numbers": 10**7}, {"schema_version": 2}],
    ids=str,
)
def test_facts_that_are_not_those_of_the_rows_are_refused(suffix, change, tmp_path):
    path = written(tmp_path / f"l{suffix}")
    lying = tmp_path / f"lying{suffix}"
    if suffix == ".csv":
        lying.write_bytes(path.read_bytes())
        beside = json.loads((tmp_path / "l.csv.json").read_text()) | change
        (tmp_path / "lying.csv.json").write_text(json.dumps(beside))
    elif suffix == ".npz":
        arrays = dict(np.load(path))
        facts = json.loads(arrays["facts"].tobytes()) | change
        arrays["facts"] = np.frombuffer(json.dumps(facts).encode(), np.uint8)
        np.savez(lying, **arrays)
    else:
        import pyarrow.parquet as parquet

        table = parquet.read_table(path)
        facts = json.loads(table.schema.metadata[b"hourglass"]) | change
        changed = table.replace_schema_metadata({b"hourglass": json.dumps(facts).encode()})
        parquet.write_table(changed, lying, compression="none", use_dictionary=False)
    with pytest.raises(DataError):
        read_latents(lying)


def test_numpys_own_way_to_save_arrays_is_read(tmp_path):
    arrays = dict(np.load(written(tmp_path / "l.npz")))
    np.savez(tmp_path / "again.npz", **arrays)
    assert len(read_latents(tmp_path / "again.npz")[1]) == 9


@pytest.mark.parametrize(
    "change",
    [
        {"paths": np.array([object()] * 9, dtype=object)},
        {"latents": np.zeros((9, 3))},
        {"latents": np.zeros((8, 3), np.float32)},
        {"ids": np.zeros(9, np.int64)},
        {"ids": -np.arange(9)},
        {"digests": np.zeros((9, 15), np.uint8)},
        {"thumbnail_ends": np.arange(9)[::-1].copy()},
        {"facts": np.zeros(4, np.uint8)},
    ],
    ids=lambda change: f"{next(iter(change))}-{next(iter(change.values())).dtype}",
)
def test_arrays_that_cannot_be_are_refused(change, tmp_path):
    arrays = dict(np.load(written(tmp_path / "l.npz")))
    np.savez(tmp_path / "bad.npz", **(arrays | change))
    with pytest.raises(DataError):
        read_latents(tmp_path / "bad.npz")


class Trap:
    def __reduce__(self):
        return print, ("executed",)


def test_nothing_is_unpickled(tmp_path, capsys):
    path = written(tmp_path / "l.npz")
    text = io.BytesIO()
    np.lib.format.write_array(text, np.array([Trap()] * 9, dtype=object), allow_pickle=True)
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "bad.npz", "w") as new:
        for name in old.namelist():
            new.writestr(name, text.getvalue() if name == "paths.npy" else old.read(name))
    with pytest.raises(DataError, match="Python objects"):
        read_latents(tmp_path / "bad.npz")
    (tmp_path / "pickle.npz").write_bytes(pickle.dumps(Trap()))
    with pytest.raises(DataError):
        read_latents(tmp_path / "pickle.npz")
    assert capsys.readouterr().out == ""


def test_arrays_that_are_packed_are_refused_before_they_are_unpacked(tmp_path):
    arrays = dict(np.load(written(tmp_path / "l.npz")))
    np.savez_compressed(tmp_path / "packed.npz", **arrays)
    with pytest.raises(DataError, match="compressed"):
        read_latents(tmp_path / "packed.npz")


@pytest.mark.parametrize("column", ["id", "path", "label", "digest", "latents", "image"])
def test_a_parquet_file_with_another_column_is_refused(column, tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as parquet

    table = parquet.read_table(written(tmp_path / "l.parquet"))
    place = table.column_names.index(column)
    other = table.set_column(place, column, pa.array([None] * 9, pa.float64()))
    for number, changed in enumerate((table.drop_columns([column]), other)):
        parquet.write_table(changed, tmp_path / f"{number}.parquet")
        with pytest.raises(DataError, match=f"its column {column}"):
            read_latents(tmp_path / f"{number}.parquet")


def test_a_parquet_file_that_would_unpack_to_much_is_refused(tmp_path):
    import pyarrow.parquet as parquet

    table = parquet.read_table(written(tmp_path / "l.parquet"))
    parquet.write_table(table, tmp_path / "packed.parquet", compression="gzip")
    with pytest.raises(DataError, match="is packed"):
        read_latents(tmp_path / "packed.parquet")


def test_a_parquet_file_is_in_the_form_that_embedding_atlas_reads(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as parquet

    table = parquet.read_table(written(tmp_path / "l.parquet"))
    image = table.schema.field("image").type
    assert [(field.name, field.type) for field in image] == [
        ("bytes", pa.binary()),
        ("path", pa.string()),
    ]
    assert table.column("image").to_pylist()[2] == {"bytes": b"\x02\x02", "path": "4.png"}
    assert pa.types.is_fixed_size_list(table.schema.field("latents").type)
    assert {"projection_x", "projection_y"} < set(table.column_names)


@pytest.mark.parametrize(
    "lines",
    ["", "id,path\n0,a\n", "id,path,label,digest,z0,z1,z2\n"],
    ids=["empty", "other columns", "no rows"],
)
def test_a_table_with_other_lines_is_refused(lines, tmp_path):
    path = written(tmp_path / "l.csv", facts_of(9, everything=False), BARE)
    path.write_text(lines)
    with pytest.raises(DataError):
        read_latents(path)
    (tmp_path / "l.csv.json").unlink()
    with pytest.raises(DataError, match="which belongs to it"):
        read_latents(path)


@settings(max_examples=40)
@given(content=st.binary(max_size=300), suffix=st.sampled_from(SUFFIXES))
def test_any_bytes_are_refused_in_words(content, suffix, tmp_path_factory):
    path = tmp_path_factory.mktemp("any") / f"l{suffix}"
    path.write_bytes(content)
    path.with_name(f"{path.name}.json").write_bytes(content)
    with pytest.raises(DataError):
        read_latents(path)


def test_names_and_missing_libraries_are_told(tmp_path, monkeypatch):
    with pytest.raises(ConfigurationError, match=r"ends in \.csv, \.npz, \.parquet"):
        latents_format(tmp_path / "latents.txt")
    with pytest.raises(MissingPathError, match="There is no file"):
        read_latents(tmp_path / "none.npz")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match="the extra parquet"):
        latents_format(tmp_path / "l.parquet")
    assert latents_format(tmp_path / "l.npz").suffix == ".npz"


def test_rows_that_do_not_belong_together_are_refused():
    rows = some_rows(4)
    for change in (
        {"paths": ("a",)},
        {"ids": np.array([0, 1, 1, 2])},
        {"places": np.full((4, 2), np.inf, np.float32)},
    ):
        with pytest.raises(DataError):
            replace(rows, **change)
