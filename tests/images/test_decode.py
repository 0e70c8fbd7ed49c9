"""One image file in, one image file out."""

import struct
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from exact_pixels import exact_pixels
from hourglass.errors import (
    DataError,
    HourglassError,
    ImageShapeError,
    MissingPathError,
    WriteError,
)
from hourglass.images import image_bits, read_image_file, write_image_file
from hourglass.images.decode import IMAGE_EXTENSIONS, probe

GRAY = np.arange(20, dtype=np.uint8).reshape(4, 5) * 12
COLOR = np.random.default_rng(0).integers(0, 256, (4, 5, 3), np.uint8)
VEILED = np.dstack([COLOR, GRAY])
OPAQUE = np.dstack([COLOR, np.full((4, 5), 255, np.uint8)])


@pytest.mark.parametrize("extension", [".png", ".tif", ".bmp", ".gif", ".webp", ".jpg"])
def test_every_format_is_read(tmp_path, extension):
    path = tmp_path / f"image{extension}"
    options = {"lossless": True} if extension == ".webp" else {}
    Image.fromarray(COLOR if extension == ".webp" else GRAY).save(path, **options)
    image = read_image_file(path)
    assert extension in IMAGE_EXTENSIONS
    assert image.dtype == np.float32 and image.shape[:2] == (4, 5)
    if extension not in (".jpg", ".webp"):
        np.testing.assert_allclose(image[..., 0], GRAY / 255, atol=1e-7)


def as_mode(mode: str) -> Image.Image:
    if mode == "I;16":
        return Image.fromarray(GRAY.astype(np.uint16) * 257)
    if mode == "P with transparency":
        return Image.fromarray(VEILED).quantize(8, method=Image.Quantize.FASTOCTREE)
    if mode == "P":
        return Image.fromarray(COLOR).quantize(8)
    source = VEILED if mode in ("LA", "RGBA") else COLOR
    return Image.fromarray(source).convert(mode)


@pytest.mark.parametrize(
    ("mode", "extension", "form"),
    [
        ("1", "png", (4, 5, 1, "uint8")),
        ("L", "png", (4, 5, 1, "uint8")),
        ("I;16", "png", (4, 5, 1, "uint16")),
        ("I;16", "tif", (4, 5, 1, "uint16")),
        ("LA", "png", (4, 5, 2, "uint8")),
        ("RGB", "png", (4, 5, 3, "uint8")),
        ("RGBA", "png", (4, 5, 4, "uint8")),
        ("P", "png", (4, 5, 3, "uint8")),
        ("P with transparency", "png", (4, 5, 4, "uint8")),
        ("CMYK", "jpg", (4, 5, 3, "uint8")),
        ("CMYK", "tif", (4, 5, 3, "uint8")),
        ("YCbCr", "tif", (4, 5, 3, "uint8")),
    ],
)
def test_every_mode_has_its_form_and_the_header_tells_it(tmp_path, mode, extension, form):
    path = tmp_path / f"image.{extension}"
    as_mode(mode).save(path)
    pixels = exact_pixels(path)
    assert (*pixels.shape, pixels.dtype.name) == form
    assert probe(path)[:4] == form


def test_sixteen_bits_are_kept(tmp_path):
    values = np.array([[0, 1, 65534, 65535]], np.uint16)
    for name in ("image.png", "image.tif"):
        Image.fromarray(values).save(tmp_path / name)
        assert np.array_equal(exact_pixels(tmp_path / name)[..., 0], values)
    assert read_image_file(tmp_path / "image.png").max() == 1.0


def test_the_other_byte_order_of_a_tiff_is_read(tmp_path):
    path = tmp_path / "image.tif"
    Image.frombytes("I;16B", (2, 1), struct.pack(">2H", 1, 40000)).save(path)
    assert exact_pixels(path).ravel().tolist() == [1, 40000]


def test_a_transparent_color_becomes_alpha(tmp_path):
    path = tmp_path / "image.png"
    Image.fromarray(GRAY).save(path, transparency=12)
    assert probe(path).channels == exact_pixels(path).shape[-1] == 2
    assert exact_pixels(path)[0, 1].tolist() == [12, 0]


@pytest.mark.parametrize("extension", ["jpg", "png", "webp", "tif"])
def test_an_image_is_turned_as_its_camera_says(tmp_path, extension):
    upright = np.zeros((16, 32, 3), np.uint8)
    upright[:8] = 255
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / f"image.{extension}"
    Image.fromarray(np.rot90(upright)).save(path, exif=exif)
    assert probe(path)[:3] == (16, 32, 3)
    image = read_image_file(path)
    assert image[:7].mean() > 0.9 and image[9:].mean() < 0.1


def test_only_the_first_frame_of_a_gif_is_read(tmp_path):
    path = tmp_path / "image.gif"
    first, second = Image.fromarray(GRAY), Image.fromarray(255 - GRAY)
    first.save(path, save_all=True, append_images=[second])
    assert np.array_equal(exact_pixels(path)[..., 0], GRAY)


def test_an_alpha_that_hides_nothing_is_left_out(tmp_path):
    Image.fromarray(OPAQUE).save(tmp_path / "opaque.png")
    Image.fromarray(VEILED).save(tmp_path / "veiled.png")
    assert read_image_file(tmp_path / "opaque.png").shape == (4, 5, 3)
    assert read_image_file(tmp_path / "veiled.png").shape == (4, 5, 4)


@pytest.mark.parametrize(
    ("array", "channels"), [(GRAY, 2), (GRAY, 3), (GRAY, 4), (COLOR, 4), (OPAQUE, 4), (OPAQUE, 3)]
)
def test_channels_are_added_where_nothing_is_lost(tmp_path, array, channels):
    Image.fromarray(array).save(tmp_path / "image.png")
    image = read_image_file(tmp_path / "image.png", channels)
    assert image.shape == (4, 5, channels)
    if channels in (2, 4):
        assert (image[..., -1] == 1).all()


@pytest.mark.parametrize(("array", "channels"), [(COLOR, 1), (VEILED, 3), (COLOR, 2)])
def test_channels_are_never_thrown_away(tmp_path, array, channels):
    Image.fromarray(array).save(tmp_path / "image.png")
    with pytest.raises(ImageShapeError, match=f"{channels} are needed"):
        read_image_file(tmp_path / "image.png", channels)


def png_that_claims(width: int, height: int) -> bytes:
    """Return a PNG with an honest checksum, that size, and almost no pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    content = zlib.compress(bytes(100))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", content)
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (b"I am no image", "it is no PNG, JPEG, TIFF"),
        (png_that_claims(16_001, 16_000), "256,016,000 pixels, and at most 256,000,000"),
        (png_that_claims(40, 40), "truncated"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "it is no PNG"),
    ],
)
def test_what_is_no_image_is_refused_with_the_reason(tmp_path, content, reason):
    path = tmp_path / "image.png"
    path.write_bytes(content)
    with pytest.raises(DataError, match=f"image.png cannot be read as an image: .*{reason}"):
        read_image_file(path)


def test_the_pixel_cap_of_the_process_stays_as_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 7)
    Image.fromarray(GRAY).save(tmp_path / "image.png")
    assert read_image_file(tmp_path / "image.png").shape == (4, 5, 1)
    assert Image.MAX_IMAGE_PIXELS == 7


def test_numbers_that_are_no_levels_keep_their_type(tmp_path):
    values = GRAY.astype(np.float32) - 3.5
    Image.fromarray(values).save(tmp_path / "image.tif")
    decoded = exact_pixels(tmp_path / "image.tif")
    assert decoded.dtype == np.float32 and np.array_equal(decoded[..., 0], values)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(MissingPathError, match=r"no image file .*nothing\.png"):
        read_image_file(tmp_path / "nothing.png")
    with pytest.raises(DataError, match="is a directory"):
        read_image_file(tmp_path)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), extension=st.sampled_from(["png", "jpg", "gif", "tif", "bmp", "webp"]))
def test_damaged_files_end_in_an_error_of_ours_or_an_image(tmp_path, data, extension):
    path = tmp_path / f"image.{extension}"
    Image.fromarray(COLOR).save(path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        image = read_image_file(path)
    except HourglassError:
        return
    assert image.ndim == 3 and 0 <= image.min() <= image.max() <= 1


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_what_is_written_is_read_again(tmp_path, channels):
    image = np.random.default_rng(1).random((6, 7, channels), np.float32)
    write_image_file(tmp_path / "new" / "image.png", image)
    again = read_image_file(tmp_path / "new" / "image.png")
    assert again.shape == image.shape
    assert np.abs(again - image).max() <= 0.5 / 255 + 1e-6


def test_values_outside_the_range_are_clipped(tmp_path):
    write_image_file(tmp_path / "image.png", np.array([[[-3.0], [0.5], [7.0]]]))
    assert exact_pixels(tmp_path / "image.png").ravel().tolist() == [0, 128, 255]


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 5), (0, 4, 1), (1, 4, 4, 1)])
def test_an_array_that_is_no_image_is_not_written(tmp_path, shape):
    with pytest.raises(ImageShapeError, match="height, width, channels"):
        write_image_file(tmp_path / "image.png", np.zeros(shape))
    assert not list(tmp_path.iterdir())


def test_values_that_are_not_finite_are_not_written(tmp_path):
    with pytest.raises(DataError, match="finite"):
        write_image_file(tmp_path / "image.png", np.full((2, 2, 1), np.nan))


def test_whole_numbers_are_not_written_as_if_they_were_in_the_unit_range(tmp_path):
    with pytest.raises(DataError, match=r"is uint8\. Divide"):
        write_image_file(tmp_path / "image.png", np.full((2, 2, 1), 200, np.uint8))


def test_a_failed_write_leaves_nothing(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(WriteError):
        write_image_file(tmp_path / "file" / "image.png", np.zeros((2, 2, 1)))


def test_sixteen_bits_are_written_and_read_exactly(tmp_path):
    levels = np.arange(0, 65_536, 257, dtype=np.uint16).reshape(16, 16, 1)
    write_image_file(tmp_path / "deep.png", levels / 65_535.0, bits=16)
    assert image_bits(tmp_path / "deep.png") == 16
    assert np.array_equal(np.rint(read_image_file(tmp_path / "deep.png") * 65_535), levels)
    with pytest.raises(DataError, match="8 or 16 bits a channel; 12 were"):
        write_image_file(tmp_path / "odd.png", np.zeros((2, 2, 1)), bits=12)


@pytest.mark.parametrize("channels", [2, 3, 4])
def test_color_and_alpha_keep_sixteen_bits(tmp_path, channels):
    levels = np.random.default_rng(2).integers(0, 65_536, (5, 6, channels), np.uint16)
    write_image_file(tmp_path / "deep.png", levels / 65_535.0, bits=16)
    assert np.array_equal(exact_pixels(tmp_path / "deep.png"), levels)
