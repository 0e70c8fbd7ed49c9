"""One row of the embedding benchmark, in a process of its own."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hourglass.evaluation import NeighborsSearch, nearest_positions
from streaming import SIDE

_QUESTIONS: Final = 200
_CENTERS: Final = 1_000


def embed(place: Path, folder: Path) -> dict[str, Any]:
    """Embed a folder of files, as the command does."""
    from hourglass.bundles import save_model
    from hourglass.experiment import embed_images
    from hourglass.inference import encode
    from hourglass.models import build_model
    from hourglass.records import Experiment, ModelSpec, NetworkOptions
    from hourglass.runs import RunFolder

    run = RunFolder(place / "run")
    spec = ModelSpec(
        network="dense",
        image_shape=(SIDE, SIDE, 1),
        options=NetworkOptions(units=(128, 64), latent_dim=32, activation="relu"),
    )
    model = build_model(spec)
    save_model(model, spec, run.model)
    run.write_experiment(Experiment(network="dense"))
    # What the backend sets up once is no cost of an image.
    encode(model, np.zeros((500, SIDE, SIDE, 1), np.float32))
    output = folder.with_suffix(".parquet")
    found = measure("embed", lambda: embed_images(run, [folder], output).facts.rows)
    return {**found, "numbers": 32, "median_ms": ""}


def search(count: int, numbers: int) -> dict[str, Any]:
    """Ask for the ten nearest of many latents, one question after the other."""
    vectors = latents(count, numbers)
    asked = np.random.default_rng(1).integers(0, count, _QUESTIONS)
    times: list[float] = []

    def ask() -> int:
        ready = NeighborsSearch(vectors)
        for position in asked:
            start = time.perf_counter()
            ready.nearest(vectors[position], 10)
            times.append(time.perf_counter() - start)
        return count

    found = measure("search", ask)
    return {**found, "numbers": numbers, "median_ms": round(1e3 * float(np.median(times)), 2)}


def copies(count: int, numbers: int) -> dict[str, Any]:
    """Find the nearest of each, among all there are: what looking for copies takes longest for."""
    vectors = latents(count, numbers)

    def compare() -> int:
        nearest_positions(vectors)
        return count

    return {**measure("copies", compare), "numbers": numbers, "median_ms": ""}


def latents(count: int, numbers: int) -> NDArray[np.float32]:
    """Return latents that lie around centers, shape (count, numbers)."""
    chance = np.random.default_rng(0)
    centers = chance.normal(size=(_CENTERS, numbers)).astype(np.float32)
    spread = chance.normal(scale=0.3, size=(count, numbers)).astype(np.float32)
    return centers[chance.integers(0, _CENTERS, count)] + spread


def measure(case: str, work: Callable[[], int]) -> dict[str, Any]:
    """Return seconds and memory of some work that tells with how many images it was done."""
    before, start, processor = peak(), time.perf_counter(), time.process_time()
    images = work()
    return {
        "case": case,
        "images": images,
        "seconds": round(time.perf_counter() - start, 2),
        "processor_seconds": round(time.process_time() - processor, 2),
        "start_mib": round(before, 1),
        "peak_mib": round(peak(), 1),
    }


def peak() -> float:
    """Return the most memory that this process has had, in MiB; Linux alone tells it so."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    if what == "embed":
        told = embed(*map(Path, rest))
    else:
        told = {"search": search, "copies": copies}[what](*map(int, rest))
    print(json.dumps(told))
