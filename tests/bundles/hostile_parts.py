"""What hostile model files are made of: a good one, taken apart and put together otherwise."""

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
