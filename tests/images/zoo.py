"""A zoo of image files, good and bad, each with what reading it must give.

Nothing here goes through the code that is tested: files are put together by Pillow, tifffile and
by hand. ``python tests/images/zoo.py FOLDER`` writes them all.
"""

import io
import struct
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image, ImageCms

Pixels = NDArray[Any]

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
CMYK_PROFILE = bytes(16) + b"CMYK" + bytes(108)
# What turns an upright image into how it lies in a file of that orientation.
LAID = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@dataclass(frozen=True, kw_only=True)
class Specimen:
    """A file and what becomes of it.

    Parameters
    ----------
    name, content
        The file.
    expected
        Its pixels, upright, shape (height, width, channels); ``None`` for a bad file.
    reason
        What the error says of a bad file, a regular expression.
    again
        How its pixels are written: exactly, or close to what they were.
    kept
        Whether it is written in the same kind: format, mode, depth and compression.
    notes
        What is told of it.
    """

    name: str
    content: bytes
    expected: Pixels | None = None
    reason: str = ""
    again: Literal["exact", "close"] = "exact"
    kept: bool = True
    notes: tuple[str, ...] = ()


@cache
def specimens() -> dict[str, Specimen]:
    """Return the zoo by name."""
    kinds = (_pngs, _odd_pngs, _jpegs, _webps, _tiffs, _odd_tiffs, _others, _bad_pngs, _bad_files)
    found = [specimen for kind in kinds for specimen in kind()]
    assert len({specimen.name for specimen in found}) == len(found)
    return {specimen.name: specimen for specimen in found}


def good() -> list[Specimen]:
    """Return the files that are read."""
    return [specimen for specimen in specimens().values() if specimen.expected is not None]


def bad() -> list[Specimen]:
    """Return the files that are refused."""
    return [specimen for specimen in specimens().values() if specimen.expected is None]


def make(folder: Path) -> None:
    """Write the zoo."""
    folder.mkdir(parents=True, exist_ok=True)
    for specimen in specimens().values():
        (folder / specimen.name).write_bytes(specimen.content)


def scene(channels: int, dtype: str = "uint8", size: tuple[int, int] = (24, 32)) -> Pixels:
    """Return a smooth scene whose low bits all count, shape (height, width, channels)."""
    down, across = np.mgrid[: size[0], : size[1]]
    waves = [
        0.5 + 0.4 * np.sin(across / 9 + number) * np.cos(down / 7 - number)
        for number in range(channels)
    ]
    return (np.dstack(waves) * np.iinfo(dtype).max).astype(dtype)


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return a PNG chunk with an honest checksum."""
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def png(
    size: tuple[int, int],
    depth: int,
    color: int,
    rows: bytes,
    *,
    before: bytes = b"",
    after: bytes = b"",
    interlaced: bool = False,
) -> bytes:
    """Return a PNG of that height and width, made by hand."""
    header = struct.pack(">IIBBBBB", size[1], size[0], depth, color, 0, 0, interlaced)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + before
        + chunk(b"IDAT", zlib.compress(rows))
        + after
        + chunk(b"IEND", b"")
    )


def filtered(pixels: Pixels) -> bytes:
    """Return the rows of a PNG, each with the filter that leaves it as it is."""
    order = pixels.astype(pixels.dtype.newbyteorder(">"))
    return b"".join(b"\x00" + row.tobytes() for row in order)


def interlace(pixels: Pixels) -> bytes:
    """Return the rows of a PNG in the seven passes of Adam7."""
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2)]
    passes += [(0, 1, 2, 2), (1, 0, 2, 1)]
    return b"".join(
        filtered(part)
        for top, left, down, across in passes
        if (part := pixels[top::down, left::across]).size
    )


def packed(values: Pixels, depth: int) -> bytes:
    """Return the rows of a PNG of 1, 2 or 4 bits; the width fills whole bytes."""
    bits = np.unpackbits(values.astype(np.uint8)[..., None], axis=-1)[..., 8 - depth :]
    rows = np.packbits(bits.reshape(len(values), -1), axis=-1)
    return b"".join(b"\x00" + row.tobytes() for row in rows)


def exif(orientation: int = 1, *, full: bool = False) -> bytes:
    """Return EXIF without the word before it."""
    tags = Image.Exif()
    tags[0x0112] = orientation
    if full:
        tags[0x010F] = "Hourglass works"
        tags[0x0132] = "2026:11:21 10:00:00"
        tags.get_ifd(0x8769)[0x829A] = 0.008
        tags.get_ifd(0x8769)[0x8827] = 400
        tags.get_ifd(0x8825)[0x0001] = "N"
    return tags.tobytes()[6:]


def encoded(pixels: Pixels, kind: str, **options: Any) -> bytes:
    """Return pixels as Pillow writes them."""
    buffer = io.BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(
        buffer, kind, **options
    )
    return buffer.getvalue()


def drawn(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Return an image of any mode as Pillow writes it."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def tiff(pixels: Pixels, **options: Any) -> bytes:
    """Return pixels as tifffile writes them."""
    buffer = io.BytesIO()
    plane = pixels[..., 0] if pixels.shape[-1] == 1 else pixels
    color = "rgb" if pixels.shape[-1] in (3, 4) else "minisblack"
    contiguous = {"planarconfig": "contig"} if pixels.shape[-1] > 1 else {}
    settings = {"photometric": color, "metadata": None, **contiguous, **options}
    if settings["planarconfig" if contiguous else "metadata"] == "separate":
        plane = np.moveaxis(plane, -1, 0)
    tifffile.imwrite(buffer, np.ascontiguousarray(plane), **settings)
    return buffer.getvalue()


def seen(content: bytes, mode: str | None = None) -> Pixels:
    """Return what Pillow alone makes of a file, as it is stored."""
    with Image.open(io.BytesIO(content)) as image:
        pixels = np.asarray(image.convert(mode) if mode else image)
    return pixels[..., None] if pixels.ndim == 2 else pixels


def laid(pixels: Pixels, orientation: int) -> Pixels:
    """Return upright pixels as they lie in a file of that orientation."""
    if orientation == 1:
        return pixels
    return np.asarray(Image.fromarray(pixels).transpose(LAID[orientation]))


def _pngs() -> Iterator[Specimen]:
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


def _odd_pngs() -> Iterator[Specimen]:
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


def _jpegs() -> Iterator[Specimen]:
    kinds: dict[str, dict[str, Any]] = {
        "plain": {},
        "444": {"subsampling": 0, "quality": 92},
        "422-dense": {"subsampling": 1, "quality": 85, "dpi": (300, 300)},
        "420-coarse": {"subsampling": 2, "quality": 30},
        "progressive": {"progressive": True, "quality": 90},
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


def _webps() -> Iterator[Specimen]:
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


def _tiffs() -> Iterator[Specimen]:
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
    )


def _odd_tiffs() -> Iterator[Specimen]:
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
    photo = encoded(scene(3), "TIFF", compression="jpeg")
    yield Specimen(name="tiff-jpeg.tif", content=photo, expected=seen(photo, "RGB"), kept=False)
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


def _others() -> Iterator[Specimen]:
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


def _bad_pngs() -> Iterator[Specimen]:
    def refused(name: str, content: bytes, reason: str) -> Specimen:
        return Specimen(name=f"bad-{name}.png", content=content, reason=reason)

    pixels = np.random.default_rng(7).integers(0, 256, (20, 30, 3), np.uint8)
    whole = png((20, 30), 8, 2, filtered(pixels))
    packed_rows = zlib.compress(filtered(pixels))
    claims = png((10_000, 10_000), 8, 0, b"")
    cut = claims[: claims.index(b"IDAT") - 4]
    tiny = cut + chunk(b"IDAT", zlib.compress(bytes(9_000))[:17]) + chunk(b"IEND", b"")
    assert len(tiny) == 74
    yield refused("74-bytes", tiny, r"declares 100,000,000 bytes of pixels in a file of 74 bytes")
    blank = zlib.compress(bytes(1_251 * 10_000), 9)
    bomb = png((10_000, 10_000), 1, 0, b"")
    bomb = bomb[: bomb.index(b"IDAT") - 4] + chunk(b"IDAT", blank) + chunk(b"IEND", b"")
    yield refused("bomb", bomb, r"declares 100,000,000 bytes .* 2,000 for each byte")
    yield refused("wide", png((16_000, 16_001), 8, 0, b""), r"256,016,000 pixels, and at most 256")
    yield refused("truncated", whole[:-200], r"it is truncated")
    yield refused("without-end", whole[:-12], r"it is truncated")
    yield refused("only-start", whole[:20], r"it is truncated")
    yield refused("few-rows", png((40, 30), 8, 2, filtered(pixels)), r"it is truncated")
    broken = bytearray(whole)
    broken[29] ^= 255
    yield refused("header-sum", bytes(broken), r"the checksum of its header is wrong")
    broken = bytearray(whole)
    broken[whole.index(b"IEND") - 5] ^= 255
    yield refused("pixel-sum", bytes(broken), r"it is damaged \(IDAT: CRC error")
    damaged = bytearray(packed_rows)
    damaged[-1] ^= 255
    start = whole[: whole.index(b"IDAT") - 4]
    content = start + chunk(b"IDAT", bytes(damaged)) + chunk(b"IEND", b"")
    yield refused("pixels", content, r"it is damaged \(IDAT: incorrect data check")
    yield refused("depth", png((4, 4), 3, 0, bytes(20)), r"color 0 in 3 bits")
    yield refused("size", png((0, 4), 8, 0, bytes(20)), r"declares 4×0 ")


def _bad_files() -> Iterator[Specimen]:
    def refused(name: str, content: bytes, reason: str) -> Specimen:
        return Specimen(name=f"bad-{name}", content=content, reason=reason)

    none = r"it is no PNG, JPEG, TIFF, BMP, GIF or WebP image"
    yield refused("empty.png", b"", r"it is empty")
    yield refused("text.png", b"I am no image.\n", none)
    yield refused("drawing.png", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", none)
    noise = np.random.default_rng(8).integers(0, 256, (40, 50, 3), np.uint8)
    for kind, reason in {
        "JPEG": "truncated",
        "GIF": "truncated",
        "BMP": "truncated",
        "WEBP": "truncated",
    }.items():
        content = encoded(noise, kind)
        yield refused(f"truncated.{kind.lower()}", content[: len(content) // 2], reason)
    deep = noise.astype(np.uint16) * 257
    for name, content in {
        "raw": tiff(deep),
        "deflate": tiff(deep, compression="deflate"),
        "tiled": tiff(deep, tile=(16, 16)),
    }.items():
        cut = content[: len(content) // 2]
        yield refused(f"truncated-{name}.tif", cut, r"damaged or truncated|truncated|no pixels")
    gray = scene(1)
    kinds = {
        "float": (gray / np.float32(255), r"floating point of 32 bits; save it with 8 or 16"),
        "int32": (gray.astype(np.int32), r"signed integers of 32 bits"),
        "uint32": (gray.astype(np.uint32), r"32 bits a channel"),
        "int16": (gray.astype(np.int16), r"signed integers of 16 bits"),
    }
    for name, (pixels, reason) in kinds.items():
        yield refused(f"{name}.tif", tiff(pixels), reason)
    five = tiff(scene(5, "uint16"), photometric="minisblack")
    yield refused("five-channels.tif", five, r"it has 5 channels, 1 of them colors")
    ink = tiff(scene(4, "uint16"), photometric="separated")
    yield refused("cmyk-16.tif", ink, r"it has 16 bits a channel")
    volume = tiff(scene(8)[..., None].transpose(2, 0, 1, 3), volumetric=True, tile=(16, 16, 16))
    yield refused("volume.tif", volume, r"a volume 8 deep")
    yield refused("vast.tif", _resized(tiff(scene(1)), 200_000), r"40,000,000,000 pixels")
    yield refused("empty-claim.tif", _resized(tiff(scene(1)), 15_000), r"225,000,000 bytes")
    vast = bytearray(encoded(scene(3), "WEBP", lossless=True))
    vast[21:25] = (0xFFFFFFF).to_bytes(4, "little")
    yield refused("vast.webp", bytes(vast), r"268,435,456 pixels")


def _resized(content: bytes, side: int) -> bytes:
    """Return a TIFF of strips that claims to be a square of that side."""
    changed = bytearray(content)
    with tifffile.TiffFile(io.BytesIO(content)) as file:
        for code in (256, 257):
            tag = file.pages.first.tags[code]
            where = tag.valueoffset
            changed[where - 6 : where + 4] = struct.pack("<HII", 4, 1, side)
    return bytes(changed)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
    sys.stdout.write(f"{len(specimens())} files in {sys.argv[1]}\n")
