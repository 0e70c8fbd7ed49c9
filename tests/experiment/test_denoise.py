import numpy as np
import pytest
from PIL import Image

from hourglass.bundles import load_model
from hourglass.errors import ConfigurationError
from hourglass.experiment import denoise_files
from hourglass.experiment.noise_advice import noise_advice
from hourglass.images import load_image_file, read_image_file, write_image_file
from hourglass.inference import rebuild_in_bands, reconstruct
from hourglass.seeds import generator


@pytest.fixture
def folder(noisy_files):
    return noisy_files


def test_a_folder_is_denoised_with_its_tree_and_names(finished, folder, digits):
    run = finished("denoiser")
    done = denoise_files(run, [folder / "in"], folder / "out")
    assert (done.count("written"), done.count("failed"), len(done.files)) == (6, 0, 6)
    assert (done.corruption, done.advice, done.sheet) == ("gaussian:0.3", None, None)
    assert all(0.1 < file.estimated_noise_level < 0.6 for file in done.files)
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
    done = denoise_files(run, [folder / "in" / "0.png"], folder / "out")
    assert [file.status for file in done.files] == ["done before"]
    assert (folder / "out" / "0.png").read_bytes() == b"mine"


def test_bad_files_are_named_and_the_others_done(finished, folder):
    (folder / "in" / "text.png").write_text("no image")
    (folder / "in" / "empty.tif").write_bytes(b"")
    told = []
    done = denoise_files(finished("denoiser"), [folder / "in"], folder / "out", tell=told.append)
    assert ["empty.tif" in told[0], "text.png" in told[1], len(told)] == [True, True, 2]
    assert [file.reason for file in done.files if file.status == "failed"] == told
    assert (done.count("failed"), done.count("written")) == (2, 6)
    assert len(list((folder / "out").rglob("*.*"))) == 6


def test_any_size_is_taken_by_a_network_of_one_size(untrained, tmp_path):
    run = untrained(tmp_path / "run", "gaussian:0.2", network="residual", size=8)
    for shape in [(5, 23, 1), (3, 3, 3)]:
        write_image_file(tmp_path / "other.png", np.full(shape, 0.5, np.float32))
        denoise_files(run, [tmp_path / "other.png"], tmp_path / f"{shape[1]}")
        assert read_image_file(tmp_path / f"{shape[1]}" / "other.png").shape == shape


def test_the_error_at_the_borders_of_tiles_is_as_low_as_elsewhere(finished, digits):
    clean = np.concatenate([np.concatenate(digits[i : i + 40], axis=1) for i in range(0, 1600, 40)])
    noisy = np.clip(clean + generator(2).normal(0, 0.3, clean.shape), 0, 1).astype(np.float32)
    model, spec = load_model(finished("denoiser").model)
    bands = rebuild_in_bands(model, spec, noisy, tile=96)
    tiled = np.concatenate([band for _, band in bands])
    whole = reconstruct(model, noisy[None])[0]
    assert np.abs(tiled - whole).max() <= 1e-5
    # Tiles of 96 begin every 32 pixels, so that one ends within two pixels of these.
    at_borders = np.isin(np.arange(len(clean)) % 32, (30, 31, 0, 1))
    squares = np.square(tiled - clean)
    assert squares[at_borders].mean() <= 1.1 * squares[~at_borders].mean()


def test_sixteen_bits_are_kept(finished, folder, digits):
    write_image_file(folder / "deep.png", digits[0] * 0.9 + 0.03, bits=16)
    denoise_files(finished("denoiser"), [folder / "deep.png"], folder / "out")
    with Image.open(folder / "out" / "deep.png") as image:
        assert image.mode == "I;16"
        assert len(np.unique(np.asarray(image) % 256)) > 2


def test_a_run_that_cannot_denoise_says_which_can(finished, folder):
    with pytest.raises(ConfigurationError, match=r"hourglass train --noise") as refused:
        denoise_files(finished("autoencoder"), [folder / "in"], folder / "out")
    assert "`hourglass reconstruct` shows" in str(refused.value)
    assert not (folder / "out").exists()


KINDS = [
    ("gray.png", (50, 61), np.uint8),
    ("deep.png", (23, 9), np.uint16),
    ("color.png", (20, 31, 3), np.uint8),
    ("clear.png", (12, 14, 4), np.uint8),
    ("gray.tif", (70, 60), np.uint16),
    ("color.tiff", (31, 20, 3), np.uint8),
    ("old.bmp", (8, 9, 3), np.uint8),
    ("color.webp", (9, 8, 3), np.uint8),
]


@pytest.mark.parametrize("strength", [1.0, 0.0, 0.3])
def test_the_identity_gives_lossless_files_back(identity, tmp_path, strength):
    chance = generator(4)
    for name, shape, dtype in KINDS:
        pixels = chance.integers(0, np.iinfo(dtype).max, shape, dtype=dtype, endpoint=True)
        (tmp_path / "in" / "sub").mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(tmp_path / "in" / "sub" / name, lossless=True)
    done = denoise_files(identity, [tmp_path / "in"], tmp_path / "out", strength=strength)
    assert done.count("written") == len(KINDS)
    for name, _, dtype in KINDS:
        source = tmp_path / "in" / "sub" / name
        before = load_image_file(source)
        after = load_image_file(tmp_path / "out" / "sub" / name.replace(".bmp", ".png"))
        assert np.array_equal(before.pixels, after.pixels) and after.pixels.dtype == dtype
        assert (before.alpha is None) == (after.alpha is None)
        assert before.alpha is None or np.array_equal(before.alpha, after.alpha)
    with pytest.raises(ConfigurationError, match="strength"):
        denoise_files(identity, [tmp_path / "in"], tmp_path / "out", strength=1.01)


def test_the_strength_goes_from_the_file_to_the_reconstruction(finished, folder):
    run, source = finished("denoiser"), folder / "in" / "0.png"
    for strength in (0.0, 0.5, 1.0):
        denoise_files(run, [source], folder / str(strength), strength=strength)
    none, half, full = (
        read_image_file(folder / str(strength) / "0.png") for strength in (0.0, 0.5, 1.0)
    )
    assert np.array_equal(none, read_image_file(source))
    assert np.abs(half - (none + full) / 2).max() <= 1.01 / 255


def test_an_image_is_denoised_as_its_viewer_sees_it(finished, folder, digits):
    """A camera that lay on its side says so; the model has seen upright images alone."""
    noisy = np.round(np.concatenate(digits[:3])[:, :6, 0] * 255).astype(np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(noisy).save(folder / "upright.png")
    Image.fromarray(np.rot90(noisy)).save(folder / "side.png", exif=exif)
    denoise_files(
        finished("denoiser"), [folder / "upright.png", folder / "side.png"], folder / "out"
    )
    upright, side = (
        read_image_file(folder / "out" / f"{name}.png") for name in ("upright", "side")
    )
    assert np.array_equal(upright, side)
    with Image.open(folder / "out" / "side.png") as image:
        assert image.size == (24, 6)


def test_files_of_every_kind_go_through_a_model_with_an_alpha(untrained, tmp_path):
    run = untrained(tmp_path / "run", "gaussian:0.2", channels=4)
    for name, shape in [("gray.png", (6, 5)), ("rgb.png", (6, 5, 3)), ("rgba.png", (6, 5, 4))]:
        pixels = generator(1).integers(0, 256, shape, dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / name)
        denoise_files(run, [tmp_path / name], tmp_path / "out")
        with Image.open(tmp_path / "out" / name) as image:
            assert np.array_equal(np.asarray(image), pixels)


def test_what_a_result_lacks_is_told(identity, tmp_path):
    frames = [Image.new("L", (8, 8), level) for level in (0, 90, 200)]
    frames[0].save(tmp_path / "x.gif", save_all=True, append_images=frames[1:])
    told = []
    done = denoise_files(identity, [tmp_path / "x.gif"], tmp_path / "out", tell=told.append)
    assert done.files[0].output == str(tmp_path / "out" / "x.png")
    assert any("x.gif" in line and "written as an animated PNG" in line for line in told)
    assert done.files[0].frames == 3
    with Image.open(tmp_path / "out" / "x.png") as moving:
        assert moving.n_frames == 3


@pytest.mark.parametrize(
    ("corruption", "noise", "given", "words"),
    [
        ("gaussian:0.05..0.2", 0.5, None, "6 of 6 files"),
        ("gaussian:0.05..0.5", 0.3, None, None),
        ("gaussian:0.05", 0.5, None, "of 6 files has a median of 0.5"),
        ("gaussian:0.05", 0.14, None, None),
        ("gaussian:0.05", 0.01, None, "median of 0.01"),
        ("gaussian:0.05", 0.1, 0.3, "given noise level is 0.3"),
        ("gaussian:0.2..0.4", 0.1, 0.3, None),
        ("salt-and-pepper:0.1", 0.5, 0.3, None),
    ],
)
def test_noise_that_a_model_was_not_trained_for_is_told(corruption, noise, given, words):
    levels = [noise] * 6
    said = noise_advice(corruption, levels, "my photos", given=given)
    assert (said is None) == (words is None)
    if words is not None:
        assert words in said and "hourglass train 'my photos' --corruption gaussian:0.05.." in said


def test_a_sheet_shows_files_before_and_after(identity, finished, folder):
    write_image_file(folder / "in" / "wide.png", np.full((8, 300, 3), 0.5, np.float32))
    inputs, sheet = [folder / "in"], folder / "sheet.png"
    done = denoise_files(finished("denoiser"), inputs, folder / "out", sheet=sheet)
    assert done.sheet == str(sheet)
    picture = read_image_file(sheet)
    # The largest pair sets the width of a column; an 8×8 image is shown 32 times as large.
    assert picture.shape[0] > 6 * 256 and picture.shape[1] == 2 * 256 + 10 + 6 + 10
    content = sheet.read_bytes()
    assert denoise_files(identity, inputs, folder / "out", sheet=sheet).sheet is None
    assert sheet.read_bytes() == content
    for place in (folder / "in" / "s.png", folder / "out" / "0.png", folder / "s.jpg"):
        with pytest.raises(ConfigurationError, match="--sheet"):
            denoise_files(identity, inputs, folder / "out", sheet=place)
