"""Denoise a 16-bit TIFF of 12,000×9,000 with the real command, and watch its memory.

The image is made here: slow waves of gray with white noise. ``hourglass denoise`` runs as a process
of its own, with a short-trained default denoiser; its peak memory is what the system counted for
it. Some windows of the result are compared with what the same network makes of that window and its
surroundings at once, without tiles.

    python benchmarks/large_image.py --output benchmarks/results/large_image.csv
"""

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import tifffile

from hourglass.runs import read_environment
from hourglass.seeds import generator
from tables import write_table

HEIGHT: Final = 12_000
WIDTH: Final = 9_000
MOST_MIB: Final = 1536
NOISE: Final = 0.1
ROWS_AT_A_TIME: Final = 500
WINDOW: Final = 256
WINDOWS: Final = 12
TRAINING: Final = ("fashion-mnist-small", "--noise", str(NOISE), "--epochs", "1")
GRAY_AND_COLOR: Final = (1, 3)


def main() -> None:
    """Denoise a gray image and one in color, and write a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--height", type=int, default=HEIGHT)
    parser.add_argument("--width", type=int, default=WIDTH)
    parser.add_argument("--run", type=Path, help="a run to use in place of a short training")
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        run = options.run or place / "run"
        if options.run is None:
            command("train", *TRAINING, "--output", str(run))
        lines = write_table(options.output, measured(place, run, (options.height, options.width)))
    sys.exit(not all(line["within"] for line in lines))


def measured(place: Path, run: Path, size: tuple[int, int]) -> Iterator[dict[str, object]]:
    """Yield a line for each image."""
    environment = read_environment("tensorflow")
    for channels in GRAY_AND_COLOR:
        source = place / f"{channels}.tif"
        apart(make_image, source, (*size, channels))
        load = os.getloadavg()[0]
        seconds, peak = command("denoise", str(run), str(source), "--output", str(place / "out"))
        result = place / "out" / source.name
        difference: int = apart(largest_difference, run, source, result)
        yield {
            "height": size[0],
            "width": size[1],
            "channels": channels,
            "bits": 16,
            "seconds": round(seconds),
            "peak_mib": round(peak),
            "most_mib": MOST_MIB,
            "within": peak <= MOST_MIB and difference <= 1,
            "windows": WINDOWS,
            "largest_difference_in_levels": difference,
            "processor": environment.processor,
            "threads": environment.threads,
            "load_before": round(load, 1),
        }
        source.unlink()


def apart(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function in a process of its own: what this one holds is counted for its children."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def command(*words: str) -> tuple[float, float]:
    """Run ``hourglass`` in a process and return its seconds and its peak memory in MiB."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "hourglass", *words])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"hourglass {' '.join(words)} ended with {process.returncode}.")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def make_image(path: Path, shape: tuple[int, int, int]) -> None:
    """Write the image, made some rows at a time."""
    height, width, channels = shape
    noise = generator(0, "large image")
    across = np.sin(np.arange(width) / 70.0)[:, None] + np.arange(channels)
    pixels = np.empty(shape, np.uint16)
    for row in range(0, height, ROWS_AT_A_TIME):
        down = np.cos(np.arange(row, min(row + ROWS_AT_A_TIME, height)) / 110.0)
        clean = 0.5 + 0.15 * down[:, None, None] * across
        noisy = clean + noise.normal(0.0, NOISE, clean.shape)
        pixels[row : row + len(noisy)] = np.rint(np.clip(noisy, 0.0, 1.0) * 65_535)
    kind = "rgb" if channels == 3 else "minisblack"
    plane = pixels if channels == 3 else pixels[..., 0]
    tifffile.imwrite(path, plane, photometric=kind, rowsperstrip=16)


def largest_difference(run: Path, source: Path, result: Path) -> int:
    """Return how many levels windows of the result are off from those made without tiles."""
    from hourglass.bundles import load_model
    from hourglass.images.memory import as_unit_range
    from hourglass.inference import reconstruct
    from hourglass.networks import unet_reach

    model, spec = load_model(run / "model")
    multiple, margin = unet_reach(spec.options.units)
    noisy, denoised = (tifffile.imread(path) for path in (source, result))
    chance = generator(1, "windows")
    worst = 0
    for _ in range(WINDOWS):
        top, left = (
            int(chance.integers(margin // multiple, (size - margin - WINDOW) // multiple))
            * multiple
            for size in noisy.shape[:2]
        )
        seen = noisy[top - margin : top + WINDOW + margin, left - margin : left + WINDOW + margin]
        channels = np.atleast_3d(seen).transpose(2, 0, 1)[..., None]
        whole = reconstruct(model, as_unit_range(channels))[:, margin:-margin, margin:-margin, 0]
        expected = np.rint(whole * 65_535).astype(np.int64).transpose(1, 2, 0)
        found = np.atleast_3d(denoised[top : top + WINDOW, left : left + WINDOW])
        worst = max(worst, int(np.abs(expected - found).max()))
    return worst


if __name__ == "__main__":
    main()
