import numpy as np
import pytest
from PIL import Image

from hourglass.bundles import load_model
from hourglass.errors import ConfigurationError, MissingPathError, WriteError
from hourglass.experiment import denoise_files, reconstruct_files
from hourglass.images import read_image_file, write_image_file
from hourglass.inference import reconstruct
from hourglass.records import FileScores


@pytest.fixture
def folder(tmp_path, digits):
    for number, clean in enumerate(digits[:4]):
        name = f"sub/{number}.png" if number % 2 else f"{number}.png"
        write_image_file(tmp_path / "in" / name, clean)
    return tmp_path


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.png"))


@pytest.mark.parametrize("name", ["autoencoder", "denoiser", "dense-denoiser"])
def test_every_run_rebuilds_files_as_they_are(finished, folder, name):
    run = finished(name)
    scores = reconstruct_files(run, [folder / "in"], folder / "out")
    assert names(folder / "out") == names(folder / "in")
    model, spec = load_model(run.model)
    for file in names(folder / "in"):
        image, written = (read_image_file(folder / side / file) for side in ("in", "out"))
        assert np.abs(reconstruct(model, image[None])[0] - written).max() <= 0.5 / 255 + 1e-6
    assert (scores.files, scores.measured, scores.failed) == (4, 4, 0)
    assert scores.corruption == spec.corruption


def test_the_figures_are_means_over_the_files(finished, folder):
    # A constant image is rebuilt with another error than digits, so that the two PSNRs differ.
    write_image_file(folder / "in" / "white.png", np.ones((8, 8, 1), np.float32))
    scores = reconstruct_files(finished("autoencoder"), [folder / "in"], folder / "out")
    pairs = [
        [read_image_file(folder / side / file).astype(np.float64) for side in ("in", "out")]
        for file in names(folder / "in")
    ]
    errors = np.array([np.square(before - after).mean() for before, after in pairs])
    # Files are rounded to 8 bits, what was measured is not.
    assert scores.mse == pytest.approx(errors.mean(), rel=1e-2)
    assert scores.psnr == pytest.approx(-10 * np.log10(scores.mse))
    assert scores.psnr_per_image == pytest.approx(-10 * np.log10(errors).mean(), abs=0.05)
    assert scores.psnr_per_image > scores.psnr + 0.1


def test_files_of_several_sizes_count_the_same(finished, folder):
    write_image_file(folder / "in" / "wide.png", np.full((40, 23, 1), 0.5, np.float32))
    run = finished("denoiser")
    alone = [
        reconstruct_files(run, [folder / "in" / file], folder / "alone").mse
        for file in names(folder / "in")
    ]
    scores = reconstruct_files(run, [folder / "in"], folder / "out")
    assert read_image_file(folder / "out" / "wide.png").shape == (40, 23, 1)
    assert scores.mse == pytest.approx(np.mean(alone), rel=1e-5)


def test_what_is_done_is_left_alone_and_not_measured(finished, folder):
    run = finished("autoencoder")
    (folder / "out").mkdir()
    (folder / "out" / "0.png").write_bytes(b"mine")
    first = reconstruct_files(run, [folder / "in"], folder / "out")
    assert (first.files, first.measured, first.done_before) == (4, 3, 1)
    assert (folder / "out" / "0.png").read_bytes() == b"mine"
    again = reconstruct_files(run, [folder / "in"], folder / "out")
    assert again == FileScores(
        files=4, measured=0, done_before=4, failed=0, mse=None, psnr=None, psnr_per_image=None
    )


def test_bad_files_are_named_and_the_others_measured(finished, folder):
    (folder / "in" / "text.png").write_text("no image")
    write_image_file(folder / "in" / "wide.png", np.zeros((5, 23, 1), np.float32))
    Image.new("RGB", (8, 8)).save(folder / "a.jpg")
    told = []
    run, inputs = finished("autoencoder"), [folder / "in", folder / "a.jpg"]
    scores = reconstruct_files(run, inputs, folder / "out", tell=told.append)
    text, wide, jpeg = told
    assert "text.png cannot be read as an image" in text
    assert "wide.png has shape (5, 23, 1)" in wide and "height 8, width 8 and 1 channels" in wide
    assert "a.jpg has shape (8, 8, 3)" in jpeg and "1 channels" in jpeg
    assert (scores.files, scores.measured, scores.failed) == (7, 4, 3)
    assert scores.mse is not None and len(names(folder / "out")) == 4


def test_sixteen_bits_are_kept(finished, folder, digits):
    write_image_file(folder / "deep.png", digits[0] * 0.9 + 0.03, bits=16)
    reconstruct_files(finished("autoencoder"), [folder / "deep.png"], folder / "out")
    with Image.open(folder / "out" / "deep.png") as image:
        assert image.mode == "I;16"


@pytest.mark.parametrize(
    ("inputs", "output", "error"),
    [
        (["in"], "in", ConfigurationError),
        (["in/0.png", "in"], "out", ConfigurationError),
        (["none"], "out", MissingPathError),
        (["empty"], "out", MissingPathError),
        (["in"], "file", WriteError),
    ],
)
def test_what_denoising_refuses_is_refused_in_the_same_words(
    finished, folder, inputs, output, error
):
    (folder / "empty").mkdir()
    (folder / "file").write_bytes(b"")
    before = sorted(folder.rglob("*"))
    said = []
    for work in (denoise_files, reconstruct_files):
        with pytest.raises(error) as refused:
            work(finished("denoiser"), [folder / name for name in inputs], folder / output)
        said.append(str(refused.value))
    assert said[0] == said[1]
    assert sorted(folder.rglob("*")) == before
