"""The process that reads a stranger's ``.keras`` file, and can do nothing else.

It imports all it needs, then gives up its rights, and only then looks at the first byte. From
there on the system lets it open no file, socket or process (a limit of no further descriptors and
no further processes, which holds for the C code of HDF5 too), take little memory and time, and
write to the two files that its parent has opened; a hook refuses the same in Python, and code.
"""

import codecs
import contextlib
import io
import json
import resource
import struct
import sys
from collections.abc import Mapping
from typing import Any, BinaryIO, Final

import h5py
import numpy as np

from hourglass.bundles.keras_model import KerasModel, read_keras_model
from hourglass.errors import ConfigurationError, HourglassError, ModelFileError
from hourglass.records import LayerGraph, checked, to_json

_ALLOWED: Final = frozenset({"object.__getattr__", "sys._getframe", "builtins.id"})
_PAGE: Final = resource.getpagesize()


def main() -> None:
    """Answer the parent: one JSON object to standard output, the weights to a descriptor."""
    asked: Mapping[str, Any] = json.loads(sys.argv[2])
    file, answer = sys.stdin.buffer, sys.stdout.buffer
    with open(asked["weights"], "wb", closefd=False) as weights:
        _warm_up()
        # A blank before the object says that there was nothing wrong until the file was read.
        answer.write(b" ")
        answer.flush()
        _give_up_rights(asked)
        answer.write(_answered(file, weights, asked))
        answer.flush()


def _warm_up() -> None:
    """Let libraries import what they import late, as long as that is possible."""
    # The names of a zip's members, where they are not said to be UTF-8.
    codecs.lookup("cp437")
    memory = io.BytesIO()
    with h5py.File(memory, "w") as file:
        file.create_group("a").create_dataset("0", data=np.zeros(2, np.float32))
        file["b"] = h5py.SoftLink("/a")
    with h5py.File(memory, "r") as file:
        dataset = file["a"]["0"]
        _ = dataset[()], dataset.external, dataset.is_virtual, dataset.id.get_create_plist()
        _ = [file.get(name, getlink=True) for name in file]
    with contextlib.suppress(ConfigurationError):
        checked(LayerGraph, {"nodes": []}, "nothing")


def _give_up_rights(asked: Mapping[str, Any]) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (asked["seconds"], asked["seconds"]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (asked["bytes"], asked["bytes"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        memory = _address_space() + asked["memory"]
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    sys.addaudithook(_refuse)


def _address_space() -> int:
    with open("/proc/self/statm") as file:  # noqa: PTH123 - before the hook, without pathlib
        return int(file.read().split()[0]) * _PAGE


def _refuse(event: str, _: object) -> None:
    if event not in _ALLOWED:
        raise PermissionError(f"reading the file tried {event}, which is refused")


def _answered(file: BinaryIO, weights: BinaryIO, asked: Mapping[str, Any]) -> bytes:
    shape = asked["image_shape"]
    try:
        model = read_keras_model(
            file, image_shape=None if shape is None else tuple(shape), code=asked["code"]
        )
        _write(model, weights)
        return json.dumps(
            {"image_shape": model.image_shape, "graph": to_json(model.graph).decode()}
        ).encode()
    except HourglassError as error:
        return _refusal(type(error).__name__, str(error))
    except MemoryError:
        return _refusal(ModelFileError.__name__, "It needs more memory than its size explains.")
    except Exception as error:
        # Whatever a damaged file brings about, it is the file that is damaged.
        return _refusal(ModelFileError.__name__, f"It cannot be read: {error}.")


def _refusal(kind: str, sentence: str) -> bytes:
    return json.dumps({"error": kind, "sentence": sentence}).encode()


def _write(model: KerasModel, file: BinaryIO) -> None:
    """Write the weights as safetensors, one after the other: a copy of all would cost memory."""
    header, end = {}, 0
    for name, array in model.arrays.items():
        begin, end = end, end + array.nbytes
        header[name] = {"dtype": "F32", "shape": array.shape, "data_offsets": (begin, end)}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    file.write(struct.pack("<Q", len(text)) + text)
    for array in model.arrays.values():
        file.write(np.ascontiguousarray(array, "<f4").data)
    file.flush()
