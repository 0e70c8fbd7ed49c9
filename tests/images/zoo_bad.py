"""The files of the zoo that are refused."""

import io
import struct
import zlib
from collections.abc import Iterator

import imagecodecs
import numpy as np
import tifffile

from zoo_parts import Specimen, chunk, encoded, filtered, png, scene, tiff


def specimens() -> Iterator[Specimen]:
    """Yield every file that is refused."""
    yield from pngs()
    yield from files()


def pngs() -> Iterator[Specimen]:
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


def files() -> Iterator[Specimen]:
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
        "int64": (gray.astype(np.int64), r"signed integers of 64 bits, which are not read"),
        "uint64": (gray.astype(np.uint64), r"unsigned integers of 64 bits, which are not read"),
        "complex": (gray.astype(np.complex64), r"of an unknown kind of 64 bits"),
    }
    for name, (pixels, reason) in kinds.items():
        yield refused(f"{name}.tif", tiff(pixels), reason)
    ink = tiff(scene(4, "uint16"), photometric="separated")
    yield refused("cmyk-16.tif", ink, r"unsigned integers of 16 bits, which are not read")
    volume = tiff(scene(8)[..., None].transpose(2, 0, 1, 3), volumetric=True, tile=(16, 16, 16))
    yield refused("volume.tif", volume, r"a volume 8 deep")
    yield refused("vast.tif", _resized(tiff(scene(1)), 200_000), r"40,000,000,000 pixels")
    yield refused("empty-claim.tif", _resized(tiff(scene(1)), 15_000), r"225,000,000 bytes")
    crowded = tiff(scene(1), extratags=[(315, 2, 40, b"a" * 40, True)])
    with tifffile.TiffFile(io.BytesIO(crowded)) as file:
        at = file.pages.first.tags[315].offset + 4
    crowded = crowded[:at] + struct.pack("<I", 900_000) + crowded[at + 4 :]
    yield refused("crowded.tif", crowded, r"its tags declare 9\d\d,\d{3} bytes in a file of")
    cut = {"tga": encoded(noise, "TGA"), "ppm": encoded(noise, "PPM"), "dib": encoded(noise, "DIB")}
    for kind, content in cut.items():
        yield refused(f"truncated.{kind}", content[: len(content) // 2], r"truncated")
    wavelets = imagecodecs.jpeg2k_encode(noise, level=0, reversible=True)
    yield refused("truncated.jp2", wavelets[: len(wavelets) // 2], r"opj_decode .* failed")
    size = wavelets.index(b"\xff\x4f\xff\x51") + 8
    vast = wavelets[:size] + struct.pack(">2I", 200_000, 200_000) + wavelets[size + 8 :]
    yield refused("vast.jp2", vast, r"40,000,000,000 pixels")
    yield refused("vast.pgm", b"P5 200000 200000 255\n" + bytes(9), r"40,000,000,000 pixels")
    yield refused("no-white.pgm", b"P5 4 4 70000\n" + bytes(99), r"its header is damaged")
    yield refused("half.pgm", b"P5 4 four", r"its header is damaged")
    yield refused("above-white.pgm", b"P5 2 1 15\n\x03\x10", r"values above the white")
    yield refused("words.pgm", b"P2 2 2 255\n1 2 3 no", r"truncated|string")
    for name, brand in (("heic.jpg", b"heic"), ("heif.png", b"mif1")):
        start = b"\x00\x00\x00\x18ftyp" + brand + b"\x00\x00\x00\x00mif1heic"
        yield refused(name, start + bytes(99), r"it is HEIC, .* convert it to PNG, JPEG or TIFF")
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
