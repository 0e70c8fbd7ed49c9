"""The ``.hourglass`` file: a ZIP archive of two members, and nothing else.

What is read is what is written here, to the byte: no other member, order or name, no comment, no
extra field, nothing in front, between or behind, and lengths that stand twice and agree. A reader
that goes looking for members, as those of libraries do, can be shown two contents in one file;
this one has one place for each byte. Nothing is ever unpacked to a disk.

Layout as in PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, final

from hourglass.errors import ModelFileError
from hourglass.files import atomic_write

DESCRIPTION: Final = "model.json"
WEIGHTS: Final = "weights.safetensors"
#: Of the description. Ours have a few thousand bytes with a card.
MOST_DESCRIPTION_BYTES: Final = 1 << 20
#: Of the weights: 268 million of them.
MOST_WEIGHTS_BYTES: Final = 1 << 30

_MOST_BYTES: Final = {DESCRIPTION: MOST_DESCRIPTION_BYTES, WEIGHTS: MOST_WEIGHTS_BYTES}
# Weights that were trained hardly pack at all, and JSON ten times.
_MOST_RATIO: Final = 100
_BLOCK_BYTES: Final = 1 << 20
_LOCAL: Final = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL: Final = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END: Final = struct.Struct("<4sHHHHIIH")
# How hard deflate has tried; no other flag changes nothing.
_FLAGS_WITHOUT_MEANING: Final = 0b110
_FILE_TYPE: Final = 0o170000
_REGULAR: Final = 0o100000
# An attribute of MS-DOS, which is told whatever the system.
_FOLDER: Final = 0x10
_STORED, _DEFLATED = 0, 8
_THE_BEGINNING_OF_TIME: Final = (1980, 1, 1, 0, 0, 0)


class _Local(NamedTuple):
    """What stands before the bytes of a member, without what changes nothing."""

    flags: int
    method: int
    checksum: int
    packed: int
    size: int
    name: bytes


@final
class Member:
    """One member of an archive whose structure was checked.

    Parameters
    ----------
    file
        The open archive.
    start
        Where the bytes of the member begin.
    local
        What is said of them.
    where
        What is read, for the errors.
    """

    def __init__(self, file: BinaryIO, start: int, local: _Local, where: str) -> None:
        self._file, self._start, self._local, self.where = file, start, local, where

    @property
    def size(self) -> int:
        """Bytes of the member, as the archive says; ``blocks`` holds it to that."""
        return self._local.size

    def blocks(self) -> Iterator[bytes]:
        """Yield the bytes of the member, up to 1 MiB at a time.

        Raises
        ------
        ModelFileError
            If they are not as many as the archive says, cannot be unpacked, or have another
            checksum.
        """
        checksum = found = 0
        for block in self._unpacked():
            found += len(block)
            if found > self.size:
                break
            checksum = zlib.crc32(block, checksum)
            yield block
        if (found, checksum) != (self.size, self._local.checksum):
            raise _refused(self.where, "its length or checksum is not what the archive says")

    def _unpacked(self) -> Iterator[bytes]:
        if self._local.method == _STORED:
            yield from self._packed()
            return
        inflate = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
        try:
            for block in self._packed():
                yield inflate.decompress(block, _BLOCK_BYTES)
                while inflate.unconsumed_tail:
                    yield inflate.decompress(inflate.unconsumed_tail, _BLOCK_BYTES)
            yield inflate.flush()
        except zlib.error as error:
            raise _refused(self.where, "it cannot be unpacked") from error
        if not inflate.eof or inflate.unused_data:
            raise _refused(self.where, "it is not packed as the archive says")

    def _packed(self) -> Iterator[bytes]:
        self._file.seek(self._start)
        left = self._local.packed
        while left:
            block = self._file.read(min(left, _BLOCK_BYTES))
            if not block:
                raise _refused(self.where, "the archive is cut off")
            left -= len(block)
            yield block


def read_archive(file: BinaryIO, where: str) -> tuple[Member, Member]:
    """Return the description and the weights of an archive; their bytes are not read yet.

    Parameters
    ----------
    file
        Open for reading, and able to seek.
    where
        The path of the archive, for the errors.

    Raises
    ------
    ModelFileError
        If it is not an archive of exactly these two, as ``write_archive`` writes it.
    """
    members, locals_, offset = [], [], 0
    for name in (DESCRIPTION, WEIGHTS):
        local, start = _read_local(file, offset, name, where)
        _require_sizes(local, f"{name} in {where}")
        members.append(Member(file, start, local, f"{name} in {where}"))
        locals_.append((offset, local))
        offset = start + local.packed
    central = offset
    for begin, local in locals_:
        offset = _require_central(file, offset, begin, local, where)
    _require_end(file, offset, central, where)
    return members[0], members[1]


def write_archive(path: Path, description: bytes, weights: bytes) -> None:
    """Write a bundle; equal content gives equal bytes.

    Raises
    ------
    ModelFileError
        If there are more weights than a bundle holds.
    WriteError
        If it cannot be written.
    """
    if len(weights) > MOST_WEIGHTS_BYTES:
        raise ModelFileError(
            f"A bundle holds up to {MOST_WEIGHTS_BYTES:,} bytes of weights; these are "
            f"{len(weights):,}. Hand on the folder of the run."
        )
    with atomic_write(path) as file, zipfile.ZipFile(file, "w") as archive:
        for name, content in ((DESCRIPTION, description), (WEIGHTS, weights)):
            entry = zipfile.ZipInfo(name, _THE_BEGINNING_OF_TIME)
            # The system that writes would stand there otherwise.
            entry.create_system, entry.external_attr = 3, (_REGULAR | 0o644) << 16
            archive.writestr(entry, content)


def _read_local(file: BinaryIO, offset: int, name: str, where: str) -> tuple[_Local, int]:
    fields = _read(file, offset, _LOCAL, where)
    signature, _, flags, method, _, _, checksum, packed, size, name_length, extra = fields
    start = offset + _LOCAL.size + name_length
    found = file.read(min(name_length, 2 * len(WEIGHTS)))
    if signature != b"PK\x03\x04" or found != name.encode() or name_length != len(found):
        raise _refused(where, f"{name} does not stand where it should")
    if extra:
        raise _refused(where, f"{name} has fields that Hourglass does not write (zip -X has none)")
    if flags & ~_FLAGS_WITHOUT_MEANING or method not in (_STORED, _DEFLATED):
        raise _refused(
            where, f"{name} is encrypted, or packed in another way than stored or deflated"
        )
    return _Local(flags, method, checksum, packed, size, found), start


def _require_sizes(local: _Local, where: str) -> None:
    most = _MOST_BYTES[local.name.decode()]
    if local.size > most or local.packed > most:
        raise _refused(where, f"it has more than {most:,} bytes")
    if local.size > _MOST_RATIO * local.packed:
        raise _refused(where, f"it would unpack to more than {_MOST_RATIO} times its length")
    if local.method == _STORED and local.size != local.packed:
        raise _refused(where, "two lengths are given for bytes that are not packed")


def _require_central(file: BinaryIO, offset: int, begin: int, local: _Local, where: str) -> int:
    """Refuse an entry of the directory that differs from its member; return where it ends."""
    fields = _read(file, offset, _CENTRAL, where)
    signature, flags, method, checksum = (fields[0], *fields[3:5], fields[7])
    packed, size, name_length, extra, comment, disk = fields[8:14]
    attributes, start = fields[15:]
    again = _Local(flags, method, checksum, packed, size, file.read(len(local.name)))
    if signature != b"PK\x01\x02" or again != local or start != begin:
        raise _refused(where, "its directory does not agree with its members")
    if name_length != len(local.name) or extra or comment or disk:
        raise _refused(where, "its directory holds more than names and lengths")
    kind = attributes >> 16 & _FILE_TYPE
    if kind not in (0, _REGULAR) or attributes & _FOLDER:
        raise _refused(where, f"{local.name.decode()} is a link or a folder")
    return offset + _CENTRAL.size + name_length


def _require_end(file: BinaryIO, offset: int, central: int, where: str) -> None:
    found = _read(file, offset, _END, where)
    if found != (b"PK\x05\x06", 0, 0, 2, 2, offset - central, central, 0) or file.read(1):
        raise _refused(where, "it does not end where its two members are told")


def _read(file: BinaryIO, offset: int, layout: struct.Struct, where: str) -> tuple[Any, ...]:
    file.seek(offset)
    content = file.read(layout.size)
    if len(content) < layout.size:
        raise _refused(where, "it is cut off, or no archive")
    return layout.unpack(content)


def _refused(where: str, reason: str) -> ModelFileError:
    return ModelFileError(
        f"{where} is not a model file of Hourglass: {reason}. It is damaged, or was made or "
        "packed again by another program; ask for it once more."
    )
