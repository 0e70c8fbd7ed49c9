"""The files of the zoo that are read."""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import imagecodecs
import numpy as np
import tifffile
from PIL import Image, features

from zoo_parts import (
    CMYK_PROFILE,
    LAID,
    PROFILE,
    Pixels,
    Specimen,
    chunk,
    drawn,
    encoded,
    exif,
    filtered,
    interlace,
    laid,
    packed,
    png,
    scene,
    seen,
    tiff,
)

_FROM_WHITE = "its numbers count from white, and those of a result count from black"


def specimens() -> Iterator[Specimen]:
    """Yield every file that is read."""
    kinds = (pngs, odd_pngs, jpegs, webps, tiffs, measured_tiffs, odd_tiffs, others)
    for kind in (*kinds, netpbms, rarities):
        yield from kind()


def pngs() -> Iterator[Specimen]:
    colors = {1: 0, 2: 4, 3: 2, 4: 6}
    for channels, color in colors.items():
        for dtype, depth in (("uint8", 8), ("uint16", 16)):
            pixels = scene(channels, dtype)
            yield Specimen(
                name=f"png-{['gray', 'ga', 'rgb', 'rgba'][channels - 1]}-{depth}.png",
                content=png(pixels.shape[:2], depth, color, filtered(pixels)),
                expected=pixels,
            )
    for channels, dtype in ((1, "uint8"), (3, "uint16")):
        pixels = scene(channels, dtype, (13, 11))
        rows = interlace(pixels)
        depth = 8 * pixels.itemsize
        yield Specimen(
            name=f"png-interlaced-{depth}.png",
            content=png((13, 11), depth, colors[channels], rows, interlaced=True),
            expected=pixels,
        )
    pixels = scene(3, "uint16")
    beside = chunk(b"gAMA", struct.pack(">I", 45455)) + chunk(b"tEXt", b"Title\x00A scene")
    icc = chunk(b"iCCP", b"sRGB\x00\x00" + zlib.compress(PROFILE))
    density = chunk(b"pHYs", struct.pack(">IIB", 11811, 11900, 1))
    told = chunk(b"eXIf", exif(6, full=True))
    yield Specimen(
        name="png-everything-beside-16.png",
        content=png(
            (32, 24),
            16,
            2,
            filtered(np.rot90(pixels)),
            before=beside + icc + density + told,
        ),
        expected=pixels,
    )
    small = scene(1)
    yield Specimen(
        name="png-exif-at-the-end.png",
        content=png((32, 24), 8, 0, filtered(np.rot90(small, -1)), after=chunk(b"eXIf", exif(8))),
        expected=small,
    )


def odd_pngs() -> Iterator[Specimen]:
    rng = np.random.default_rng(5)
    for depth in (1, 2, 4):
        values = rng.integers(0, 2**depth, (9, 16))
        yield Specimen(
            name=f"png-gray-{depth}.png",
            content=png((9, 16), depth, 0, packed(values, depth)),
            expected=(values * (255 // (2**depth - 1))).astype(np.uint8)[..., None],
            kept=False,
            notes=(f"its gray of {depth} bits became gray of 8",),
        )
    colors, places = rng.integers(0, 256, (16, 3), np.uint8), rng.integers(0, 16, (9, 16))
    palette = chunk(b"PLTE", colors.tobytes())
    for depth, rows in ((4, packed(places, 4)), (8, filtered(places.astype(np.uint8)))):
        yield Specimen(
            name=f"png-palette-{depth}.png",
            content=png((9, 16), depth, 3, rows, before=palette),
            expected=colors[places],
            kept=False,
            notes=("its palette became RGB",),
        )
    veil = np.r_[rng.integers(0, 256, 9), np.full(7, 255)].astype(np.uint8)
    yield Specimen(
        name="png-palette-with-alpha.png",
        content=png(
            (9, 16), 4, 3, packed(places, 4), before=palette + chunk(b"tRNS", veil[:9].tobytes())
        ),
        expected=np.dstack([colors[places], veil[places]]),
        kept=False,
        notes=("its palette became RGBA",),
    )
    for channels, dtype in ((1, "uint8"), (3, "uint16")):
        pixels = scene(channels, dtype)
        key = pixels[3, 4]
        alpha = np.where((pixels == key).all(-1), 0, np.iinfo(dtype).max).astype(dtype)
        depth = 8 * pixels.itemsize
        yield Specimen(
            name=f"png-transparent-color-{depth}.png",
            content=png(
                (24, 32),
                depth,
                {1: 0, 3: 2}[channels],
                filtered(pixels),
                before=chunk(b"tRNS", key.astype(">u2").tobytes()),
            ),
            expected=np.dstack([pixels, alpha]),
            kept=False,
            notes=("its transparent color became alpha",),
        )
    frames = [Image.fromarray(scene(3) + step) for step in range(3)]
    yield Specimen(
        name="png-animated.png",
        content=drawn(frames[0], "PNG", save_all=True, append_images=frames[1:]),
        expected=scene(3),
        notes=("the first of 3 frames",),
    )


def jpegs() -> Iterator[Specimen]:
    kinds: dict[str, dict[str, Any]] = {
        "plain": {},
        "444": {"subsampling": 0, "quality": 92},
        "422-dense": {"subsampling": 1, "quality": 85, "dpi": (300, 300)},
        "420-coarse": {"subsampling": 2, "quality": 30},
        "progressive": {"progressive": True, "quality": 90},
        "rgb": {"keep_rgb": True, "quality": 85},
        "profile": {"icc_profile": PROFILE, "comment": b"a scene", "xmp": b"<x/>"},
    }
    for name, options in kinds.items():
        content = encoded(scene(3), "JPEG", **options)
        yield Specimen(
            name=f"jpeg-{name}.jpg", content=content, expected=seen(content), again="close"
        )
    gray = encoded(scene(1), "JPEG", quality=80)
    yield Specimen(name="jpeg-gray.jpeg", content=gray, expected=seen(gray), again="close")
    cmyk = drawn(
        Image.fromarray(scene(3)).convert("CMYK"), "JPEG", quality=90, icc_profile=CMYK_PROFILE
    )
    yield Specimen(
        name="jpeg-cmyk.jpg",
        content=cmyk,
        expected=seen(cmyk, "RGB"),
        again="close",
        kept=False,
        notes=("its CMYK color became RGB",),
    )
    two = [Image.fromarray(scene(3) + step) for step in range(2)]
    stereo = drawn(two[0], "MPO", save_all=True, append_images=two[1:])
    yield Specimen(
        name="jpeg-two-pictures.jpg",
        content=stereo,
        expected=seen(stereo),
        again="close",
        kept=False,
        notes=("the first of 2 pictures in it (MPO)",),
    )
    for orientation in range(1, 9):
        stored = laid(scene(3), orientation)
        told = b"Exif\x00\x00" + exif(orientation, full=True)
        content = encoded(stored, "JPEG", quality=90, exif=told)
        yield Specimen(
            name=f"jpeg-orientation-{orientation}.jpg",
            content=content,
            expected=_turned_by_pillow(content),
            again="close",
        )


def _turned_by_pillow(content: bytes) -> Pixels:
    """Return pixels turned by Pillow's own transposes."""
    with Image.open(io.BytesIO(content)) as image:
        orientation = image.getexif()[0x0112]
        inverse = {6: Image.Transpose.ROTATE_270, 8: Image.Transpose.ROTATE_90}
        turn = inverse.get(orientation, LAID.get(orientation))
        return np.asarray(image if turn is None else image.transpose(turn))


def webps() -> Iterator[Specimen]:
    for channels in (3, 4):
        pixels = scene(channels)
        yield Specimen(
            name=f"webp-lossless-{channels}.webp",
            content=encoded(pixels, "WEBP", lossless=True, exact=True, icc_profile=PROFILE),
            expected=pixels,
        )
        for quality in (40, 80):
            content = encoded(pixels, "WEBP", quality=quality)
            yield Specimen(
                name=f"webp-quality-{quality}-{channels}.webp",
                content=content,
                expected=seen(content),
                again="close",
            )
    stored = laid(scene(3), 3)
    yield Specimen(
        name="webp-upside-down.webp",
        content=encoded(stored, "WEBP", lossless=True, exif=exif(3, full=True)),
        expected=scene(3),
    )
    frames = [Image.fromarray(scene(3) + step) for step in range(4)]
    yield Specimen(
        name="webp-animated.webp",
        content=drawn(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True),
        expected=scene(3),
        notes=("the first of 4 frames",),
    )


def tiffs() -> Iterator[Specimen]:
    kinds: dict[str, tuple[int, str, dict[str, Any]]] = {
        "gray-8": (1, "uint8", {}),
        "gray-16": (1, "uint16", {"resolution": (300, 300.5), "resolutionunit": "inch"}),
        "gray-16-big-endian": (1, "uint16", {"byteorder": ">"}),
        "ga-16": (2, "uint16", {"extrasamples": [2]}),
        "rgb-8-lzw": (3, "uint8", {"compression": "lzw", "iccprofile": PROFILE}),
        "rgb-16": (3, "uint16", {"iccprofile": PROFILE}),
        "rgb-16-deflate": (3, "uint16", {"compression": "deflate", "predictor": 2}),
        "rgb-16-big-endian-lzw": (
            3,
            "uint16",
            {"compression": "lzw", "predictor": 2, "byteorder": ">"},
        ),
        "rgb-16-tiled": (3, "uint16", {"tile": (16, 16), "compression": "deflate"}),
        "rgba-16": (4, "uint16", {"extrasamples": [2]}),
        "gray-8-packbits": (1, "uint8", {"compression": "packbits"}),
        "gray-16-zstd": (1, "uint16", {"compression": "zstd"}),
    }
    for name, (channels, dtype, options) in kinds.items():
        pixels = scene(channels, dtype)
        yield Specimen(name=f"tiff-{name}.tif", content=tiff(pixels, **options), expected=pixels)
    for dtype in ("uint8", "uint16"):
        yield Specimen(
            name=f"tiff-planes-{dtype}.tif",
            content=tiff(scene(3, dtype), planarconfig="separate"),
            expected=scene(3, dtype),
            kept=False,
        )
    yield Specimen(
        name="tiff-big.tif",
        content=tiff(scene(3, "uint16"), bigtiff=True),
        expected=scene(3, "uint16"),
        kept=False,
    )
    yield Specimen(
        name="tiff-white-is-zero.tiff",
        content=tiff(65_535 - scene(1, "uint16"), photometric="miniswhite"),
        expected=scene(1, "uint16"),
        kept=False,
        notes=(_FROM_WHITE,),
    )


def measured_tiffs() -> Iterator[Specimen]:
    """Yield what instruments write: other types than eight and sixteen bits, and bands of data."""
    smooth = scene(1, "uint16").astype(np.float64) / 65_535
    for dtype, pixels in {
        "float32": smooth,
        "float16": smooth,
        "float64": 4_000 * smooth - 1_000,
        "int16": 4_000 * smooth - 1_000,
        "int8": 250 * smooth - 125,
        "uint32": 1e9 * smooth,
        "int32": 2e9 * smooth - 1e9,
    }.items():
        values = pixels.astype(dtype)
        yield Specimen(name=f"tiff-{dtype}.tif", content=tiff(values), expected=values)
        predictor = 3 if values.dtype.kind == "f" else 2
        packed = tiff(values, compression="deflate", predictor=predictor)
        yield Specimen(name=f"tiff-{dtype}-deflate.tif", content=packed, expected=values)
    bands: dict[str, tuple[int, dict[str, Any], str]] = {
        "infrared": (4, {"photometric": "rgb", "extrasamples": [0]}, "channel 4 of 4"),
        "stains": (2, {"photometric": "minisblack", "planarconfig": "contig"}, "channel 2 of 2"),
        "five": (5, {"photometric": "minisblack"}, "channels 2 to 5 of 5"),
        "planes": (
            3,
            {"photometric": "minisblack", "planarconfig": "separate"},
            "channels 2 to 3 of 3",
        ),
    }
    for name, (channels, options, which) in bands.items():
        pixels = scene(channels, "uint16")
        yield Specimen(
            name=f"tiff-bands-{name}.tif",
            content=tiff(pixels, **options),
            expected=pixels,
            notes=(f"{which} taken for data, as it is not marked as alpha",),
        )


def odd_tiffs() -> Iterator[Specimen]:
    yield Specimen(
        name="tiff-multiplied-alpha.tif",
        content=tiff(scene(4), extrasamples=[1]),
        expected=scene(4),
        notes=("its colors are multiplied by its alpha and stay so",),
    )
    palette = Image.fromarray(scene(3)).quantize(16)
    yield Specimen(
        name="tiff-palette.tif",
        content=drawn(palette, "TIFF"),
        expected=np.asarray(palette.convert("RGB")),
        kept=False,
        notes=("its palette became RGB",),
    )
    cmyk = drawn(Image.fromarray(scene(3)).convert("CMYK"), "TIFF")
    yield Specimen(
        name="tiff-cmyk.tif",
        content=cmyk,
        expected=seen(cmyk, "RGB"),
        kept=False,
        notes=("its CMYK color became RGB",),
    )
    fax = np.random.default_rng(6).integers(0, 2, (24, 32), np.uint8).astype(bool)
    yield Specimen(
        name="tiff-fax.tif",
        content=drawn(Image.fromarray(fax), "TIFF", compression="group4"),
        expected=(fax * 255).astype(np.uint8)[..., None],
        kept=False,
        notes=("its gray of 1 bits became gray of 8",),
    )
    yield Specimen(
        name="tiff-ink-is-one.tif",
        content=tiff(~fax[:, :29, None], photometric="miniswhite"),
        expected=(fax[:, :29] * 255).astype(np.uint8)[..., None],
        kept=False,
        notes=("its gray of 1 bits became gray of 8", _FROM_WHITE),
    )
    photo = encoded(scene(3), "TIFF", compression="jpeg")
    yield Specimen(
        name="tiff-jpeg.tif",
        content=photo,
        expected=seen(photo, "RGB"),
        kept=False,
        notes=("its JPEG compression became deflate",),
    )
    pages = io.BytesIO()
    with tifffile.TiffWriter(pages) as writer:
        for step in range(3):
            writer.write(scene(1, "uint16")[..., 0] + step, metadata=None, contiguous=False)
    yield Specimen(
        name="tiff-pages.tif",
        content=pages.getvalue(),
        expected=scene(1, "uint16"),
        notes=("the first of 3 pages",),
    )
    told = Image.Exif()
    told.load(b"Exif\x00\x00" + exif(6, full=True))
    yield Specimen(
        name="tiff-upright.tif",
        content=drawn(Image.fromarray(laid(scene(3), 6)), "TIFF", exif=told, dpi=(96, 96)),
        expected=scene(3),
    )
    yield Specimen(
        name="tiff-upright-16.tif",
        content=tiff(np.rot90(scene(3, "uint16")), extratags=[(0x0112, 3, 1, 6, True)]),
        expected=scene(3, "uint16"),
    )
    stored = Image.fromarray(laid(np.asarray(palette.convert("RGB")), 8)).quantize(16)
    turn = Image.Exif()
    turn[0x0112] = 8
    yield Specimen(
        name="tiff-palette-upright.tif",
        content=drawn(stored, "TIFF", exif=turn),
        expected=np.rot90(np.asarray(stored.convert("RGB"))),
        kept=False,
        notes=("its palette became RGB",),
    )


def others() -> Iterator[Specimen]:
    yield Specimen(
        name="bmp-color.bmp",
        content=encoded(scene(3), "BMP", dpi=(96, 96)),
        expected=scene(3),
        kept=False,
    )
    yield Specimen(
        name="bmp-gray.bmp",
        content=encoded(scene(1), "BMP"),
        expected=scene(1),
        kept=False,
    )
    frames = [Image.fromarray(scene(1)[..., 0] + step) for step in range(12)]
    yield Specimen(
        name="gif-animated.gif",
        content=drawn(frames[0], "GIF", save_all=True, append_images=frames[1:]),
        expected=np.repeat(scene(1), 3, axis=-1),
        kept=False,
        notes=("the first of 12 frames", "its palette became RGB"),
    )
    palette = Image.fromarray(scene(3)).quantize(15)
    clear = drawn(palette, "GIF", transparency=3)
    yield Specimen(
        name="gif-transparent.gif",
        content=clear,
        expected=seen(clear, "RGBA"),
        kept=False,
        notes=("its palette became RGBA",),
    )
    pixels = scene(3, "uint16")
    yield Specimen(
        name="really-a-png.jpg",
        content=png((24, 32), 16, 2, filtered(pixels)),
        expected=pixels,
    )


def netpbms() -> Iterator[Specimen]:
    """Yield Netpbm files of every kind: as bytes and as text, and with whites of their own."""
    gray, color, deep = scene(1), scene(3), scene(3, "uint16")
    bits = np.random.default_rng(8).integers(0, 2, (24, 31), np.uint8)
    dim = (scene(1, "uint16") >> 4).astype(np.uint16)
    few = (gray // 16).astype(np.uint8)

    def text(values: Any) -> bytes:
        return b" ".join(str(value).encode() for value in values.ravel()) + b"\n"

    def specimen(name: str, content: bytes, expected: Pixels, *notes: str) -> Specimen:
        return Specimen(name=name, content=content, expected=expected, kept=False, notes=notes)

    yield specimen("netpbm-gray.pgm", b"P5\n# a comment\n32 24\n255\n" + gray.tobytes(), gray)
    yield specimen("netpbm-color.ppm", b"P6 32 24 255\n" + color.tobytes(), color)
    yield specimen(
        "netpbm-color-16.pnm", b"P6\n32 24\n65535\n" + deep.astype(">u2").tobytes(), deep
    )
    yield specimen("netpbm-text-16.ppm", b"P3\n32 24\n65535\n" + text(deep), deep)
    yield specimen("netpbm-text.pgm", b"P2 32 24 255\n# half way\n" + text(gray), gray)
    yield specimen(
        "netpbm-12.pgm",
        b"P5\n32 24\n4095\n" + dim.astype(">u2").tobytes(),
        np.rint(dim * (65_535 / 4095)).astype(np.uint16),
        "its values up to 4,095 became those of 16 bits",
    )
    yield specimen(
        "netpbm-4.pgm",
        b"P5\n32 24\n15\n" + few.tobytes(),
        few * np.uint8(17),
        "its values up to 15 became those of 8 bits",
    )
    # 1 is black.
    black = ((1 - bits) * np.uint8(255))[..., None]
    told = "its gray of 1 bits became gray of 8"
    yield specimen(
        "netpbm-bits.pbm", b"P4\n31 24\n" + np.packbits(bits, axis=1).tobytes(), black, told
    )
    yield specimen("netpbm-text.pbm", b"P1\n31 24\n" + text(bits).replace(b" ", b""), black, told)
    yield specimen(
        "netpbm-three.pgm",
        b"".join(b"P5\n32 24\n255\n" + (gray + step).tobytes() for step in range(3)),
        gray,
        "the first of 3 images",
    )


def rarities() -> Iterator[Specimen]:
    """Yield files of formats that are read and written as PNG."""
    gray, color, veiled = scene(1), scene(3), scene(4)
    for name, pixels in (("gray", gray), ("color", color), ("alpha", veiled)):
        for packing, options in (("", {}), ("-packed", {"compression": "tga_rle"})):
            yield Specimen(
                name=f"tga-{name}{packing}.tga",
                content=encoded(pixels, "TGA", **options),
                expected=pixels,
                kept=False,
            )
    yield Specimen(name="dib.dib", content=encoded(color, "DIB"), expected=color, kept=False)
    yield Specimen(
        name="really-a-jpeg.jfif",
        content=encoded(color, "JPEG", quality=90),
        expected=seen(encoded(color, "JPEG", quality=90), "RGB"),
        again="close",
    )
    for channels in (1, 3, 4):
        for dtype in ("uint8", "uint16"):
            pixels = scene(channels, dtype)
            content = imagecodecs.jpeg2k_encode(np.squeeze(pixels), level=0, reversible=True)
            yield Specimen(
                name=f"jpeg2000-{channels}-{dtype}.jp2",
                content=content,
                expected=pixels,
                kept=False,
                notes=("channel 4 of 4 taken for alpha, which the file does not say",)
                if channels == 4
                else (),
            )
            start = content.index(b"\xff\x4f\xff\x51")
            if channels == 3:
                yield Specimen(
                    name=f"jpeg2000-bare-{dtype}.j2k",
                    content=content[start:],
                    expected=pixels,
                    kept=False,
                )
    dim = (scene(1, "uint16") >> 4).astype(np.uint16)
    yield Specimen(
        name="jpeg2000-12.jp2",
        content=imagecodecs.jpeg2k_encode(dim[..., 0], level=0, reversible=True, bitspersample=12),
        expected=np.rint(dim * (65_535 / 4095)).astype(np.uint16),
        kept=False,
        notes=("its 12 bits became 16",),
    )
    if features.check("avif"):
        for name, pixels, mode in (("color", color, "RGB"), ("alpha", veiled, "RGBA")):
            content = encoded(pixels, "AVIF", quality=90)
            yield Specimen(
                name=f"avif-{name}.avif", content=content, expected=seen(content, mode), kept=False
            )
