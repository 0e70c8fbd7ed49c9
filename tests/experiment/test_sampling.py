"""Images from random codes, and those between two images."""

import numpy as np
import pytest
from PIL import Image

from hourglass.bundles import load_model
from hourglass.errors import (
    ConfigurationError,
    ImageShapeError,
    MissingPathError,
    OutputExistsError,
)
from hourglass.evaluation import fit_codes
from hourglass.experiment import interpolate_images, sample_images
from hourglass.experiment.codes import between, default_ends, fitted_codes
from hourglass.figures import image_sheet
from hourglass.images import load_splits, read_image_file, write_image_file
from hourglass.inference import decode, encode, reconstruct
from hourglass.seeds import generator


@pytest.fixture(scope="module")
def splits():
    return load_splits("digits", seed=3)


def test_a_variational_run_is_given_codes_of_its_prior(finished, tmp_path):
    run, output = finished("variational"), tmp_path / "new" / "sheet.png"
    line = sample_images(run, output, count=11, seed=4)
    assert line.startswith("11 images from codes drawn from the standard normal, the prior")
    model, _ = load_model(run.model)
    expected = image_sheet(np.asarray(model.sample(11, seed=4)), 8, 10)
    assert np.abs(read_image_file(output, channels=3) * 255 - expected).max() <= 1
    sample_images(run, tmp_path / "other.png", count=11, seed=5)
    assert (tmp_path / "other.png").read_bytes() != output.read_bytes()


def test_an_autoencoder_is_given_codes_like_those_of_its_training_images(
    finished, tmp_path, splits
):
    run = finished("autoencoder")
    line = sample_images(run, tmp_path / "a.png", count=3)
    assert "a Gaussian fitted to the codes of its 1,437 training images (seed 0)" in line
    model, _ = load_model(run.model)
    codes = fit_codes(encode(model, splits.train.read_all()))
    drawn = codes.codes(generator(0, "codes").standard_normal((3, 16), dtype=np.float32))
    expected = image_sheet(decode(model, drawn), 3, 10)
    assert np.abs(read_image_file(tmp_path / "a.png", channels=3) * 255 - expected).max() <= 1


def test_the_ends_of_a_line_are_the_reconstructions(finished, splits):
    model, _ = load_model(finished("autoencoder").model)
    first, last = default_ends(splits.test)
    labels = splits.test.labels
    position = int(np.flatnonzero(labels != labels[0])[0])
    assert first.name == f"test image 0 ({labels[0]})"
    assert last.name == f"test image {position} ({labels[position]})"
    line = between(model, first.image, last.image, 7)
    ends = reconstruct(model, np.stack([first.image, last.image]))
    assert line.shape == (7, 8, 8, 1) and np.allclose(line[[0, -1]], ends, atol=1e-5)
    assert np.abs(line[3] - (ends[0] + ends[1]) / 2).max() > 0.01


def test_ends_are_positions_or_files(finished, tmp_path, splits):
    run = finished("variational")
    write_image_file(tmp_path / "mine.png", splits.test.read(np.array([5]))[0])
    by_place = interpolate_images(run, tmp_path / "a.png", ("5", "17"), steps=4)
    assert by_place.startswith("4 images from test image 5 (")
    by_file = interpolate_images(run, tmp_path / "b.png", (f"{tmp_path}/mine.png", "17"), steps=4)
    assert "from mine.png to test image 17" in by_file
    pictures = [read_image_file(tmp_path / name, channels=3) for name in ("a.png", "b.png")]
    # The strips stand at the right margin; titles and rounding to 8 bits differ.
    height = min(picture.shape[0] for picture in pictures)
    corners = [picture[-height + 40 :, -340:] for picture in pictures]
    assert np.abs(corners[0] - corners[1]).max() < 0.05


def test_what_is_not_in_a_strip_of_files_is_told(finished, tmp_path, splits):
    pages = splits.test.read(np.array([5, 6]))[..., 0]
    scaled = [Image.fromarray((page * 65535).astype(np.uint16)) for page in pages]
    scaled[0].save(tmp_path / "pages.tif", save_all=True, append_images=scaled[1:])
    told = []
    ends = (f"{tmp_path}/pages.tif", "17")
    interpolate_images(finished("variational"), tmp_path / "a.png", ends, steps=2, tell=told.append)
    assert told == ["1 file has several frames or pages, of which the first was taken."]


@pytest.mark.parametrize(
    ("work", "arguments", "error", "words"),
    [
        (sample_images, {"count": 0}, ConfigurationError, "count must lie between 1 and 10,000"),
        (interpolate_images, {"steps": 1}, ConfigurationError, "steps must lie between 2"),
        (interpolate_images, {"ends": ("3",)}, ConfigurationError, "Name both, or none"),
        (interpolate_images, {"ends": ("3", "999")}, ConfigurationError, "180 images, counted"),
        (interpolate_images, {"ends": ("3", "none.png")}, MissingPathError, "none.png"),
        (interpolate_images, {"ends": ("wide.png", "3")}, ImageShapeError, "height 8, width 8"),
    ],
)
def test_what_cannot_be_drawn_is_named(
    finished, tmp_path, monkeypatch, work, arguments, error, words
):
    monkeypatch.chdir(tmp_path)
    write_image_file("wide.png", np.zeros((5, 9, 1), np.float32))
    with pytest.raises(error, match=words):
        work(finished("variational"), tmp_path / "out.png", **arguments)
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize("work", [sample_images, interpolate_images])
def test_what_is_refused_before_anything_is_read(finished, tmp_path, work):
    (tmp_path / "there.png").write_bytes(b"mine")
    with pytest.raises(OutputExistsError, match="exists already"):
        work(finished("variational"), tmp_path / "there.png")
    assert (tmp_path / "there.png").read_bytes() == b"mine"
    with pytest.raises(ConfigurationError, match="PNG file"):
        work(finished("variational"), tmp_path / "sheet.jpg")
    with pytest.raises(ConfigurationError, match="--data digits --objective variational"):
        work(finished("denoiser"), tmp_path / "out.png")


def test_a_code_that_is_too_large_for_a_covariance_is_named(splits):
    from hourglass.models import build_model
    from hourglass.records import ModelSpec, NetworkOptions

    options = NetworkOptions(units=(65,), latent_dim=None, activation="relu")
    model = build_model(ModelSpec(network="strided", image_shape=(16, 16, 1), options=options))
    assert model.code_size == 8 * 8 * 65
    with pytest.raises(ConfigurationError, match="up to 4,096 numbers; this network's have 4,160"):
        fitted_codes(model, splits.train)
