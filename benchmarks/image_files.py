"""What reading and writing large image files costs, in seconds of CPU and in memory.

Each row is a process of its own: a file is loaded and saved again, and its peak memory past the
imports is set beside the size of its pixels. ``pypng`` and ``OpenCV`` are measured where they are
installed. The picture is a smooth scene with a little noise, as a camera gives it.

    python benchmarks/image_files.py --output benchmarks/results/image_files.csv
"""

import argparse
import csv
import importlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hourglass.images import load_image_file, save_image_file

HEADER = ("file", "library", "load, s", "save, s", "pixels, MiB", "peak past imports, MiB", "MB")
# File, side, height, width, channels, bits; and what tifffile is told.
ROWS: tuple[tuple[str, str, int, int, int, int, dict[str, Any]], ...] = (
    ("color-16.png", "hourglass", 3_000, 4_000, 3, 16, {}),
    ("color-16.png", "opencv", 3_000, 4_000, 3, 16, {}),
    ("color-16.png", "pypng", 3_000, 4_000, 3, 16, {}),
    ("color-8.png", "hourglass", 3_000, 4_000, 3, 8, {}),
    ("color-8.png", "pillow", 3_000, 4_000, 3, 8, {}),
    ("gray-16.tif", "hourglass", 9_000, 12_000, 1, 16, {}),
    ("gray-16-deflate.tif", "hourglass", 9_000, 12_000, 1, 16, {"compression": "deflate"}),
)
Load = Callable[[Path], Any]
Save = Callable[[Path, Any], None]


def picture(height: int, width: int, channels: int, bits: int) -> NDArray[Any]:
    """Return a scene with noise, shape (height, width, channels)."""
    noise = np.random.default_rng(0)
    across, down = np.arange(width) / 300, np.arange(height)[:, None] / 200
    scene = 0.5 + 0.4 * np.sin(across) * np.cos(down)
    white = 2**bits - 1
    planes = [
        np.clip((scene * share + noise.normal(0, 0.01, scene.shape)) * white, 0, white)
        for share in (0.9, 0.8, 0.7)[:channels]
    ]
    return np.stack(planes, axis=-1).astype(f"uint{bits}")


def sides() -> dict[str, Callable[[], tuple[Load, Save]]]:
    """Return how each library loads and saves; it is imported when it is called."""
    return {"hourglass": _ours, "opencv": _opencv, "pillow": _pillow, "pypng": _pypng}


def _ours() -> tuple[Load, Save]:
    imagecodecs = importlib.import_module("imagecodecs")
    _ = imagecodecs.png_decode, imagecodecs.tiff_decode, importlib.import_module("tifffile")
    return load_image_file, save_image_file


def _opencv() -> tuple[Load, Save]:
    cv2 = importlib.import_module("cv2")
    return (
        lambda path: cv2.imread(str(path), cv2.IMREAD_UNCHANGED),
        lambda path, pixels: cv2.imwrite(str(path), pixels),
    )


def _pillow() -> tuple[Load, Save]:
    image = importlib.import_module("PIL.Image")
    return (
        lambda path: np.asarray(image.open(path)),
        lambda path, pixels: image.fromarray(pixels).save(path),
    )


def _pypng() -> tuple[Load, Save]:
    png = importlib.import_module("png")

    def load(path: Path) -> tuple[Any, ...]:
        width, height, rows, facts = png.Reader(filename=str(path)).read()
        return np.vstack([np.asarray(row, np.uint16) for row in rows]), width, height, facts

    def save(path: Path, loaded: Any) -> None:
        pixels, width, height, _ = loaded
        with path.open("wb") as file:
            png.Writer(width, height, greyscale=False, bitdepth=16).write(file, pixels)

    return load, save


def measure(side: str, path: Path) -> None:
    """Load and save one file, and print seconds of CPU and MiB."""
    load, save = sides()[side]()
    before = peak_memory()
    start = time.process_time()
    loaded = load(path)
    between = time.process_time()
    save(path.with_stem("again"), loaded)
    end = time.process_time()
    print(f"{between - start:.2f},{end - between:.2f},{peak_memory() - before:.0f}")


def peak_memory() -> float:
    """Return the most memory this process has had, in MiB; Linux alone tells it so."""
    # getrusage counts what the parent had before this program was started in its place.
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def row(folder: Path, words: tuple[str, str, int, int, int, int, dict[str, Any]]) -> list[str]:
    """Make a file and measure it in a process of its own."""
    import imagecodecs
    import tifffile

    name, side, height, width, channels, bits, options = words
    path = folder / name
    pixels = picture(height, width, channels, bits)
    if path.suffix == ".png":
        path.write_bytes(imagecodecs.png_encode(pixels))
    else:
        tifffile.imwrite(path, pixels[..., 0], **options)
    command = [sys.executable, __file__, "--measure", side, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return [name, side, "not installed"]
    load, save, peak = done.stdout.strip().split(",")
    written = path.with_stem("again").stat().st_size / 1e6
    return [name, side, load, save, f"{pixels.nbytes / 2**20:.0f}", peak, f"{written:.1f}"]


def main() -> None:
    """Measure all rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path)
    parser.add_argument("--measure", nargs=2, metavar=("LIBRARY", "FILE"))
    words = parser.parse_args()
    if words.measure:
        measure(words.measure[0], Path(words.measure[1]))
        return
    with words.output.open("w", newline="") as file, tempfile.TemporaryDirectory() as folder:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        for asked in ROWS:
            found = row(Path(folder), asked)
            writer.writerow(found)
            file.flush()
            print(found)


if __name__ == "__main__":
    main()
