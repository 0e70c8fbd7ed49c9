import contextlib
import errno
import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hourglass.errors import BusyError, DataError, OutputExistsError, TargetError, WriteError
from hourglass.files import (
    CACHE_DIR_VARIABLE,
    atomic_write,
    cache_folder,
    derived_name,
    exists,
    locked,
    make_folder,
    remove_folder,
    remove_leftovers,
    sha256,
    whole_folder,
    write_bytes,
    write_csv,
    write_error,
    write_text,
)


def test_what_is_written_is_there_with_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file.txt"
    write_text(path, "größer")
    assert path.read_text(encoding="utf-8") == "größer"
    assert sha256(path) == "45fbf6a67b5efa7dbcc0c0ccf6bdd7ce207300314c009282515896ea4cd7a4e6"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES])
@pytest.mark.parametrize("broken", ["fsync", "replace"])
def test_a_failed_write_keeps_the_old_file_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str, code: int
) -> None:
    path = tmp_path / "file"
    write_bytes(path, b"old")

    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    target = os if broken == "fsync" else Path
    monkeypatch.setattr(target, broken, fail)
    with pytest.raises(WriteError, match=r"Could not write .*Choose a place"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]  # noqa: PTH208 - hidden files count too


def test_an_error_of_the_writer_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_bytes(path, b"old")
    with pytest.raises(DataError), atomic_write(path) as file:
        file.write(b"half")
        raise DataError("no more")
    assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_where_a_folder_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(WriteError, match="file/run"):
        make_folder(tmp_path / "file" / "run")
    with pytest.raises(WriteError, match="file/run"):
        write_bytes(tmp_path / "file" / "run", b"")


def test_a_folder_that_must_be_new(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "run"
    assert make_folder(path, exist_ok=False) == path
    assert make_folder(path) == path
    with pytest.raises(OutputExistsError, match="exists already"):
        make_folder(path, exist_ok=False)


def test_whether_something_stands_there(tmp_path: Path) -> None:
    assert exists(tmp_path)
    assert not exists(tmp_path / "none")
    with pytest.raises(WriteError, match="name too long"):
        exists(tmp_path / ("x" * 300))


def test_a_lock_lets_one_in_at_a_time(tmp_path: Path) -> None:
    inside: list[int] = []

    def enter(number: int) -> bool:
        with locked(tmp_path / "deep" / "lock"):
            inside.append(number)
            time.sleep(0.01)
            return inside.pop() == number and not inside

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(enter, range(16)))
    assert os.listdir(tmp_path / "deep") == []  # noqa: PTH208 - hidden files count too


def test_a_lock_is_given_back_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError), locked(tmp_path / "lock"):
        raise DataError("no more")
    with locked(tmp_path / "lock"):
        assert (tmp_path / "lock").exists()


def test_a_lock_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(WriteError, match=r"file/lock: .*Choose a place"),
        locked(tmp_path / "file" / "lock"),
    ):
        pass


def test_leftovers_are_the_temporary_files_alone(tmp_path: Path) -> None:
    with pytest.raises(DataError), atomic_write(tmp_path / "file") as file:
        left = Path(file.name)
        raise DataError("no more")
    for name in (left.name, "file", "notes.part", ".hidden"):
        (tmp_path / name).touch()
    remove_leftovers(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".hidden", "file", "notes.part"]
    remove_leftovers(tmp_path / "none")
    (tmp_path / left.name).mkdir()
    with pytest.raises(WriteError, match="Could not write"):
        remove_leftovers(tmp_path)


LONGEST = ("é" * 126 + "abc", "x" * 255, os.fsdecode(b"\xff" * 255), "日" * 85)


@pytest.mark.parametrize("name", LONGEST)
def test_a_name_may_be_as_long_as_names_can_be(tmp_path: Path, name: str) -> None:
    assert len(os.fsencode(name)) == 255
    with pytest.raises(DataError), atomic_write(tmp_path / name) as file:
        left = Path(file.name)
        raise DataError("no more")
    assert left.name.startswith(".") and len(os.fsencode(left.name)) < 40
    left.touch()
    remove_leftovers(tmp_path, {"another"})
    assert left.exists()
    remove_leftovers(tmp_path, {"another", name})
    assert not left.exists()
    write_text(tmp_path / name, "all of it")
    with whole_folder(tmp_path / "folder" / name) as folder:
        (folder / "file").touch()
    assert os.listdir(tmp_path / "folder") == [name]  # noqa: PTH208 - hidden files count too


def test_two_names_never_share_a_temporary_file(tmp_path: Path) -> None:
    with (
        pytest.raises(DataError),
        atomic_write(tmp_path / "a") as one,
        atomic_write(tmp_path / "a") as same,
        atomic_write(tmp_path / "b") as other,
    ):
        names = [Path(file.name).name.split(".")[1:3] for file in (one, same, other)]
        raise DataError("no more")
    assert names[0][0] == names[1][0] != names[2][0] and names[0][1] != names[1][1]


@settings(max_examples=50)
@given(name=st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1))
def test_a_derived_name_fits_and_tells_names_apart(name: str) -> None:
    found = derived_name(name, before=".", after=".parts")
    assert len(os.fsencode(found)) <= 255 and found.startswith(".") and found.endswith(".parts")
    if len(os.fsencode(name)) <= 248:
        assert found == f".{name}.parts"
    long = f"{name[0] * 255}{name}"
    assert len(os.fsencode(derived_name(long, after=".png"))) in range(252, 256)
    assert derived_name(long, after=".png") != derived_name(f"{long}x", after=".png")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        *((code, TargetError) for code in (errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL)),
        *((code, TargetError) for code in (errno.EISDIR, errno.EACCES, errno.EEXIST)),
        *((code, WriteError) for code in (errno.ENOSPC, errno.EROFS, errno.EIO, errno.EDQUOT)),
        *((code, WriteError) for code in (errno.EMFILE, errno.ENFILE, errno.ENODEV)),
    ],
)
def test_an_error_of_one_name_is_none_of_the_disk(code: int, kind: type[WriteError]) -> None:
    error = write_error(Path("out/a.png"), OSError(code, os.strerror(code)))
    assert type(error) is kind and os.strerror(code) in str(error)


def test_a_path_that_is_too_long_is_one_bad_file(tmp_path: Path) -> None:
    with contextlib.chdir(tmp_path):
        for _ in range(20):
            os.makedirs("d" * 200)  # noqa: PTH103
            os.chdir("d" * 200)
        deep = tmp_path.joinpath(*["d" * 200] * 20)
        with pytest.raises(TargetError, match=r"File name too long\. Choose a shorter name"):
            write_text(deep / "file", "text")
    shutil.rmtree(tmp_path / ("d" * 200))


def test_a_table_has_a_line_for_each_row_and_nothing_that_speaks(tmp_path: Path) -> None:
    rows = [["path", "number"], ['two\nlines, "quoted"', 1.5], ["\x1b[2J\udcff\u202e", None]]
    write_csv(tmp_path / "table.csv", rows)
    text = (tmp_path / "table.csv").read_bytes().decode()
    assert text == 'path,number\n"two\\nlines, ""quoted""",1.5\n\\x1b[2J\\xff\\u202e,\n'


@pytest.mark.parametrize("value", ['"{}"', "'{}'", " {} ", "{}"])
def test_a_variable_is_read_as_a_shell_would(
    value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(CACHE_DIR_VARIABLE, value.format("~/it's mine"))
    assert cache_folder("x") == tmp_path / "it's mine" / "x"
    monkeypatch.setenv(CACHE_DIR_VARIABLE, value.format("~nobody-of-this-name/cache"))
    assert cache_folder("x") == Path("~nobody-of-this-name/cache/x")


def test_a_folder_appears_with_everything_in_it_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "folder"
    with pytest.raises(ZeroDivisionError), whole_folder(path) as folder:
        (folder / "half").touch()
        assert not path.exists()
        _ = 1 / 0
    assert list(tmp_path.glob("deep/*")) == []
    with whole_folder(path) as folder:
        (folder / "file").write_text("all of it")
    assert [one.name for one in path.parent.iterdir()] == ["folder"]
    assert (path / "file").read_text() == "all of it"


def test_of_two_that_make_the_same_folder_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    with pytest.raises(OutputExistsError, match="exists already"), whole_folder(path) as mine:
        (mine / "mine").touch()
        with whole_folder(path) as other:
            (other / "other").touch()
    assert [one.name for one in path.iterdir()] == ["other"]
    with pytest.raises(OutputExistsError, match="exists already"), whole_folder(path):
        pytest.fail("it began")
    remove_folder(path)
    assert not path.exists()
    remove_folder(path)


def test_what_is_held_is_refused_to_others_at_once(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    with locked(path, busy="busy"):
        with pytest.raises(BusyError, match="busy"), locked(path, busy="busy"):
            pytest.fail("two at once")
        assert path.exists()
    assert not path.exists()
    with locked(path, busy="busy"):
        pass
