"""``weights.safetensors``: checked in one pass that keeps none of it, then read.

The format is a length, a header in JSON and the numbers (safetensors, format section of its
README). Ours hold 32-bit floating point alone, every number once, and no gaps.
"""

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from hourglass.bundles.archive import DESCRIPTION
from hourglass.bundles.shapes import Shapes
from hourglass.bundles.strict_json import parse_json
from hourglass.errors import ModelFileError

if TYPE_CHECKING:
    from hourglass.models import Trainable

Tensors = Mapping[str, NDArray[np.float32]]

_LENGTH_BYTES: Final = 8
# Ours have some 20,000 for the deepest network.
_MOST_HEADER_BYTES: Final = 1 << 18
_NUMBER_BYTES: Final = 4


class Scan(NamedTuple):
    """What one pass over the bytes of a file tells.

    Attributes
    ----------
    sha256
        Of all bytes, in hexadecimal.
    header
        The bytes of the header; empty where the file is too short for one, or it is too long.
    numbers
        Bytes behind the header.
    finite
        Whether all of them are numbers, read as 32-bit floating point.
    """

    sha256: str
    header: bytes
    numbers: int
    finite: bool


def scan_weights(blocks: Iterable[bytes]) -> Scan:
    """Look at every byte once; memory stays at a few blocks."""
    digest, head, rest = hashlib.sha256(), bytearray(), bytearray()
    numbers, finite, start = 0, True, None
    for block in blocks:
        digest.update(block)
        if start is None:
            head += block
            start = _numbers_start(head)
            if start is None:
                continue
            block = bytes(head[start:])
            del head[start:]
        numbers += len(block)
        rest += block
        whole = len(rest) - len(rest) % _NUMBER_BYTES
        finite = finite and bool(np.isfinite(np.frombuffer(bytes(rest[:whole]), "<f4")).all())
        del rest[:whole]
    header = b"" if start is None else bytes(head[_LENGTH_BYTES:])
    return Scan(digest.hexdigest(), header, numbers, finite)


def require_weights(scan: Scan, expected: Shapes, sha256: str, where: str) -> None:
    """Refuse weights that are not those of the description: bytes, names, shapes or types.

    Raises
    ------
    ModelFileError
        If they are not, or a number is infinite or none.
    """
    if scan.sha256 != sha256:
        raise ModelFileError(
            f"{where} has SHA-256 {scan.sha256}, and {DESCRIPTION} expects {sha256}. "
            "The file is damaged or belongs to another model; copy the model again."
        )
    entries = _entries(scan, where)
    found = {name: tuple(entry["shape"]) for name, entry in entries.items()}
    if found != expected:
        wrong = min(set(expected.items()) ^ set(found.items()))[0]
        raise ModelFileError(
            f"{where} does not fit {DESCRIPTION}: {wrong} should have shape "
            f"{expected.get(wrong, 'none')} and has {found.get(wrong, 'none')}."
        )
    types = {entry["dtype"] for entry in entries.values()}
    if types != {"F32"}:
        raise ModelFileError(
            f"{where} must hold 32-bit floating-point numbers (F32) alone; it has "
            f"{', '.join(sorted(types))}."
        )
    _require_no_gaps(entries, scan.numbers, where)
    if not scan.finite:
        raise ModelFileError(
            f"{where} has weights that are infinite or not a number: its training "
            "diverged, or the file is damaged. Train again with a lower learning rate."
        )


def read_again(blocks: Iterable[bytes], sha256: str, where: str) -> bytes:
    """Return the bytes of weights that were checked before.

    Raises
    ------
    ModelFileError
        If they have changed since.
    """
    content = b"".join(blocks)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ModelFileError(f"{where} was changed while it was read. Read it again.")
    return content


def unpack_weights(content: bytes) -> Tensors:
    """Return the arrays of a safetensors file that ``require_weights`` has let pass."""
    start = _LENGTH_BYTES + int.from_bytes(content[:_LENGTH_BYTES], "little")
    entries = parse_json(content[_LENGTH_BYTES:start], "its header")
    return {name: _tensor(content, start, entry) for name, entry in entries.items()}


def pack_weights(model: "Trainable") -> bytes:
    """Return the weights of a model as the bytes of a safetensors file."""
    variables = variables_of(model)
    return save({name: np.asarray(variable.numpy()) for name, variable in variables.items()})


def variables_of(model: "Trainable") -> dict[str, Any]:
    """Return the Keras variables of a model by the names that its weights are saved under."""
    return {
        f"{part}/{variable.path}": variable
        for part, network in model.parts.items()
        for variable in network.weights
    }


def _tensor(content: bytes, start: int, entry: Mapping[str, Any]) -> NDArray[np.float32]:
    shape = tuple(entry["shape"])
    first = start + entry["data_offsets"][0]
    return np.frombuffer(content, "<f4", math.prod(shape), first).reshape(shape)


def _numbers_start(head: bytearray) -> int | None:
    """Return where the numbers begin, ``None`` while the header is not all there."""
    start = _LENGTH_BYTES + int.from_bytes(head[:_LENGTH_BYTES], "little")
    if len(head) < _LENGTH_BYTES or (len(head) < start <= _LENGTH_BYTES + _MOST_HEADER_BYTES):
        return None
    # Too long to be one of ours: it is taken for empty, and refused for that.
    return start if len(head) >= start and start <= _LENGTH_BYTES + _MOST_HEADER_BYTES else 0


def _entries(scan: Scan, where: str) -> dict[str, dict[str, Any]]:
    """Return the header, each entry of the form that the format has."""
    if not scan.header:
        raise ModelFileError(
            f"{where} is not a safetensors file of ours: its header is missing, or too long."
        )
    entries = parse_json(scan.header, f"{where} is not a safetensors file: its header")
    for name, entry in entries.items():
        if not _is_entry(entry):
            raise ModelFileError(
                f"{where} is not a safetensors file of ours: {name!r} in its header is not a "
                "dtype, a shape and two data_offsets."
            )
    return entries


def _is_entry(entry: Any) -> bool:
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        return False
    shape, offsets = entry["shape"], entry["data_offsets"]
    return (
        isinstance(entry["dtype"], str)
        and isinstance(shape, list)
        and isinstance(offsets, list)
        and len(offsets) == 2
        and all(type(size) is int and size >= 0 for size in (*shape, *offsets))
    )


def _require_no_gaps(entries: Mapping[str, Mapping[str, Any]], numbers: int, where: str) -> None:
    """Refuse arrays that overlap, leave bytes out, or reach beyond the end."""
    end = 0
    for first, last, shape in sorted(_places(entries)):
        if first != end or last - first != _NUMBER_BYTES * math.prod(shape):
            break
        end = last
    else:
        if end == numbers:
            return
    raise ModelFileError(
        f"{where} is not a safetensors file of ours: its arrays overlap, leave bytes out, or do "
        f"not fill the {numbers:,} bytes behind its header."
    )


def _places(
    entries: Mapping[str, Mapping[str, Any]],
) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    for entry in entries.values():
        first, last = entry["data_offsets"]
        yield first, last, tuple(entry["shape"])
