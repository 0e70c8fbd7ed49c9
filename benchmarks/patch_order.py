"""What it costs to cut patches in any order from images that do not fit into the cache.

A pass over the patches of some photos, whose cache holds a tenth of them: from block to block, as
a training does, and with all patches shuffled together.

    python benchmarks/patch_order.py --output benchmarks/results
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hourglass.images import Images, PatchImages, load_folder, write_image_file
from tables import write_table

PHOTOS: Final = 60
SIDE: Final = 512
_CACHED: Final = 6
_BATCH: Final = 64

Order = Callable[[PatchImages], NDArray[np.int64]]
ORDERS: Final[dict[str, Order]] = {
    "from block to block": lambda patches: patches.order(0, 0),
    "all together": lambda patches: Images.order(patches, 0, 0),
}


def measure(folder: Path, order: Order) -> dict[str, Any]:
    """Read every patch once."""
    photos = load_folder(folder, in_memory=0, cache_bytes=_CACHED * SIDE * SIDE * 3).train
    patches = PatchImages(photos, 64, seed=0, density=2.0, symmetries=True)
    rows = order(patches)
    start, work = time.perf_counter(), time.process_time()
    for first in range(0, len(rows), _BATCH):
        patches.read(rows[first : first + _BATCH])
    return {
        "photos": len(photos),
        "patches": len(patches),
        "seconds": round(time.perf_counter() - start, 2),
        "processor_seconds": round(time.process_time() - work, 2),
    }


def lines() -> Iterator[dict[str, Any]]:
    """Yield a line for each order."""
    chance = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as place:
        for number in range(PHOTOS):
            coarse = chance.random((SIDE // 8, SIDE // 8, 3), np.float32)
            write_image_file(Path(place) / f"{number}.png", coarse.repeat(8, 0).repeat(8, 1))
        for name, order in ORDERS.items():
            yield {"order": name, **measure(Path(place), order)}


def main() -> None:
    """Measure both orders, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, required=True)
    write_table(parser.parse_args().output / "patch_order.csv", lines())


if __name__ == "__main__":
    main()
