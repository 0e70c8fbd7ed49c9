"""Files of several frames or pages: every one is read, and written again as what it was."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageSequence

from hourglass.errors import DataError
from hourglass.images import load_image_file, open_image_file, save_image_file
from zoo_parts import PROFILE, exif, scene


def frames_of(path: Path, *, alone: bool = False):
    with open_image_file(path) as file:
        return [file.load(number, alone=alone) for number in range(file.frames)]


def again(path: Path, target: Path) -> Path:
    """Write a file once more, frame by frame as they are read."""
    with open_image_file(path) as file:
        count = file.frames
        save_image_file(target, (file.load(number) for number in range(count)), count)
    return target


def film(frames: int = 5, dtype: str = "uint16") -> np.ndarray:
    """Return frames that differ, shape (frames, 24, 32)."""
    return np.stack([np.roll(scene(1, dtype)[..., 0], 3 * step, axis=1) for step in range(frames)])


LAYOUTS = {
    "shaped": {"metadata": {"axes": "TYX"}},
    "imagej": {"imagej": True, "metadata": {"axes": "TYX", "unit": "um", "Labels": list("abcde")}},
    "ome": {"ome": True, "metadata": {"axes": "TYX", "Channel": {"Name": "DAPI"}}},
    "bare": {"metadata": None},
    "packed": {"metadata": None, "compression": "deflate", "predictor": 2},
    "tiles": {"metadata": None, "tile": (16, 16)},
    "big": {"metadata": None, "bigtiff": True},
    "other-end": {"metadata": {"axes": "TYX"}, "byteorder": ">"},
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_stack_is_read_and_described_as_before(tmp_path, name):
    stack = film()
    tifffile.imwrite(tmp_path / "a.tif", stack, photometric="minisblack", **LAYOUTS[name])
    assert np.array_equal([frame.pixels[..., 0] for frame in frames_of(tmp_path / "a.tif")], stack)
    again(tmp_path / "a.tif", tmp_path / "b.tif")
    with tifffile.TiffFile(tmp_path / "a.tif") as a, tifffile.TiffFile(tmp_path / "b.tif") as b:
        assert np.array_equal(b.asarray(), stack)
        assert b.series[0].axes == a.series[0].axes and len(b.pages) == len(stack)
        assert b.pages[0].description == a.pages[0].description
        assert (b.byteorder, b.is_bigtiff) == (a.byteorder, a.is_bigtiff)
        assert b.imagej_metadata == a.imagej_metadata and b.ome_metadata == a.ome_metadata


def test_frames_that_lie_behind_one_folder_are_all_read(tmp_path):
    stack = film()
    for name, options in {
        "shaped": {"truncate": True},
        "imagej": {"truncate": True, "imagej": True, "metadata": {"axes": "TYX"}},
    }.items():
        source, target = tmp_path / f"{name}.tif", tmp_path / f"{name}-b.tif"
        tifffile.imwrite(source, stack, photometric="minisblack", **options)
        with tifffile.TiffFile(source) as file:
            assert len(file.pages) == 1
        assert len(frames_of(source)) == 5
        assert np.array_equal(tifffile.imread(again(source, target)), stack)


def test_a_description_of_frames_that_are_not_there_is_told_and_left_out(tmp_path):
    words = "ImageJ=1.54f\nimages=5\nframes=5\nunit=um\n"
    tifffile.imwrite(tmp_path / "a.tif", film()[0], description=words, metadata=None)
    file = load_image_file(tmp_path / "a.tif")
    assert file.notes == ("its description tells of 5 frames, and it has 1",)
    save_image_file(tmp_path / "b.tif", file)
    with tifffile.TiffFile(tmp_path / "b.tif") as written:
        assert written.pages[0].description == "ImageJ=1.54f\nunit=um"
        assert written.asarray().shape == (24, 32)


@pytest.mark.parametrize("name", ["shaped", "imagej", "ome", "bare"])
def test_a_frame_alone_describes_itself_as_one(tmp_path, name):
    tifffile.imwrite(tmp_path / "a.tif", film(), photometric="minisblack", **LAYOUTS[name])
    save_image_file(tmp_path / "b.tif", load_image_file(tmp_path / "a.tif"))
    with tifffile.TiffFile(tmp_path / "b.tif") as written:
        assert np.array_equal(written.asarray(), film()[0])
        words = written.pages[0].description
        assert "images=" not in words and "SizeT" not in words and "shape" not in words
        assert "unit=um" in words or name != "imagej"


def test_pages_of_a_scan_keep_their_own_size_depth_and_tags(tmp_path):
    pages = [scene(1), scene(3, "uint16", (30, 20)), scene(1) > 128, scene(4, size=(8, 9))]
    told = [{}, {"iccprofile": PROFILE}, {}, {"extrasamples": ["unassalpha"]}]
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        for number, (page, options) in enumerate(zip(pages, told, strict=True)):
            tags = [(285, 2, 0, f"page {number}", True), (297, 3, 2, (number, 4), True)]
            plane = page[..., 0] if page.shape[-1] == 1 else page
            color = "rgb" if page.shape[-1] > 1 else "minisblack"
            writer.write(
                plane, photometric=color, metadata=None, extratags=tags, subfiletype=2, **options
            )
    again(tmp_path / "a.tif", tmp_path / "b.tif")
    with tifffile.TiffFile(tmp_path / "b.tif") as written:
        for number, page in enumerate(written.pages):
            expected = pages[number] if number != 2 else pages[number].astype(np.uint8) * 255
            assert np.array_equal(page.asarray().reshape(expected.shape), expected)
            assert page.tags[285].value == f"page {number}" and page.tags[297].value[0] == number
            assert page.tags[254].value == 2
        assert written.pages[1].iccprofile == PROFILE


def test_folders_below_pages_are_written_again(tmp_path):
    told = Image.Exif()
    told.load(b"Exif\x00\x00" + exif(1, full=True))
    pages = [Image.fromarray(scene(1)[..., 0] + step) for step in range(3)]
    for options in ({}, {"big_tiff": True}):
        pages[0].save(
            tmp_path / "a.tif", save_all=True, append_images=pages[1:], exif=told, **options
        )
        again(tmp_path / "a.tif", tmp_path / "b.tif")
        with Image.open(tmp_path / "a.tif") as before, Image.open(tmp_path / "b.tif") as after:
            for number in range(3):
                folders = []
                for image in (before, after):
                    image.seek(number)
                    folders.append(dict(image.getexif().get_ifd(0x8769)))
                assert np.array_equal(np.asarray(after), np.asarray(before))
                assert folders[0] == folders[1] and (folders[0] or number)


def test_smaller_copies_and_masks_are_left_out_with_a_word(tmp_path):
    image = scene(1, "uint16")[..., 0]
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        writer.write(image, metadata=None)
        writer.write(image[::2, ::2], metadata=None, subfiletype=1)
        writer.write(image[::4, ::4], metadata=None, subfiletype=1)
        writer.write(image > 9, metadata=None, subfiletype=4)
    file = load_image_file(tmp_path / "a.tif")
    assert file.notes == ("3 smaller copies or masks in it are left out",)
    assert np.array_equal(file.pixels[..., 0], image)
    with tifffile.TiffWriter(tmp_path / "p.ome.tif", ome=True) as writer:
        writer.write(film(2), subifds=2, photometric="minisblack", metadata={"axes": "TYX"})
        for step in (2, 4):
            writer.write(film(2)[:, ::step, ::step], subfiletype=1, photometric="minisblack")
    assert len(frames_of(tmp_path / "p.ome.tif")) == 2
    again(tmp_path / "p.ome.tif", tmp_path / "q.ome.tif")
    assert np.array_equal(tifffile.imread(tmp_path / "q.ome.tif"), film(2))
    assert "2 smaller copies below its page" in load_image_file(tmp_path / "p.ome.tif").notes[1]


def test_a_raw_photograph_is_not_taken_for_its_preview(tmp_path):
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        writer.write(scene(1)[::4, ::4, 0], subifds=1, metadata=None, subfiletype=1)
        writer.write(scene(1)[..., 0], metadata=None)
    with pytest.raises(DataError, match="small preview and the picture lies below it"):
        load_image_file(tmp_path / "a.tif")


def test_instruments_tags_stay_and_unknown_ones_are_told(tmp_path):
    tags = [
        (33550, 12, 3, (0.5, 0.5, 0.0), True),
        (42113, 2, 0, "-9999", True),
        (65_000, 3, 1, 7, True),
    ]
    tifffile.imwrite(tmp_path / "a.tif", film()[0], metadata=None, extratags=tags)
    assert load_image_file(tmp_path / "a.tif").notes == ("its private tags 65000 are left out",)
    with tifffile.TiffFile(again(tmp_path / "a.tif", tmp_path / "b.tif")) as written:
        tags = written.pages[0].tags
        assert tags[33550].value == (0.5, 0.5, 0.0) and tags[42113].value == "-9999"


def test_a_damaged_page_fails_the_file_and_nothing_is_written(tmp_path):
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        for page in film(3, "uint8"):
            writer.write(page, metadata=None, compression="deflate")
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        place = file.pages[1].dataoffsets[0]
    content = bytearray((tmp_path / "a.tif").read_bytes())
    content[place : place + 40] = bytes(40)
    (tmp_path / "a.tif").write_bytes(content)
    with pytest.raises(DataError, match=r"a\.tif cannot be read as an image: it is damaged"):
        again(tmp_path / "a.tif", tmp_path / "b.tif")
    assert not (tmp_path / "b.tif").exists()


def test_a_list_of_pages_that_leads_nowhere_is_told(tmp_path):
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        for page in film(3):
            writer.write(page, metadata=None)
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        second = file.pages[1].offset
    (tmp_path / "cut.tif").write_bytes((tmp_path / "a.tif").read_bytes()[:second])
    with open_image_file(tmp_path / "cut.tif") as file:
        assert (file.frames, file.lost) == (1, "what follows its last page is damaged")


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P"])
def test_a_moving_png_keeps_frames_times_and_loops(tmp_path, mode):
    pictures = [Image.fromarray(np.roll(scene(4), 4 * step, 1)).convert(mode) for step in range(4)]
    times = [40, 1000, 70_000, 15]
    pictures[0].save(
        tmp_path / "a.png", save_all=True, append_images=pictures[1:], duration=times, loop=3
    )
    again(tmp_path / "a.png", tmp_path / "b.png")
    with Image.open(tmp_path / "a.png") as before, Image.open(tmp_path / "b.png") as after:
        assert after.n_frames == before.n_frames == 4 and after.info["loop"] == 3
        for one, other in zip(*map(ImageSequence.all_frames, (before, after)), strict=True):
            assert np.array_equal(
                np.asarray(one.convert("RGBA")), np.asarray(other.convert("RGBA"))
            )
            assert one.info["duration"] == pytest.approx(other.info["duration"])


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_frames_of_a_png_are_drawn_as_pillow_draws_them(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("moving") / "a.png"
    # Pillow rounds colors of faint pixels away, so that here they are seen or not.
    colors = arrays(np.uint8, (5, 6, 3), elements=st.integers(0, 255))
    alphas = arrays(np.uint8, (5, 6, 1), elements=st.sampled_from([0, 255]))
    pictures = [
        Image.fromarray(np.dstack([data.draw(colors), data.draw(alphas)])) for _ in range(3)
    ]
    # Where a frame is taken back, Pillow looks one frame too far; the next test has that.
    kinds = st.integers(0, 1)
    pictures[0].save(
        path,
        save_all=True,
        append_images=pictures[1:],
        disposal=data.draw(st.lists(kinds, min_size=3, max_size=3)),
        blend=data.draw(st.lists(st.integers(0, 1), min_size=3, max_size=3)),
    )
    with Image.open(path) as image:
        expected = [np.asarray(frame.convert("RGBA")) for frame in ImageSequence.Iterator(image)]
    found = [np.dstack([frame.pixels, frame.alpha]) for frame in frames_of(path)]
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert np.array_equal(one[..., 3], other[..., 3])
        assert np.array_equal(one[one[..., 3] > 0], other[one[..., 3] > 0])


def test_a_frame_that_is_taken_back_leaves_what_was_below(tmp_path):
    below, flash = np.full((4, 5, 4), (9, 60, 200, 255)), np.full((4, 5, 4), (250, 250, 0, 255))
    spot = np.zeros((4, 5, 4))
    spot[1, 2] = 255
    pictures = [Image.fromarray(image.astype(np.uint8)) for image in (below, flash, spot)]
    pictures[0].save(
        tmp_path / "a.png",
        save_all=True,
        append_images=pictures[1:],
        disposal=[0, 2, 0],
        blend=[0, 0, 1],
    )
    found = [np.dstack([frame.pixels, frame.alpha]) for frame in frames_of(tmp_path / "a.png")]
    below[1, 2] = 255
    assert np.array_equal(found[1], flash) and np.array_equal(found[2], below)


def test_a_moving_png_of_sixteen_bits_keeps_them(tmp_path):
    deep = film(3)
    first = Path(tmp_path / "a.tif")
    tifffile.imwrite(first, deep, photometric="minisblack", metadata=None)
    form = load_image_file(tmp_path / "a.tif").form
    import dataclasses

    from hourglass.images.form import FrameTime, PngCoding

    moving = dataclasses.replace(
        form, format="PNG", coding=PngCoding(), animation=FrameTime((1, 25), 2)
    )
    frames = [dataclasses.replace(one, form=moving) for one in frames_of(first)]
    save_image_file(tmp_path / "a.png", iter(frames), 3)
    again(tmp_path / "a.png", tmp_path / "b.png")
    for number, frame in enumerate(frames_of(tmp_path / "b.png")):
        assert np.array_equal(frame.pixels[..., 0], deep[number])
        assert frame.form.animation == FrameTime((1, 25), 2)


def test_a_still_picture_beside_the_frames_is_told(tmp_path):
    pictures = [Image.fromarray(scene(3) + step) for step in range(3)]
    pictures[0].save(
        tmp_path / "a.png", save_all=True, append_images=pictures[1:], default_image=True
    )
    with open_image_file(tmp_path / "a.png") as file:
        assert file.frames == 2 and file.lost == "the still picture beside its frames is left out"


@pytest.mark.parametrize(("options", "plays"), [({}, 1), ({"loop": 0}, 0), ({"loop": 4}, 5)])
def test_a_moving_gif_becomes_a_moving_png(tmp_path, options, plays):
    pictures = [Image.fromarray(np.roll(scene(3), 6 * step, 0)).quantize(64) for step in range(4)]
    pictures[2].info["transparency"] = 3
    pictures[0].save(
        tmp_path / "a.gif", save_all=True, append_images=pictures[1:], duration=130, **options
    )
    again(tmp_path / "a.gif", tmp_path / "b.png")
    with Image.open(tmp_path / "a.gif") as before, Image.open(tmp_path / "b.png") as after:
        assert after.format == "PNG" and after.n_frames == before.n_frames
        assert after.info.get("loop", 1) == plays
        for one, other in zip(*map(ImageSequence.all_frames, (before, after)), strict=True):
            assert np.array_equal(
                np.asarray(one.convert("RGBA")), np.asarray(other.convert("RGBA"))
            )
            assert other.info["duration"] == 130


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("lossless", [True, False])
def test_a_moving_webp_keeps_frames_times_and_loops(tmp_path, mode, lossless):
    pictures = [Image.fromarray(np.roll(scene(4), 4 * step, 1)).convert(mode) for step in range(4)]
    pictures[0].save(
        tmp_path / "a.webp",
        save_all=True,
        append_images=pictures[1:],
        duration=[40, 1000, 70, 15],
        loop=3,
        lossless=lossless,
        quality=70,
        icc_profile=PROFILE,
        exif=exif(1),
        xmp=b"<x/>",
    )
    again(tmp_path / "a.webp", tmp_path / "b.webp")
    with Image.open(tmp_path / "a.webp") as before, Image.open(tmp_path / "b.webp") as after:
        assert after.n_frames == 4 and after.mode == before.mode
        for word in ("loop", "icc_profile", "exif", "xmp"):
            assert after.info.get(word) == before.info.get(word)
        for one, other in zip(*map(ImageSequence.all_frames, (before, after)), strict=True):
            difference = np.abs(np.asarray(one).astype(int) - np.asarray(other))
            assert difference.mean() <= (0 if lossless else 1)
            assert one.info["duration"] == other.info["duration"]


def test_other_pictures_behind_a_photograph_are_told_as_lost(tmp_path):
    pictures = [Image.fromarray(scene(3) + step) for step in range(2)]
    pictures[0].save(tmp_path / "a.jpg", "MPO", save_all=True, append_images=pictures[1:])
    with open_image_file(tmp_path / "a.jpg") as file:
        assert (file.frames, file.lost) == (1, "the first of 2 pictures in it (MPO)")


def test_bits_that_an_instrument_uses_are_told(tmp_path):
    words = '<?xml version="1.0"?><OME><Image><Pixels SignificantBits="12"/></Image></OME>'
    tifffile.imwrite(tmp_path / "a.ome.tif", film()[0], description=words, metadata=None)
    with open_image_file(tmp_path / "a.ome.tif") as file:
        assert (file.value_range.low, file.value_range.high) == (0, 4095)


def test_packed_bits_keep_their_numbers(tmp_path):
    import imagecodecs

    values = (film(1)[0] >> 4).astype(np.uint16)
    packed = imagecodecs.packints_encode(values.ravel(), 12, runlen=values.shape[1])
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, values, metadata=None)
    content = bytearray(buffer.getvalue())
    with tifffile.TiffFile(io.BytesIO(bytes(content))) as file:
        page = file.pages[0]
        at, bits, counts = page.dataoffsets[0], page.tags[258], page.tags[279]
    content[at : at + len(packed)] = packed
    content[bits.valueoffset : bits.valueoffset + 2] = (12).to_bytes(2, "little")
    content[counts.valueoffset : counts.valueoffset + 4] = len(packed).to_bytes(4, "little")
    (tmp_path / "a.tif").write_bytes(content)
    file = load_image_file(tmp_path / "a.tif")
    assert np.array_equal(file.pixels[..., 0], values)
    assert file.notes == ("its 12 bits became 16, with the same numbers",)
    with open_image_file(tmp_path / "a.tif") as opened:
        assert opened.value_range.high == 4095
    save_image_file(tmp_path / "b.tif", file)
    assert np.array_equal(tifffile.imread(tmp_path / "b.tif"), values)


def test_a_shape_that_is_no_shape_is_no_shape(tmp_path):
    for words in ('{"shape": "x"}', '{"shape": [1e9, 3]}', '{"shape": [' * 400, '{"shape": [0]}'):
        tifffile.imwrite(tmp_path / "a.tif", film()[0], description=words, metadata=None)
        assert len(frames_of(tmp_path / "a.tif")) == 1
    told = json.dumps({"shape": [5, 24, 32]})
    tifffile.imwrite(tmp_path / "a.tif", film()[0], description=told, metadata=None)
    assert len(frames_of(tmp_path / "a.tif")) == 1
