"""Archives that are not what they look like."""

import struct
import zipfile
from io import BytesIO

import numpy as np

from hostile_parts import contents, entry, hostile, packed, patched


@hostile
def empty_file(bundle):
    return b""


@hostile
def text_file(bundle):
    return b"This is not a model.\n" * 100


@hostile
def random_bytes(bundle):
    return np.random.default_rng(1).bytes(20_000)


@hostile
def pickle(bundle):
    return b"cos\nsystem\n(S'touch pwned'\ntR."


@hostile
def hdf5(bundle):
    return b"\x89HDF\r\n\x1a\n" + bytes(4000)


@hostile
def cut_off(bundle):
    return bundle[: len(bundle) // 2]


@hostile
def last_byte_missing(bundle):
    return bundle[:-1]


@hostile
def bytes_in_front(bundle):
    return b"#!/bin/sh\ntouch pwned\n" + bundle


@hostile
def bytes_behind(bundle):
    return bundle + b"\x00"


@hostile
def archive_with_a_comment(bundle):
    file = BytesIO(bundle)
    with zipfile.ZipFile(file, "a") as archive:
        archive.comment = b"import os"
    return file.getvalue()


@hostile
def traversal_in_a_third_member(bundle):
    description, weights = contents(bundle)
    return packed(
        ("model.json", description), ("weights.safetensors", weights), ("../pwned", b"pwned")
    )


@hostile
def absolute_name(bundle):
    return packed(("/tmp/model.json", b"{}"), ("weights.safetensors", contents(bundle)[1]))


@hostile
def traversal_as_the_name_of_the_weights(bundle):
    return packed(("model.json", contents(bundle)[0]), ("../weights.safetensors", b""))


@hostile
def code_as_a_third_member(bundle):
    description, weights = contents(bundle)
    return packed(
        ("model.json", description), ("weights.safetensors", weights), ("__init__.py", b"1/0")
    )


@hostile
def symbolic_link_as_weights(bundle):
    return packed(
        ("model.json", contents(bundle)[0]),
        (entry("weights.safetensors", 0o120777), b"/etc/passwd"),
    )


@hostile
def symbolic_link_as_description(bundle):
    return packed(
        (entry("model.json", 0o120777), b"/etc/passwd"),
        ("weights.safetensors", contents(bundle)[1]),
    )


@hostile
def device_as_weights(bundle):
    return packed(
        ("model.json", contents(bundle)[0]), (entry("weights.safetensors", 0o020666), b"")
    )


@hostile
def folder_as_a_member(bundle):
    return packed(("model.json/", b""), ("weights.safetensors", contents(bundle)[1]))


@hostile
def members_in_another_order(bundle):
    description, weights = contents(bundle)
    return packed(("weights.safetensors", weights), ("model.json", description))


@hostile
def description_twice(bundle):
    # The standard library warns of it while it writes: the second name is put in afterwards.
    description, weights = contents(bundle)
    made = packed(
        ("model.json", description), ("model.jsoN", b"{}"), ("weights.safetensors", weights)
    )
    return made.replace(b"model.jsoN", b"model.json")


@hostile
def weights_missing(bundle):
    return packed(("model.json", contents(bundle)[0]))


@hostile
def description_missing(bundle):
    return packed(("weights.safetensors", contents(bundle)[1]))


@hostile
def encrypted(bundle):
    return patched(bundle, 6, "<H", 1)


@hostile
def packed_with_bzip2(bundle):
    description, weights = contents(bundle)
    return packed(
        ("model.json", description),
        ("weights.safetensors", weights),
        compression=zipfile.ZIP_BZIP2,
    )


@hostile
def packed_with_lzma(bundle):
    description, weights = contents(bundle)
    return packed(
        ("model.json", description), ("weights.safetensors", weights), compression=zipfile.ZIP_LZMA
    )


@hostile
def bomb_in_the_weights(bundle):
    # 200 MB of zeros in 200 kB.
    return packed(
        ("model.json", contents(bundle)[0]),
        ("weights.safetensors", bytes(200_000_000)),
        compression=zipfile.ZIP_DEFLATED,
    )


@hostile
def bomb_in_the_description(bundle):
    return packed(
        ("model.json", b"{" + b" " * 50_000_000 + b"}"),
        ("weights.safetensors", contents(bundle)[1]),
        compression=zipfile.ZIP_DEFLATED,
    )


@hostile
def bomb_that_says_it_is_small(bundle):
    made = packed(
        ("model.json", contents(bundle)[0]),
        ("weights.safetensors", bytes(100_000_000)),
        compression=zipfile.ZIP_DEFLATED,
    )
    return patched(made, 22, "<I", 1_000_000, member=1)


@hostile
def length_that_is_too_long(bundle):
    return patched(bundle, 22, "<I", 2**32 - 2, member=1)


@hostile
def packed_length_beyond_the_end(bundle):
    made = patched(bundle, 18, "<I", 900_000_000, member=1)
    return patched(made, 22, "<I", 900_000_000, member=1)


@hostile
def wrong_checksum(bundle):
    return patched(bundle, 14, "<I", 12345, member=1)


@hostile
def directory_of_another_name(bundle):
    at = bundle.rfind(b"weights.safetensors")
    return bundle[:at] + b"weights.safetensorZ" + bundle[at + 19 :]


@hostile
def overlapping_members(bundle):
    # The directory says that the weights begin where the description does.
    content = bytearray(bundle)
    struct.pack_into("<I", content, content.rfind(b"PK\x01\x02") + 42, 0)
    return bytes(content)


@hostile
def local_header_of_another_length(bundle):
    content = bytearray(bundle)
    struct.pack_into("<I", content, content.rfind(b"PK\x03\x04") + 22, 4)
    return bytes(content)


@hostile
def extra_field(bundle):
    description, weights = contents(bundle)
    info = entry("model.json", extra=struct.pack("<HH4s", 0x5455, 4, b"abcd"))
    return packed((info, description), ("weights.safetensors", weights))


@hostile
def zip64(bundle):
    content = bytearray(bundle)
    struct.pack_into("<I", content, content.rfind(b"PK\x01\x02") + 42, 2**32 - 1)
    return bytes(content)


@hostile
def more_members_told_than_there_are(bundle):
    content = bytearray(bundle)
    struct.pack_into("<HH", content, content.rfind(b"PK\x05\x06") + 8, 65535, 65535)
    return bytes(content)
