"""What instruments, scanners and editors write is denoised whole, in its own numbers."""

import numpy as np
import pytest
import tifffile
from PIL import Image

from hourglass.errors import PartialError
from hourglass.experiment import denoise_files, reconstruct_files, require_all_done
from hourglass.seeds import generator


def smooth(height: int, width: int, seed: int = 0) -> np.ndarray:
    """Return a scene with noise, shape (height, width), about 0 to 1."""
    down, across = np.mgrid[:height, :width]
    scene = 0.5 + 0.3 * np.sin(across / 9 + seed) * np.cos(down / 7)
    return np.clip(scene + generator(seed).normal(0, 0.1, scene.shape), 0, 1)


def test_every_frame_of_a_stack_is_denoised_as_if_it_were_alone(finished, tmp_path):
    run, stack = finished("denoiser"), np.stack([smooth(24, 20, seed) for seed in range(5)])
    levels = np.rint(stack * 65_535).astype(np.uint16)
    (tmp_path / "in").mkdir()
    tifffile.imwrite(tmp_path / "in" / "film.tif", levels, imagej=True, metadata={"axes": "TYX"})
    for number, frame in enumerate(levels):
        tifffile.imwrite(tmp_path / "in" / f"{number}.tif", frame, metadata=None)
    done = denoise_files(run, [tmp_path / "in"], tmp_path / "out")
    film = tifffile.imread(tmp_path / "out" / "film.tif")
    alone = [tifffile.imread(tmp_path / "out" / f"{number}.tif") for number in range(5)]
    assert film.shape == levels.shape and np.array_equal(film, alone)
    assert [file.frames for file in done.files] == [1, 1, 1, 1, 1, 5]
    levels = [file.estimated_noise_level for file in done.files]
    assert levels[5] == pytest.approx(np.median(levels[:5]))


def test_the_first_frame_is_denoised_alone_where_that_is_asked(finished, tmp_path):
    stack = np.rint(np.stack([smooth(24, 20, seed) for seed in range(3)]) * 255).astype(np.uint8)
    tifffile.imwrite(tmp_path / "film.tif", stack, imagej=True, metadata={"axes": "TYX"})
    told = []
    run, inputs = finished("denoiser"), [tmp_path / "film.tif"]
    done = denoise_files(run, inputs, tmp_path / "out", frames="first", tell=told.append)
    assert "the first of 3 pages, as asked for" in told[0] and done.incomplete == 0
    with tifffile.TiffFile(tmp_path / "out" / "film.tif") as file:
        assert file.asarray().shape == (24, 20) and "images" not in file.pages[0].description


def test_a_reconstruction_is_measured_over_all_frames(finished, tmp_path):
    run, stack = finished("denoiser"), np.stack([smooth(8, 8, seed) for seed in range(3)])
    levels = np.rint(stack * 255).astype(np.uint8)
    tifffile.imwrite(tmp_path / "film.tif", levels, photometric="minisblack", metadata=None)
    scores = reconstruct_files(run, [tmp_path / "film.tif"], tmp_path / "out")
    result = tifffile.imread(tmp_path / "out" / "film.tif") / 255
    assert scores.mse == pytest.approx(np.square(stack - result).mean(), abs=1e-3)


KINDS = {
    "uint16": (1, 0, {}),
    "int16": (4_000, -1_000, {}),
    "int8": (200, -100, {}),
    "uint32": (4e9, 1e8, {}),
    "int32": (3e9, -1e9, {}),
    "float16": (30, -12, {}),
    "float32": (3_000, -200, {"compression": "deflate", "predictor": 3}),
    "float64": (1e-6, 0, {}),
}


@pytest.mark.parametrize("dtype", KINDS)
def test_the_identity_gives_every_type_back_exactly(identity, tmp_path, dtype):
    scale, low, options = KINDS[dtype]
    values = (smooth(31, 40) * scale + low).astype(dtype)
    tifffile.imwrite(tmp_path / "a.tif", values, metadata=None, **options)
    for strength in (0.0, 1.0):
        output = tmp_path / str(strength)
        denoise_files(identity, [tmp_path / "a.tif"], output, strength=strength)
        result = tifffile.imread(output / "a.tif")
        assert result.dtype == values.dtype and np.array_equal(result, values)


def test_a_scale_does_not_change_what_is_done(finished, tmp_path):
    unit, run = smooth(40, 32), finished("denoiser")
    scaled = {
        "full": np.rint(unit * 65_535).astype(np.uint16),
        "counts": (unit * 3_000 - 500).astype(np.float32),
        "hounsfield": np.rint(unit * 30_000 - 15_000).astype(np.int16),
    }
    results = []
    for name, values in scaled.items():
        tifffile.imwrite(tmp_path / f"{name}.tif", values, metadata=None)
        ends = {"full": "0..65535", "counts": "-500..2500", "hounsfield": "-15000..15000"}
        output = tmp_path / "out"
        denoise_files(run, [tmp_path / f"{name}.tif"], output, value_range=ends[name])
        low, high = map(float, ends[name].split(".."))
        results.append((tifffile.imread(output / f"{name}.tif") - low) / (high - low))
    assert np.abs(results[0] - results[1]).max() < 1e-4
    assert np.abs(results[0] - results[2]).max() < 1e-4
    assert np.abs(results[0] - unit).mean() > 0.01


def test_values_outside_of_a_given_range_keep_their_distance(identity, tmp_path):
    values = np.array([[-50, 0, 2_000, 4_095, 9_000]], np.int16).repeat(5, axis=0)
    tifffile.imwrite(tmp_path / "a.tif", values, metadata=None)
    denoise_files(identity, [tmp_path / "a.tif"], tmp_path / "out", value_range="0..4095")
    assert np.array_equal(tifffile.imread(tmp_path / "out" / "a.tif"), values)


def test_numbers_that_are_none_stay_and_do_not_spread(finished, tmp_path):
    values = smooth(40, 30).astype(np.float32)
    holes = values.copy()
    holes[10:14, 5:9] = np.nan
    holes[0, 0] = np.inf
    for name, image in (("whole", values), ("holes", holes)):
        tifffile.imwrite(tmp_path / f"{name}.tif", image, metadata=None)
    told = []
    inputs = [tmp_path / "whole.tif", tmp_path / "holes.tif"]
    denoise_files(finished("denoiser"), inputs, tmp_path / "out", tell=told.append)
    whole, result = (tifffile.imread(tmp_path / "out" / path.name) for path in inputs)
    assert "17 pixels that are no finite numbers stay as they are" in told[-1]
    assert np.array_equal(np.isfinite(result), np.isfinite(holes))
    assert np.abs(result - whole)[25:].max() < 0.05 and np.abs(whole - values).mean() > 0.01


@pytest.mark.parametrize("channels", [1, 3])
def test_bands_beyond_color_are_denoised(untrained, finished, tmp_path, channels):
    bands = np.dstack([smooth(24, 20, seed) for seed in range(5)])
    levels = np.rint(bands * 65_535).astype(np.uint16)
    layouts = {
        "infrared": (levels[..., :4], {"photometric": "rgb", "extrasamples": [0]}),
        "stains": (levels[..., :2], {"photometric": "minisblack", "planarconfig": "contig"}),
        "five": (levels, {"photometric": "rgb", "extrasamples": [0, 2]}),
    }
    run = finished("denoiser")
    if channels == 3:
        run = untrained(tmp_path / "run", "gaussian:0.2", channels=3)
    for name, (image, options) in layouts.items():
        tifffile.imwrite(tmp_path / f"{name}.tif", image, metadata=None, **options)
        denoise_files(run, [tmp_path / f"{name}.tif"], tmp_path / "out")
        with tifffile.TiffFile(tmp_path / "out" / f"{name}.tif") as file:
            result, page = file.asarray(), file.pages[0]
            assert tuple(page.extrasamples) == tuple(options.get("extrasamples", [0]))
        changed = [(result[..., n] != image[..., n]).any() for n in range(image.shape[-1])]
        # An untrained U-Net changes nothing, and an alpha is never changed.
        assert changed == [
            channels == 1 and not (name == "five" and n == 4) for n in range(len(changed))
        ]


def test_hidden_colors_do_not_bleed_into_what_is_seen(finished, tmp_path):
    down, across = np.mgrid[:60, :50]
    disc = (down - 30) ** 2 + (across - 25) ** 2 < 300
    hidden = {
        "black": np.zeros((60, 50, 3)),
        "white": np.full((60, 50, 3), 255),
        "noise": generator(3).integers(0, 256, (60, 50, 3)),
    }
    results = []
    for name, below in hidden.items():
        pixels = np.dstack([below, disc * 255]).astype(np.uint8)
        pixels[disc, :3] = np.rint(smooth(60, 50)[disc] * 255)[:, None]
        Image.fromarray(pixels).save(tmp_path / f"{name}.png")
        denoise_files(finished("denoiser"), [tmp_path / f"{name}.png"], tmp_path / "out")
        with Image.open(tmp_path / "out" / f"{name}.png") as image:
            result = np.asarray(image)
        assert np.array_equal(result[~disc], pixels[~disc])
        assert np.array_equal(result[..., 3], pixels[..., 3])
        assert (result[disc] != pixels[disc]).any()
        results.append(result[disc])
    assert all(np.array_equal(one, results[0]) for one in results)


def test_a_file_of_nothing_but_hidden_colors_comes_back(finished, tmp_path):
    pixels = generator(1).integers(0, 256, (9, 8, 4), dtype=np.uint8)
    pixels[..., 3] = 0
    Image.fromarray(pixels).save(tmp_path / "a.png")
    denoise_files(finished("denoiser"), [tmp_path / "a.png"], tmp_path / "out")
    with Image.open(tmp_path / "out" / "a.png") as image:
        assert np.array_equal(np.asarray(image), pixels)


def test_a_result_that_holds_less_than_its_file_is_told_at_the_end(finished, tmp_path):
    views = [Image.fromarray((smooth(20, 24, seed) * 255).astype(np.uint8)) for seed in (1, 2)]
    views[0].save(tmp_path / "a.jpg", "MPO", save_all=True, append_images=views[1:])
    told = []
    done = denoise_files(
        finished("denoiser"), [tmp_path / "a.jpg"], tmp_path / "out", tell=told.append
    )
    assert told == [f"{tmp_path / 'a.jpg'}: the first of 2 pictures in it (MPO)"]
    assert (done.incomplete, done.count("written")) == (1, 1)
    with pytest.raises(PartialError, match="1 of 1 results hold less than their files"):
        require_all_done(0, 1, tmp_path, done.incomplete)


def test_twelve_bits_are_done_as_if_they_were_sixteen(finished, tmp_path):
    twelve = np.stack([np.rint(smooth(40, 30, seed) * 4_000) for seed in range(3)]).astype(
        np.uint16
    )
    for name, times in (("twelve", 1), ("stretched", 16)):
        (tmp_path / name).mkdir()
        for number, image in enumerate(twelve):
            tifffile.imwrite(tmp_path / name / f"{number}.tif", image * times, metadata=None)
        told = []
        denoise_files(
            finished("denoiser"), [tmp_path / name], tmp_path / f"out-{name}", tell=told.append
        )
        assert bool(told) == (name == "twelve")
    for number in range(3):
        low, high = (
            tifffile.imread(tmp_path / f"out-{name}" / f"{number}.tif").astype(float)
            for name in ("twelve", "stretched")
        )
        assert np.abs(low * 16 - high).max() <= 32
