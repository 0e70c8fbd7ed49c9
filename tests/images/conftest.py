"""Small material for the tests of this room, and a machine without any real data."""

import gzip
import hashlib
import http.server
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from hourglass.images import lookup, named
from hourglass.images.catalog import MNIST, Publication
from hourglass.images.idx import MNIST_FILES, encode_idx


@pytest.fixture
def pixels() -> NDArray[np.uint8]:
    """Twelve small gray images, shape (12, 6, 5, 1)."""
    return np.random.default_rng(3).integers(0, 256, (12, 6, 5, 1), np.uint8)


@pytest.fixture
def save() -> Callable[..., Path]:
    """Return a function that saves an array as an image file and makes its folder."""

    def save_image(path: Path, array: NDArray[np.generic], **options: object) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.squeeze(array)).save(path, **options)
        return path

    return save_image


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Hide caches and data of this machine; return the folder of our own cache."""
    cache = tmp_path / "cache"
    monkeypatch.delenv("HOURGLASS_DATA_DIR", raising=False)
    monkeypatch.setenv("HOURGLASS_CACHE_DIR", str(cache))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(lookup, "SYSTEM_DATA", tmp_path / "system")
    return cache


@dataclass
class TinyMnist:
    """A data set of four small files that stands in for MNIST."""

    publication: Publication
    contents: dict[str, bytes]
    arrays: dict[str, NDArray[np.uint8]]

    def put(self, folder: Path, *, packed: bool = True, spoiled: str = "") -> Path:
        """Write the files into a folder; the one named ``spoiled`` has a wrong last value."""
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in self.contents.items():
            if file == spoiled:
                content = content[:-1] + bytes([content[-1] ^ 1])
            path = folder / (f"{file}.gz" if packed else file)
            path.write_bytes(gzip.compress(content, mtime=0) if packed else content)
        return folder


@pytest.fixture
def tiny_mnist(monkeypatch: pytest.MonkeyPatch, bare_machine: Path) -> TinyMnist:
    """Stand-in for MNIST on a bare machine: only the table of checksums is another."""
    chance = np.random.default_rng(5)
    shapes = ((20, 4, 3), (20,), (10, 4, 3), (10,))
    arrays = {
        file: chance.integers(0, 10, shape, np.uint8)
        for file, shape in zip(MNIST_FILES, shapes, strict=True)
    }
    contents = {file: encode_idx(array) for file, array in arrays.items()}
    checksums = {file: hashlib.sha256(content).hexdigest() for file, content in contents.items()}
    publication = replace(MNIST, checksums=MappingProxyType(checksums))
    monkeypatch.setattr(named, "MNIST", publication)
    monkeypatch.setitem(named.PUBLICATIONS, "mnist", publication)
    return TinyMnist(publication, contents, arrays)


@dataclass
class Mirror:
    """A web server on this machine, and what it was asked for.

    While ``flowing`` is cleared, an answer stops in its middle and ``halfway`` is set.
    """

    folder: Path
    url: str = ""
    asked: list[str] = field(default_factory=list)
    flowing: threading.Event = field(default_factory=threading.Event)
    halfway: threading.Event = field(default_factory=threading.Event)

    def answer(self, source: BinaryIO, output: BinaryIO) -> None:
        """Send a file, its second half only when the answers flow."""
        content = source.read()
        middle = len(content) // 2
        # Whoever asked may have been killed meanwhile.
        with suppress(ConnectionError):
            output.write(content[:middle])
            self.halfway.set()
            self.flowing.wait()
            output.write(content[middle:])


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    """Start a web server that the environment names as the mirror of MNIST."""
    mirror = Mirror(tmp_path / "mirror")
    mirror.folder.mkdir()
    mirror.flowing.set()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            mirror.asked.append(self.path)
            super().do_GET()

        def copyfile(self, source: BinaryIO, outputfile: BinaryIO) -> None:
            mirror.answer(source, outputfile)

        def log_message(self, *words: object) -> None:
            """Keep the output of the tests clean."""

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), partial(Handler, directory=str(mirror.folder))
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    mirror.url = f"http://127.0.0.1:{server.server_port}/"
    monkeypatch.setenv("HOURGLASS_MIRROR_MNIST", mirror.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield mirror
    mirror.flowing.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def real_mnist() -> Path:
    """Return the folder that holds the real MNIST, where this machine has it."""
    beside = Path(__file__).parents[3] / "shared" / "data"
    folder = Path(os.environ.get("HOURGLASS_DATA_DIR") or beside)
    if not (folder / "mnist").is_dir():
        pytest.skip(f"the real MNIST is not at {folder / 'mnist'}; set HOURGLASS_DATA_DIR")
    return folder


@pytest.fixture
def real_fashion_mnist() -> Path:
    """Return the folder of Debian's Fashion-MNIST, where this machine has it."""
    folder = Path("/usr/share/datasets/fashion-mnist")
    if not folder.is_dir():
        pytest.skip("apt-get install dataset-fashion-mnist")
    return folder
