"""Model files that a stranger could send, each made from a good one in a few lines."""

import hashlib
import json
import struct
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
from safetensors.numpy import load, save

Content = tuple[bytes, bytes]
Make = Callable[[bytes], bytes]

HOSTILE: dict[str, Make] = {}


def hostile(make: Make) -> Make:
    """Put a way to spoil a good bundle into the table, under its name."""
    HOSTILE[make.__name__.replace("_", " ")] = make
    return make


def contents(bundle: bytes) -> Content:
    with zipfile.ZipFile(BytesIO(bundle)) as archive:
        return archive.read("model.json"), archive.read("weights.safetensors")


def packed(*members: tuple[str | zipfile.ZipInfo, bytes], **options: Any) -> bytes:
    """Return an archive as the standard library writes it."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", **options) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def with_description(bundle: bytes, description: bytes) -> bytes:
    return packed(("model.json", description), ("weights.safetensors", contents(bundle)[1]))


def changed(bundle: bytes, change: Callable[[dict], Any]) -> bytes:
    """Return a bundle whose description was changed."""
    values = json.loads(contents(bundle)[0])
    change(values)
    return with_description(bundle, json.dumps(values).encode())


def without_card(bundle: bytes, **words: str) -> bytes:
    """Return a bundle that tells nothing of its training, with other words in its specification."""

    def change(told: dict) -> None:
        told["card"] = None
        told["spec"].update(words)

    return changed(bundle, change)


def with_weights(bundle: bytes, weights: bytes) -> bytes:
    """Return a bundle with other weights and their hash, as a stranger would make it."""
    values = json.loads(contents(bundle)[0])
    values["weights_sha256"] = hashlib.sha256(weights).hexdigest()
    return packed(("model.json", json.dumps(values).encode()), ("weights.safetensors", weights))


def with_header(bundle: bytes, change: Callable[[dict], Any]) -> bytes:
    """Return a bundle whose safetensors header was changed."""
    weights = contents(bundle)[1]
    start = 8 + struct.unpack("<Q", weights[:8])[0]
    header = json.loads(weights[8:start])
    change(header)
    text = json.dumps(header).encode()
    return with_weights(bundle, struct.pack("<Q", len(text)) + text + weights[start:])


def with_tensors(bundle: bytes, change: Callable[[dict[str, np.ndarray]], Any]) -> bytes:
    tensors = {name: array.copy() for name, array in load(contents(bundle)[1]).items()}
    change(tensors)
    return with_weights(bundle, save(tensors))


def patched(bundle: bytes, offset: int, layout: str, value: int, *, member: int = 0) -> bytes:
    """Return an archive with a number changed in the local header and the directory entry."""
    content = bytearray(bundle)
    local = content.find(b"PK\x03\x04") if not member else content.rfind(b"PK\x03\x04")
    central = content.find(b"PK\x01\x02") if not member else content.rfind(b"PK\x01\x02")
    struct.pack_into(layout, content, local + offset, value)
    struct.pack_into(layout, content, central + offset + 2, value)
    return bytes(content)


def entry(name: str, mode: int = 0o100644, **fields: Any) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, mode << 16
    for field, value in fields.items():
        setattr(info, field, value)
    return info


# The archive.


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


# The description.


@hostile
def description_that_is_no_json(bundle):
    return with_description(bundle, b"import os; os.system('touch pwned')")


@hostile
def code_as_the_name_of_the_network(bundle):
    return changed(
        bundle, lambda told: told["spec"].update(network="__import__('os').system('touch pwned')")
    )


@hostile
def object_of_python_in_the_description(bundle):
    return changed(
        bundle, lambda told: told["spec"].update(network={"py/object": "os.system", "args": ["x"]})
    )


@hostile
def keras_configuration(bundle):
    config = {"module": "keras.layers", "class_name": "Lambda", "config": {"function": "x"}}
    return with_description(bundle, json.dumps(config).encode())


@hostile
def unknown_layer(bundle):
    return changed(bundle, lambda told: told["spec"].update(network="hypernet"))


@hostile
def unknown_activation(bundle):
    return changed(bundle, lambda told: told["spec"]["options"].update(activation="os.system"))


@hostile
def unknown_corruption(bundle):
    return without_card(bundle, corruption="os.system:1")


@hostile
def blur_as_wide_as_a_house(bundle):
    return without_card(bundle, corruption="blur:1000000000")


@hostile
def negative_noise(bundle):
    return without_card(bundle, corruption="gaussian:-1")


@hostile
def noise_that_is_no_number(bundle):
    return without_card(bundle, corruption="gaussian:nan")


@hostile
def unknown_loss(bundle):
    return changed(bundle, lambda told: told["spec"].update(reconstruction_loss="os:1"))


@hostile
def deep_nesting(bundle):
    return with_description(bundle, b'{"spec":' * 100_000 + b"1" + b"}" * 100_000)


@hostile
def deep_lists(bundle):
    return with_description(bundle, b"[" * 400_000)


@hostile
def duplicate_keys(bundle):
    text = contents(bundle)[0]
    return with_description(bundle, text.replace(b'{\n  "schema', b'{"spec": 1,\n  "schema', 1))


@hostile
def key_that_is_not_known(bundle):
    return changed(bundle, lambda told: told.update(custom_objects={"A": "os.system"}))


@hostile
def key_that_is_not_known_far_inside(bundle):
    return changed(
        bundle, lambda told: told["card"]["training"]["environment"].update(run="touch pwned")
    )


@hostile
def not_a_number(bundle):
    return with_description(bundle, contents(bundle)[0].replace(b'"kept": 0.0', b'"kept": NaN'))


@hostile
def infinity(bundle):
    return with_description(
        bundle, contents(bundle)[0].replace(b'"kept": 0.0', b'"kept": -Infinity')
    )


@hostile
def number_beyond_floating_point(bundle):
    return with_description(bundle, contents(bundle)[0].replace(b'"kept": 0.0', b'"kept": 1e999'))


@hostile
def huge_integer(bundle):
    return with_description(
        bundle, contents(bundle)[0].replace(b'"kept": 0.0', b'"kept": ' + b"9" * 200_000)
    )


@hostile
def byte_order_mark(bundle):
    return with_description(bundle, b"\xef\xbb\xbf" + contents(bundle)[0])


@hostile
def not_utf_8(bundle):
    return with_description(bundle, contents(bundle)[0].replace(b"digits", b"\xff\xfe\x80its"))


@hostile
def utf_16(bundle):
    return with_description(bundle, contents(bundle)[0].decode().encode("utf-16"))


@hostile
def half_a_character(bundle):
    return with_description(bundle, contents(bundle)[0].replace(b"digits", b"\\ud800"))


@hostile
def escape_sequence_for_the_terminal(bundle):
    return changed(bundle, lambda told: told["card"]["data"].update(name="\x1b]0;pwned\x07"))


@hostile
def text_that_runs_backwards(bundle):
    return changed(bundle, lambda told: told["card"]["data"].update(name="a\u202egnp.exe"))


@hostile
def long_text(bundle):
    return changed(bundle, lambda told: told["card"]["data"].update(name="a" * 900_000))


@hostile
def long_list(bundle):
    return changed(bundle, lambda told: told["card"]["data"].update(class_names=["a"] * 100_000))


@hostile
def long_description(bundle):
    return with_description(bundle, contents(bundle)[0] + b" " * 3_000_000)


@hostile
def another_schema(bundle):
    return changed(bundle, lambda told: told.update(schema_version=99))


@hostile
def schema_that_is_a_truth(bundle):
    return changed(bundle, lambda told: told.update(schema_version=True))


@hostile
def first_schema_which_had_no_bundles(bundle):
    told = json.loads(contents(bundle)[0])
    keys = ("spec", "weights_sha256")
    first = {"schema_version": 1} | {key: told[key] for key in keys}
    return with_description(bundle, json.dumps(first).encode())


@hostile
def sizes_beyond_all_memory(bundle):
    return changed(bundle, lambda told: told["spec"]["options"].update(units=[65536] * 16))


@hostile
def sizes_beyond_the_vocabulary(bundle):
    return changed(bundle, lambda told: told["spec"]["options"].update(units=[10**12]))


@hostile
def another_shape_of_images(bundle):
    def change(told):
        told["spec"]["image_shape"] = told["preprocessing"]["image_shape"] = [64, 64, 3]

    return changed(bundle, change)


@hostile
def preprocessing_of_another_model(bundle):
    return changed(bundle, lambda told: told["preprocessing"].update(image_shape=[9, 9, 1]))


@hostile
def experiment_of_another_model(bundle):
    return changed(
        bundle, lambda told: told["card"]["training"]["experiment"].update(network="unet")
    )


@hostile
def data_in_a_folder_of_the_reader(bundle):
    return changed(
        bundle, lambda told: told["card"]["training"]["experiment"].update(data="/etc/ssl")
    )


@hostile
def data_one_folder_up(bundle):
    return changed(
        bundle, lambda told: told["card"]["training"]["experiment"].update(data="../secret")
    )


@hostile
def null_in_place_of_all(bundle):
    return with_description(bundle, b"null")


# The weights.


@hostile
def wrong_hash(bundle):
    return changed(bundle, lambda told: told.update(weights_sha256="0" * 64))


@hostile
def hash_that_is_none(bundle):
    return changed(bundle, lambda told: told.update(weights_sha256=""))


@hostile
def weights_that_are_no_numbers(bundle):
    return with_tensors(bundle, lambda found: found["decoder/pixels/bias"].fill(np.nan))


@hostile
def infinite_weights(bundle):
    return with_tensors(bundle, lambda found: found["decoder/pixels/bias"].fill(np.inf))


@hostile
def weights_of_double_precision(bundle):
    return with_tensors(
        bundle, lambda found: found.update({k: v.astype(np.float64) for k, v in found.items()})
    )


@hostile
def array_missing(bundle):
    return with_tensors(bundle, lambda found: found.pop("decoder/pixels/bias"))


@hostile
def array_too_many(bundle):
    return with_tensors(bundle, lambda found: found.update(more=np.zeros(1, np.float32)))


@hostile
def transposed_array(bundle):
    def change(found):
        name = "encoder/dense_1/kernel"
        found[name] = np.ascontiguousarray(found[name].T)

    return with_tensors(bundle, change)


@hostile
def shape_that_lies(bundle):
    def change(header):
        header["encoder/dense_1/kernel"]["shape"] = [1 << 40, 1 << 40]

    return with_header(bundle, change)


@hostile
def negative_shape(bundle):
    return with_header(bundle, lambda header: header["decoder/pixels/bias"].update(shape=[-64]))


@hostile
def shape_of_truths(bundle):
    return with_header(bundle, lambda header: header["decoder/pixels/bias"].update(shape=[True]))


@hostile
def offsets_beyond_the_end(bundle):
    far = [1 << 50, (1 << 50) + 256]
    return with_header(
        bundle, lambda header: header["decoder/pixels/bias"].update(data_offsets=far)
    )


@hostile
def overlapping_arrays(bundle):
    return with_header(
        bundle, lambda header: header["decoder/pixels/bias"].update(data_offsets=[4, 260])
    )


@hostile
def metadata_in_the_header(bundle):
    return with_header(bundle, lambda header: header.update(__metadata__={"run": "touch pwned"}))


@hostile
def header_with_a_key_twice(bundle):
    weights = contents(bundle)[1]
    start = 8 + struct.unpack("<Q", weights[:8])[0]
    text = b'{"decoder/pixels/bias":1,' + weights[9:start]
    return with_weights(bundle, struct.pack("<Q", len(text)) + text + weights[start:])


@hostile
def header_as_long_as_memory(bundle):
    return with_weights(bundle, struct.pack("<Q", 1 << 62) + contents(bundle)[1][8:])


@hostile
def header_longer_than_the_file(bundle):
    return with_weights(bundle, struct.pack("<Q", 100_000) + b"{}")


@hostile
def weights_without_a_byte(bundle):
    return with_weights(bundle, b"")


@hostile
def weights_with_bytes_behind(bundle):
    return with_weights(bundle, contents(bundle)[1] + b"\x00" * 4)


@hostile
def pickle_as_weights(bundle):
    return with_weights(bundle, b"cos\nsystem\n(S'touch pwned'\ntR.")


@hostile
def large_file_of_another_model(bundle):
    # 150 MB that the archive tells truly, behind a hash that is right.
    return with_weights(bundle, contents(bundle)[1] + bytes(150_000_000))
