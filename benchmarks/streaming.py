"""Whether memory stays flat and time linear from ten thousand images in files to a million.

Tiny PNG files lie in folders of a thousand; all but some thousand of them are hard links, which
nothing that reads them can tell. For each number of images a process of its own checks all files
and then reads each once, in the shuffled order of a training pass, and tells its peak memory.
The images are read from their files however few they are, with a cache of decoded images that
already ten thousand overflow: memory beyond that is what a path, a size, a digest and a place in
the order take. Checking and reading go to files in the system's cache of pages.

    python benchmarks/streaming.py --output benchmarks/results
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hourglass.figures import color_of, hourglass_style
from hourglass.images import write_image_file
from hourglass.runs import read_environment
from streaming_side import CACHE_BYTES
from tables import write_table

SIDE: Final = 32
_DISTINCT: Final = 4000
_IN_A_FOLDER: Final = 1000
_PROGRAM: Final = Path(__file__).with_name("streaming_side.py")


def make_files(folder: Path, count: int) -> None:
    """Fill folders with image files, the first some thousand of them distinct."""
    chance = np.random.default_rng(0)
    distinct = folder.parent / "distinct"
    if not distinct.is_dir():
        distinct.mkdir()
        coarse = chance.random((_DISTINCT, SIDE // 4, SIDE // 4, 1), np.float32)
        for number, image in enumerate(coarse.repeat(4, axis=1).repeat(4, axis=2)):
            write_image_file(distinct / f"{number}.png", image)
    for number in range(count):
        shard = folder / f"{number // _IN_A_FOLDER:04}"
        if number % _IN_A_FOLDER == 0:
            shard.mkdir(parents=True)
        os.link(distinct / f"{number % _DISTINCT}.png", shard / f"{number:07}.png")


def rows(counts: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Yield what a process of its own measured, for each number of images."""
    with tempfile.TemporaryDirectory() as place:
        for count in counts:
            folder = Path(place) / f"{count}"
            make_files(folder, count)
            done = subprocess.run(
                [sys.executable, _PROGRAM, folder],
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise SystemExit(done.stderr)
            found: dict[str, Any] = json.loads(done.stdout)
            yield found


def save_plot(table: Sequence[Mapping[str, object]], path: Path) -> None:
    """Draw seconds and memory over the number of images, both axes logarithmic."""
    with hourglass_style():
        figure = Figure(figsize=(8.4, 3.4), layout="constrained")
        time_ax, memory_ax = figure.subplots(1, 2)
        columns = {"check_processor_seconds": "check", "read_processor_seconds": "read once"}
        draw_lines(table, columns, time_ax)
        time_ax.set(xlabel="images in files", ylabel="seconds of the processor")
        columns = {"peak_mib": "peak of the process", "pixels_mib": "all pixels, decoded"}
        draw_lines(table, columns, memory_ax)
        memory_ax.set(xlabel="images in files", ylabel="MiB")
        figure.savefig(path, metadata={"Date": None})


def draw_lines(table: Sequence[Mapping[str, object]], names: Mapping[str, str], ax: Axes) -> Axes:
    """Draw a line for each of some columns, with the first one in the color of the model."""
    counts = [float(str(line["images"])) for line in table]
    for (key, label), role in zip(names.items(), ("model", "network"), strict=True):
        values = [float(str(line[key])) for line in table]
        ax.loglog(counts, values, marker="o", color=color_of(role), label=label)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    ax.legend()
    return ax


def main() -> None:
    """Measure all numbers of images, and write the table, the facts and the plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--output", type=Path, required=True)
    words = parser.parse_args()
    start = time.time()
    table = list(write_table(words.output / "streaming.csv", rows(words.counts)))
    facts = {
        "environment": asdict(read_environment("none", "cpu")),
        "load": os.getloadavg(),
        "seconds": round(time.time() - start),
        "side": SIDE,
        "cache_bytes": CACHE_BYTES,
    }
    text = json.dumps(facts, indent=2) + "\n"
    (words.output / "streaming.json").write_text(text, encoding="utf-8")
    save_plot(table, words.output / "streaming.svg")


if __name__ == "__main__":
    main()
