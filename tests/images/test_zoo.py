"""Every file of the zoo is read exactly, written again as what it was, or refused by name."""

import dataclasses
import io
import re
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, JpegImagePlugin

import zoo
from exact_pixels import exact_pixels
from hourglass.errors import DataError, ImageShapeError, MissingPathError, WriteError
from hourglass.images import (
    ImageFile,
    conversion_note,
    image_bits,
    load_image_file,
    load_images,
    save_image_file,
    target_name,
    upright,
)
from hourglass.images.decode import probe
from memory import PEAK_MEMORY
from zoo_parts import PROFILE

NAMED = {"argnames": "specimen", "ids": lambda specimen: specimen.name}
SURVIVORS = [specimen for specimen in zoo.specimens().values() if specimen.content]
NOT_WRITTEN = {".avif", ".bmp", ".dib", ".gif", ".j2k", ".jp2"}
NOT_WRITTEN |= {".pbm", ".pgm", ".pnm", ".ppm", ".tga"}
KINDS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp", "TIFF": "tif"}


@pytest.fixture
def put(tmp_path):
    def write(specimen: zoo.Specimen) -> Path:
        path = tmp_path / "in" / specimen.name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(specimen.content)
        return path

    return write


def test_the_zoo_is_large_enough(tmp_path):
    done = subprocess.run(
        [sys.executable, zoo.__file__, str(tmp_path / "zoo")],
        capture_output=True,
        text=True,
        check=True,
    )
    files = sorted(path.name for path in (tmp_path / "zoo").iterdir())
    assert files == sorted(zoo.specimens()) and len(files) >= 100
    assert done.stdout.startswith(f"{len(files)} files")


@pytest.mark.parametrize(argvalues=zoo.good(), **NAMED)
def test_pixels_are_exactly_those_of_the_file(put, specimen):
    path = put(specimen)
    pixels = exact_pixels(path)
    assert pixels.dtype == specimen.expected.dtype
    assert np.array_equal(pixels, specimen.expected)
    assert probe(path)[:4] == (*pixels.shape, pixels.dtype.name)
    assert image_bits(path) == 8 * pixels.itemsize
    file = load_image_file(path)
    assert file.notes == (*specimen.notes, *conversion_note(file.form))


@pytest.mark.parametrize(argvalues=zoo.bad(), **NAMED)
def test_a_bad_file_is_refused_with_its_reason(put, specimen):
    path = put(specimen)
    with pytest.raises(DataError, match=specimen.reason):
        exact_pixels(path)
    with pytest.raises(DataError, match=re.escape(specimen.name) + " cannot be read as an image"):
        load_image_file(path)
    with pytest.raises(DataError, match=re.escape(specimen.name) + rf" \(.*(?:{specimen.reason})"):
        load_images(str(path.parent))


def test_a_folder_named_like_a_file_is_no_image(put):
    path = put(zoo.specimens()["png-gray-8.png"])
    (path.parent / "x.png").mkdir()
    assert len(load_images(str(path.parent)).train) == 1


def test_a_folder_of_deep_color_keeps_its_sixteen_bits(put):
    for name in ("png-rgb-16.png", "tiff-rgb-16.tif", "tiff-planes-uint16.tif"):
        path = put(zoo.specimens()[name])
    train = load_images(str(path.parent)).train
    assert train.pixels.dtype == np.uint16 and train.shape == (24, 32, 3)
    assert all(np.array_equal(image, zoo.scene(3, "uint16")) for image in train.pixels)


def test_a_link_out_of_the_folder_is_left_out(tmp_path):
    content = zoo.specimens()["png-gray-8.png"].content
    (tmp_path / "secret.png").write_bytes(content)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "own.png").write_bytes(content)
    (tmp_path / "in" / "link.png").symlink_to(tmp_path / "secret.png")
    (tmp_path / "in" / "broken.png").symlink_to(tmp_path / "nowhere.png")
    assert len(load_images(str(tmp_path / "in")).train) == 1


def test_what_is_no_file_is_refused(tmp_path):
    (tmp_path / "x.png").mkdir()
    with pytest.raises(DataError, match="is a directory"):
        load_image_file(tmp_path / "x.png")
    with pytest.raises(MissingPathError, match="no image file"):
        load_image_file(tmp_path / "y.png")
    with pytest.raises(DataError, match=r"it is no regular file"):
        exact_pixels(Path("/dev/null"))


@pytest.mark.parametrize("name", ["jpeg-plain.jpg", "tiff-rgb-16.tif", "png-rgb-16.png"])
def test_the_cap_can_be_set_lower(put, name):
    path = put(zoo.specimens()[name])
    assert load_image_file(path, max_pixels=768).pixels.shape == (24, 32, 3)
    with pytest.raises(DataError, match="it has 768 pixels, and at most 767 are read"):
        load_image_file(path, max_pixels=767)


@pytest.mark.parametrize(argvalues=zoo.good(), **NAMED)
def test_an_image_is_written_as_what_it_was(put, tmp_path, specimen):
    source = put(specimen)
    target = tmp_path / "out" / target_name(source)
    save_image_file(target, load_image_file(source))
    again = exact_pixels(target)
    assert again.dtype == specimen.expected.dtype and again.shape == specimen.expected.shape
    difference = np.abs(again.astype(float) - specimen.expected).mean()
    assert difference <= (1.0 if specimen.again == "close" else 0.0)
    assert target.name == specimen.name or source.suffix in NOT_WRITTEN
    png = f"{load_image_file(source).form.format} is written as PNG"
    assert (png in load_image_file(source).notes) == (source.suffix in NOT_WRITTEN)
    before, after = facts(source), facts(target)
    assert after["beside"] == before["beside"]
    if specimen.kept:
        assert after == before


def facts(path: Path) -> dict[str, Any]:
    """Return what other libraries tell of a file's form and of what is beside its pixels."""
    with Image.open(io.BytesIO(path.read_bytes())) if not deep_tiff(path) else blank() as image:
        image.load()
        told = {
            "format": "PNG" if image.format in ("BMP", "GIF") else image.format,
            "mode": image.mode,
            "beside": beside(image),
        }
        if image.format == "PNG":
            told["form"] = path.read_bytes()[16:26]
        if image.format == "JPEG":
            told["tables"] = image.quantization
            told["sampling"] = JpegImagePlugin.get_sampling(image)
            told["passes"] = image.info.get("progressive", 0)
            told["density"] = image.info.get("jfif_density"), image.info.get("jfif_unit")
            told["words"] = image.info.get("xmp"), image.info.get("comment")
    if path.suffix.startswith(".tif"):
        told |= tiff_facts(path)
    return told


def deep_tiff(path: Path) -> bool:
    """Tell whether a file is a TIFF that Pillow cannot open."""
    if not path.suffix.startswith(".tif"):
        return False
    with tifffile.TiffFile(path) as file:
        page = file.pages.first
        deep = page.bitspersample == 16 and page.samplesperpixel > 1
        return deep or (page.sampleformat == 3 and page.bitspersample != 32)


def blank() -> Image.Image:
    return Image.new("L", (1, 1))


def beside(image: Image.Image) -> tuple[Any, ...]:
    """Return EXIF, profile and resolution; a profile of other colors than are written is none."""
    exif = Image.Exif()
    if "exif" in image.info:
        exif.load(image.info["exif"])
    elif image.format == "TIFF":
        exif = image.getexif()
    own = {tag: exif[tag] for tag in (0x010F, 0x0112, 0x0132) if tag in exif}
    folders = [{**exif.get_ifd(folder)} for folder in (0x8769, 0x8825)]
    icc = image.info.get("icc_profile")
    if image.mode == "CMYK":
        icc = None
    density = None
    if image.format in ("PNG", "BMP"):
        density = [round(value) for value in image.info.get("dpi", ())] or None
    return own, folders, icc, density


def tiff_facts(path: Path) -> dict[str, Any]:
    with tifffile.TiffFile(path) as file:
        page = file.pages.first
        codes = (256, 257, 258, 259, 262, 274, 277, 282, 283, 284, 296, 317, 322, 323, 338, 34675)
        tags = {code: page.tags[code].value for code in codes if code in page.tags}
        return {"tags": tags, "order": file.byteorder}


def test_a_gray_profile_and_a_color_profile_go_with_their_pixels(tmp_path):
    gray_icc = bytes(16) + b"GRAY" + bytes(108)
    for mode, icc, kept in (("L", gray_icc, gray_icc), ("L", PROFILE, None)):
        Image.new(mode, (4, 4)).save(tmp_path / "a.png", icc_profile=icc)
        assert load_image_file(tmp_path / "a.png").form.icc == kept
    assert ImageCms.ImageCmsProfile(io.BytesIO(PROFILE)).profile.xcolor_space == "RGB "


def test_stored_pixels_are_turned_by_their_orientation(put):
    specimen = zoo.specimens()["jpeg-orientation-6.jpg"]
    file = load_image_file(put(specimen))
    assert file.pixels.shape == (32, 24, 3) and file.form.orientation == 6
    assert np.array_equal(upright(file.pixels, 6), specimen.expected)


@pytest.mark.parametrize("quality", [5, 30, 60, 90, 100])
@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_noisy_lossy_images_come_back_close_at_any_quality(tmp_path, kind, quality):
    noise = np.random.default_rng(quality).normal(0, 8, (48, 64, 3))
    pixels = np.clip(zoo.scene(3, size=(48, 64)) + noise, 0, 255).astype(np.uint8)
    path = tmp_path / f"a.{KINDS[kind]}"
    path.write_bytes(zoo.encoded(pixels, kind, quality=quality))
    save_image_file(tmp_path / "b", load_image_file(path))
    difference = np.abs(exact_pixels(tmp_path / "b").astype(int) - exact_pixels(path))
    assert difference.mean() <= 1.0


@pytest.mark.parametrize("quality", range(10, 101, 15))
def test_the_quality_of_a_webp_is_told_by_its_quantizer(tmp_path, quality):
    path = tmp_path / "a.webp"
    path.write_bytes(zoo.encoded(zoo.scene(3, size=(48, 64)), "WEBP", quality=quality))
    assert abs(load_image_file(path).form.coding.quality - quality) <= 5


def test_an_image_that_is_not_what_its_form_tells_is_not_written(put, tmp_path):
    file = load_image_file(put(zoo.specimens()["png-rgba-16.png"]))
    for changed in (
        {"pixels": file.pixels.astype(np.uint8)},
        {"pixels": file.pixels[..., :1]},
        {"alpha": None},
        {"alpha": file.alpha[1:]},
    ):
        with pytest.raises(ImageShapeError, match="RGBA"):
            save_image_file(tmp_path / "x.png", dataclasses.replace(file, **changed))
    assert not (tmp_path / "x.png").exists()


def test_other_pixels_keep_the_alpha_and_the_form(put, tmp_path):
    file = load_image_file(put(zoo.specimens()["tiff-rgba-16.tif"]))
    inverted = dataclasses.replace(file, pixels=65_535 - file.pixels)
    save_image_file(tmp_path / "x.tif", inverted)
    again = load_image_file(tmp_path / "x.tif")
    assert np.array_equal(again.pixels, inverted.pixels)
    assert np.array_equal(again.alpha, file.alpha) and again.form == file.form


def test_tags_that_fill_memory_are_refused_before_they_are_read(put, tmp_path):
    content = put(zoo.specimens()["tiff-gray-8.tif"]).read_bytes()
    with tifffile.TiffFile(io.BytesIO(content)) as file:
        at = file.pages.first.tags[273].offset + 2
    many = content[:at] + struct.pack("<HI", 4, 600_000) + content[at + 6 :]
    (tmp_path / "x.tif").write_bytes(many.ljust(2_600_000, b"\0"))
    with pytest.raises(DataError, match="tag 273 declares 600,000 numbers, and at most 500,000"):
        exact_pixels(tmp_path / "x.tif")


def test_a_failed_write_leaves_what_was_there(put, tmp_path):
    file = load_image_file(put(zoo.specimens()["jpeg-plain.jpg"]))
    (tmp_path / "file").touch()
    with pytest.raises(WriteError):
        save_image_file(tmp_path / "file" / "x.jpg", file)
    long = dataclasses.replace(file, form=dataclasses.replace(file.form, exif=bytes(70_000)))
    with pytest.raises(DataError, match="cannot be written as JPEG: EXIF data is too long"):
        save_image_file(tmp_path / "x.jpg", long)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "in"]


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_damage_ends_in_the_promised_form_or_an_error_of_ours(tmp_path, data):
    specimen = data.draw(st.sampled_from(SURVIVORS))
    content = bytearray(specimen.content)
    for _ in range(data.draw(st.integers(0, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "x.png"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        form = probe(path)
        pixels = exact_pixels(path)
        file = load_image_file(path)
    except DataError:
        return
    assert (*pixels.shape, pixels.dtype.name) == form[:4]
    assert_saved(tmp_path / "y", file)


def assert_saved(path: Path, file: ImageFile) -> None:
    try:
        save_image_file(path, file)
    except DataError:
        return
    assert exact_pixels(path).dtype == file.pixels.dtype


def test_hostile_files_are_refused_in_little_memory(tmp_path):
    zoo.make(tmp_path)
    code = (
        "import sys; from pathlib import Path\n"
        "from hourglass.images.decode import decode\n"
        "import imagecodecs, tifffile; imagecodecs.png_decode, imagecodecs.tiff_decode\n"
        "before = peak_memory()\n"
        "for path in Path(sys.argv[1]).glob('bad-*'):\n"
        "    try: decode(path)\n"
        "    except ValueError: pass\n"
        "print(peak_memory() - before)"
    )
    command = [sys.executable, "-c", PEAK_MEMORY + code, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 100 * 1024
    assert done.stderr == ""
