import builtins
import errno
import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hourglass.errors import ConfigurationError, MissingPathError, PartialError, WriteError
from hourglass.experiment import denoise_files
from hourglass.images import read_image_file, write_image_file
from hourglass.seeds import generator


@pytest.fixture
def folder(tmp_path, digits):
    noise = generator(1)
    for number, clean in enumerate(digits[:6]):
        noisy = np.clip(clean + noise.normal(0, 0.3, clean.shape), 0, 1).astype(np.float32)
        name = f"sub/{number}.png" if number % 2 else f"{number}.png"
        write_image_file(tmp_path / "in" / name, noisy)
    return tmp_path


def test_a_folder_is_denoised_with_its_tree_and_names(finished, folder, digits):
    run = finished("denoiser")
    assert denoise_files(run, [folder / "in"], folder / "out") == 6
    errors = []
    for number in range(6):
        name = f"sub/{number}.png" if number % 2 else f"{number}.png"
        before, after = (read_image_file(folder / side / name) for side in ("in", "out"))
        assert before.shape == after.shape
        errors.append([np.square(image - digits[number]).mean() for image in (before, after)])
    before, after = np.mean(errors, axis=0)
    assert after < 0.6 * before


def test_any_size_is_taken_by_a_local_network(finished, folder):
    write_image_file(folder / "wide.png", np.zeros((5, 23, 1), np.float32))
    denoise_files(finished("denoiser"), [folder / "wide.png"], folder / "out")
    assert read_image_file(folder / "out" / "wide.png").shape == (5, 23, 1)


def test_a_file_that_is_done_is_left_alone(finished, folder):
    run = finished("denoiser")
    (folder / "out").mkdir()
    (folder / "out" / "0.png").write_bytes(b"mine")
    assert denoise_files(run, [folder / "in" / "0.png"], folder / "out") == 0
    assert (folder / "out" / "0.png").read_bytes() == b"mine"


def test_bad_files_are_named_and_the_others_done(finished, folder):
    (folder / "in" / "text.png").write_text("no image")
    write_image_file(folder / "in" / "color.png", np.zeros((8, 8, 3), np.float32) + 0.5)
    told = []
    with pytest.raises(PartialError, match="2 of 8 files failed"):
        denoise_files(finished("denoiser"), [folder / "in"], folder / "out", tell=told.append)
    assert ["color.png" in told[0], "text.png" in told[1], len(told)] == [True, True, 2]
    assert len(list((folder / "out").rglob("*.png"))) == 6


def test_a_network_for_one_size_says_which(finished, folder):
    write_image_file(folder / "wide.png", np.zeros((5, 23, 1), np.float32))
    told = []
    with pytest.raises(PartialError):
        denoise_files(
            finished("dense-denoiser"), [folder / "wide.png"], folder / "out", tell=told.append
        )
    assert "height 8, width 8 and 1 channels" in told[0]


def test_inputs_are_never_replaced(finished, folder):
    with pytest.raises(ConfigurationError, match="replaced by its own result"):
        denoise_files(finished("denoiser"), [folder / "in"], folder / "in")


def test_results_are_never_taken_as_input(finished, folder):
    run = finished("denoiser")
    (folder / "in" / "folder.png").mkdir()
    (folder / "in" / ".hidden.png").write_bytes(b"")
    for _ in range(2):
        denoise_files(run, [folder / "in"], folder / "in" / "out")
    assert len(list((folder / "in" / "out").rglob("*.png"))) == 6


def test_sixteen_bits_are_kept(finished, folder, digits):
    write_image_file(folder / "deep.png", digits[0] * 0.9 + 0.03, bits=16)
    denoise_files(finished("denoiser"), [folder / "deep.png"], folder / "out")
    with Image.open(folder / "out" / "deep.png") as image:
        assert image.mode == "I;16"
        assert len(np.unique(np.asarray(image) % 256)) > 2


def test_only_png_files_are_taken(finished, folder):
    Image.new("L", (8, 8)).save(folder / "a.jpg")
    told = []
    with pytest.raises(PartialError):
        denoise_files(finished("denoiser"), [folder / "a.jpg"], folder / "out", tell=told.append)
    assert told == [f"{folder / 'a.jpg'} is no PNG file; convert it first."]


def test_an_output_that_cannot_be_written_ends_it_at_once(finished, folder):
    (folder / "file").write_bytes(b"")
    with pytest.raises(WriteError, match="Could not write"):
        denoise_files(finished("denoiser"), [folder / "in"], folder / "file")


def test_two_inputs_for_one_output_are_refused(finished, folder):
    inputs = [folder / "in" / "0.png", folder / "in"]
    with pytest.raises(ConfigurationError, match="both be written"):
        denoise_files(finished("denoiser"), inputs, folder / "out")


def test_a_run_that_cannot_denoise_says_which_can(finished, folder):
    with pytest.raises(ConfigurationError, match=r"hourglass train --noise") as refused:
        denoise_files(finished("autoencoder"), [folder / "in"], folder / "out")
    assert "`hourglass reconstruct` shows" in str(refused.value)
    assert not (folder / "out").exists()


def test_inputs_that_are_not_there(finished, folder):
    (folder / "empty").mkdir()
    for path, words in [(folder / "none", "no file or folder"), (folder / "empty", "no PNG")]:
        with pytest.raises(MissingPathError, match=words):
            denoise_files(finished("denoiser"), [path], folder / "out")


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


@pytest.mark.parametrize("inside", [True, False])
def test_a_folder_that_may_not_be_read_is_named(finished, folder, monkeypatch, inside):
    run = finished("denoiser")
    without_rights(monkeypatch, folder / "in" / "sub")
    asked = folder / "in" if inside else folder / "in" / "sub"
    with pytest.raises(MissingPathError, match=r"sub cannot be reached: Permission denied"):
        denoise_files(run, [asked], folder / "out")
    assert not (folder / "out").exists()


def test_a_file_that_may_not_be_read_is_named_and_the_others_done(finished, folder, monkeypatch):
    run = finished("denoiser")
    told = []
    with monkeypatch.context() as rights:
        without_rights(rights, folder / "in" / "sub" / "1.png")
        with pytest.raises(PartialError, match="1 of 6 files failed"):
            denoise_files(run, [folder / "in"], folder / "out", tell=told.append)
    (line,) = told
    assert "1.png cannot be read as an image: permission denied" in line
    assert line.count("1.png") == 1


def test_a_name_that_no_file_can_have(finished, folder):
    run = finished("denoiser")
    with pytest.raises(MissingPathError, match="cannot be reached"):
        denoise_files(run, [folder / ("x" * 300 + ".png")], folder / "out")
    with pytest.raises(WriteError, match="Could not write"):
        denoise_files(run, [folder / "in"], folder / ("x" * 300))


def test_results_above_their_input_leave_it_in_peace(finished, folder):
    assert denoise_files(finished("denoiser"), [folder / "in" / "sub"], folder) == 3
    assert len(list(folder.glob("*.png"))) == 3
