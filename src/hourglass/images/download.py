"""Downloading a published data set into Hourglass' own cache."""

import io
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, final

from hourglass.errors import DataError, FetchError
from hourglass.files import cache_folder, locked, remove_leftovers, unquoted, write_bytes
from hourglass.images.catalog import Publication
from hourglass.images.idx import find_idx, read_content, unpack
from hourglass.images.lookup import Contents, require_checksum

Progress = Callable[[str, int], None]

# The largest file of the catalog has 26 MB compressed and 47 MB decompressed.
_MOST_BYTES: Final = 64 << 20
_PIECE: Final = 1 << 16
_SECONDS: Final = 30


def mirrors_of(publication: Publication) -> Sequence[str]:
    """Return the addresses to ask: those published, or the one the environment names instead.

    ``HOURGLASS_MIRROR_FASHION_MNIST`` is the variable for ``fashion-mnist``.
    """
    variable = f"HOURGLASS_MIRROR_{publication.name.upper().replace('-', '_')}"
    chosen = unquoted(os.environ.get(variable, ""))
    return (chosen,) if chosen else publication.mirrors


def download(publication: Publication, progress: Progress | None = None) -> Contents:
    """Fetch every file that the cache does not hold already, and keep it there.

    A file takes its name in the cache only after its checksum was found right, so an interrupted
    or falsified download leaves no file behind. Of several processes that need the data set at
    once, one downloads; the others wait and find it in the cache.

    Parameters
    ----------
    publication
        What to fetch.
    progress
        Told the file name and the number of bytes that have just come.

    Returns
    -------
    Mapping
        Decompressed content by file name.

    Raises
    ------
    FetchError
        If a file comes from no mirror.
    WriteError
        If the cache cannot be written.
    """
    folder = cache_folder(publication.name)
    with locked(folder.with_name(f"{folder.name}.lock")):
        remove_leftovers(folder)
        return {
            file: _cached(folder, publication, file)
            or _fetched(folder, publication, file, progress)
            for file in publication.checksums
        }


def _cached(folder: Path, publication: Publication, file: str) -> bytes | None:
    path = find_idx(folder, file)
    if path is None:
        return None
    try:
        return require_checksum(read_content(path), publication, file, str(path))
    except (DataError, OSError):
        return None


def _fetched(folder: Path, publication: Publication, file: str, progress: Progress | None) -> bytes:
    failures: list[str] = []
    for url in _addresses(publication, file):
        try:
            packed = _receive(url, lambda count: progress and progress(file, count))
            content = require_checksum(unpack(io.BytesIO(packed), url), publication, file, url)
        # The errors of every layer of the network are OSErrors.
        except (DataError, OSError) as error:
            failures.append(f"{url}: {error}")
            continue
        write_bytes(folder / f"{file}.gz", packed)
        return content
    raise FetchError("; ".join(failures))


def _addresses(publication: Publication, file: str) -> Iterator[str]:
    for mirror in mirrors_of(publication):
        yield f"{mirror.rstrip('/')}/{file}.gz"


def _receive(url: str, advance: Callable[[int], object]) -> bytes:
    from pooch import HTTPDownloader

    answer = _Answer(advance)
    HTTPDownloader(chunk_size=_PIECE, timeout=_SECONDS)(url, answer, None)
    return bytes(answer.received)


@final
class _Answer:
    """Memory that a download is written to, and no more than a file of the catalog needs."""

    def __init__(self, advance: Callable[[int], object]) -> None:
        self.received = bytearray()
        self.advance = advance

    def write(self, piece: bytes) -> None:
        """Keep a piece, unless it is the one too many."""
        self.received += piece
        if len(self.received) > _MOST_BYTES:
            raise FetchError(f"the answer has more than {_MOST_BYTES:,} bytes")
        self.advance(len(piece))

    def flush(self) -> None:
        """Do nothing: what is in memory has arrived."""
