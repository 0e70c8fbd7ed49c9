"""Which files are worked on, and that nothing is lost, done twice or written over."""

import builtins
import errno
import io
import os
from pathlib import Path

import pytest
from PIL import Image

from faults import Disk
from hourglass.errors import (
    BusyError,
    ConfigurationError,
    DataError,
    MissingPathError,
    WriteError,
)
from hourglass.experiment import denoise_files, reconstruct_files
from hourglass.experiment.file_jobs import list_jobs, writing_to
from hourglass.files import atomic_write


@pytest.fixture
def folder(noisy_files):
    return noisy_files


def test_inputs_are_never_replaced(identity, folder):
    with pytest.raises(ConfigurationError, match="replaced by its own result"):
        denoise_files(identity, [folder / "in"], folder / "in")


def test_results_are_never_taken_as_input(identity, folder):
    (folder / "in" / "folder.png").mkdir()
    (folder / "in" / ".hidden.png").write_bytes(b"")
    for _ in range(2):
        denoise_files(identity, [folder / "in"], folder / "in" / "out")
    assert len(list((folder / "in" / "out").rglob("*.png"))) == 6


def test_an_output_that_cannot_be_written_ends_it_at_once(identity, folder):
    (folder / "file").write_bytes(b"")
    with pytest.raises(WriteError, match="Could not write"):
        denoise_files(identity, [folder / "in"], folder / "file")


def test_two_inputs_for_one_output_are_refused(identity, folder):
    inputs = [folder / "in" / "0.png", folder / "in"]
    with pytest.raises(ConfigurationError, match="both be written"):
        denoise_files(identity, inputs, folder / "out")


def test_inputs_that_are_not_there(identity, folder):
    (folder / "empty").mkdir()
    for path, words in [
        (folder / "none", "no file or folder"),
        (folder / "empty", "no image file"),
    ]:
        with pytest.raises(MissingPathError, match=words):
            denoise_files(identity, [path], folder / "out")


def without_rights(monkeypatch, place):
    """Let the system refuse what lies at ``place``, which it never does for an administrator."""
    scan, stat, open_ = os.scandir, os.stat, io.open

    def guard(call):
        def guarded(path=".", *arguments, **keywords):
            if isinstance(path, str | Path) and Path(path) == place:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return call(path, *arguments, **keywords)

        return guarded

    monkeypatch.setattr(os, "scandir", guard(scan))
    monkeypatch.setattr(os, "stat", guard(stat))
    monkeypatch.setattr(builtins, "open", guard(open_))
    monkeypatch.setattr(io, "open", guard(open_))


def test_a_given_folder_that_may_not_be_read_is_named(identity, folder, monkeypatch):
    without_rights(monkeypatch, folder / "in" / "sub")
    with pytest.raises(MissingPathError, match=r"sub cannot be reached: Permission denied"):
        denoise_files(identity, [folder / "in" / "sub"], folder / "out")
    assert not (folder / "out").exists()


def test_a_folder_inside_that_may_not_be_read_is_counted_and_the_rest_done(
    identity, folder, monkeypatch
):
    (folder / "in" / "raw.heic").write_bytes(b"")
    (folder / "in" / "notes.txt").write_text("nothing that is missed")
    without_rights(monkeypatch, folder / "in" / "sub")
    done = denoise_files(identity, [folder / "in"], folder / "out")
    assert done.count("written") == 3
    assert done.not_listed == {".heic": 1, "folder sub (permission denied)": 1}
    assert reconstruct_files(identity, [folder / "in"], folder / "again").not_listed == {
        ".heic": 1,
        "folder sub (permission denied)": 1,
    }


def test_a_file_that_may_not_be_read_is_named_and_the_others_done(identity, folder, monkeypatch):
    told = []
    with monkeypatch.context() as rights:
        without_rights(rights, folder / "in" / "sub" / "1.png")
        done = denoise_files(identity, [folder / "in"], folder / "out", tell=told.append)
    assert (done.count("failed"), done.count("written")) == (1, 5)
    (line,) = told
    assert "1.png cannot be read as an image: permission denied" in line
    assert line.count("1.png") == 1


def test_a_name_that_no_file_can_have(identity, folder):
    with pytest.raises(MissingPathError, match="cannot be reached"):
        denoise_files(identity, [folder / ("x" * 300 + ".png")], folder / "out")
    with pytest.raises(WriteError, match="Could not write"):
        denoise_files(identity, [folder / "in"], folder / ("x" * 300))


def test_results_above_their_input_leave_it_in_peace(identity, folder):
    done = denoise_files(identity, [folder / "in" / "sub"], folder)
    assert done.count("written") == 3
    assert len(list(folder.glob("*.png"))) == 3


def test_files_above_the_limit_are_refused_and_named(identity, folder):
    told = []
    done = denoise_files(identity, [folder / "in"], folder / "out", max_pixels=63, tell=told.append)
    assert done.count("failed") == 6 and "64 pixels" in told[0]
    assert not list((folder / "out").rglob("*.png"))


def test_two_kinds_that_become_one_are_refused(identity, tmp_path):
    for name in ("x.gif", "x.png"):
        Image.new("L", (8, 8)).save(tmp_path / name)
    with pytest.raises(ConfigurationError, match=r"x\.gif and .*x\.png would both"):
        denoise_files(identity, [tmp_path], tmp_path.parent / "out")


def test_links_are_not_followed_out_of_the_folder_nor_written_through(identity, folder):
    (folder / "secret.png").write_bytes((folder / "in" / "0.png").read_bytes())
    (folder / "in" / "inside.png").symlink_to(folder / "in" / "0.png")
    (folder / "in" / "outside.png").symlink_to(folder / "secret.png")
    (folder / "in" / "away").symlink_to(folder)
    done = denoise_files(identity, [folder / "in"], folder / "out")
    names = {Path(file.file).name for file in done.files}
    assert names == {"0.png", "1.png", "2.png", "3.png", "4.png", "5.png", "inside.png"}
    (folder / "led").mkdir()
    (folder / "led" / "sub").symlink_to(folder / "in" / "sub")
    before = {path: path.read_bytes() for path in (folder / "in").rglob("*.png")}
    with pytest.raises(ConfigurationError, match="replaced by its own result"):
        denoise_files(identity, [folder / "in"], folder / "led")
    (folder / "crossed").mkdir()
    (folder / "crossed" / "0.png").symlink_to(folder / "in" / "2.png")
    with pytest.raises(ConfigurationError, match="is an input itself"):
        denoise_files(identity, [folder / "in"], folder / "crossed")
    assert before == {path: path.read_bytes() for path in (folder / "in").rglob("*.png")}


def test_a_second_command_for_the_same_output_is_refused(identity, folder):
    jobs = list_jobs([folder / "in"], folder / "out")
    with writing_to(folder / "out", jobs), pytest.raises(BusyError, match="Another command"):
        denoise_files(identity, [folder / "in"], folder / "out")


def test_what_a_killed_writer_left_is_removed_and_nothing_else(identity, folder):
    (folder / "out" / "sub").mkdir(parents=True)
    ours = folder / "out" / "sub" / ".1.png.0123456789ab.part"
    others = [folder / "out" / ".mine.part", folder / "out" / ".film.mkv.0123456789ab.part"]
    for path in (ours, *others):
        path.write_bytes(b"half")
    denoise_files(identity, [folder / "in"], folder / "out")
    assert not ours.exists() and all(path.exists() for path in others)


def test_what_a_killed_writer_of_a_long_name_left_is_removed(identity, folder):
    name = "p" * 251 + ".png"
    (folder / "in" / "0.png").rename(folder / "in" / name)
    (folder / "out").mkdir()
    with pytest.raises(DataError), atomic_write(folder / "out" / name) as file:
        ours, others = Path(file.name), folder / "out" / f".{'0' * 12}.{'0' * 12}.part"
        raise DataError("killed")
    for path in (ours, others):
        path.write_bytes(b"half")
    done = denoise_files(identity, [folder / "in"], folder / "out")
    assert done.count("written") == 6 and (folder / "out" / name).is_file()
    assert not ours.exists() and others.exists()


def test_a_file_whose_result_has_no_room_in_a_path_costs_one_file(identity, folder):
    deep = folder / "in" / "deep"
    while len(str(deep)) < 3700:
        deep /= "d" * 200
    deep.mkdir(parents=True)
    (folder / "in" / "0.png").rename(deep / "0.png")
    told = []
    for status in ("written", "done before"):
        out = folder / ("o" * 250) / ("o" * 250)
        done = denoise_files(identity, [folder / "in"], out, tell=told.append)
        assert (done.count(status), done.count("failed")) == (5, 1)
    assert len(told) == 2 and "File name too long. Choose a shorter name" in told[0]
    scores = reconstruct_files(identity, [folder / "in"], folder / ("p" * 250) / ("p" * 250))
    assert (scores.measured, scores.failed) == (5, 1)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EIO, errno.EDQUOT, errno.EMFILE])
def test_an_error_of_the_disk_ends_the_command(identity, folder, code, monkeypatch):
    opened, tried = Path.open, []

    def fail(path, mode="r", **options):
        if "x" in mode and path.suffix == ".part":
            tried.append(path)
            raise OSError(code, os.strerror(code))
        return opened(path, mode, **options)

    monkeypatch.setattr(Path, "open", fail)
    with pytest.raises(WriteError, match=os.strerror(code)):
        denoise_files(identity, [folder / "in"], folder / "out")
    assert len(tried) == 1


class KilledError(BaseException):
    """Ends a command at once, and nothing is tidied up on the way."""


@pytest.mark.parametrize("steps", [0, 2, 5, 9, 14])
def test_killed_at_any_step_and_given_again_it_ends_as_if_it_was_not(identity, folder, steps):
    inputs = [folder / "in" / "0.png", folder / "in" / "sub"]
    denoise_files(identity, inputs, folder / "whole")
    with pytest.MonkeyPatch.context() as patch:

        def die():
            patch.setattr(Path, "unlink", lambda *_, **__: None)
            raise KilledError

        Disk(steps, die).limit(patch)
        with pytest.raises(KilledError):
            denoise_files(identity, inputs, folder / "out")
    before = {path: path.stat().st_mtime_ns for path in (folder / "out").rglob("*.png")}
    done = denoise_files(identity, inputs, folder / "out")
    assert (done.count("done before"), done.count("written")) == (len(before), 4 - len(before))
    assert contents(folder / "out") == contents(folder / "whole")
    assert all(path.stat().st_mtime_ns == time for path, time in before.items())


def contents(folder):
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
