"""One side of the throughput benchmark, in a process of its own; see ``throughput.py``.

Keras has one backend for a process, so each side waits in its own for a line on standard input,
an order as JSON, and answers with a line: what it was asked to measure, or nothing.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any, Protocol

from throughput_cases import CASES, Case, Material, load_material


class Side(Protocol):
    """A network in training."""

    parameters: int

    def train(self, steps: int) -> float:
        """Train for some steps and return their seconds."""

    def mse(self) -> float:
        """Return the squared error on the frozen pairs."""


def builder(name: str) -> Callable[[Case, Material], Side]:
    """Return what builds a side; libraries are imported by who needs them alone."""
    if name == "jax scan by hand":
        from throughput_scan import HandScan

        return HandScan
    if name.startswith("pytorch"):
        from throughput_torch import Torch

        return lambda case, material: Torch(case, material, compiled="compile" in name)
    from throughput_keras import Hourglass, StockFit

    if name == "stock fit":
        return StockFit
    precision: Any = "mixed_bfloat16" if "bfloat16" in name else "float32"
    return lambda case, material: Hourglass(case, material, precision)


def serve(name: str) -> None:
    """Answer orders until there are none."""
    build = builder(name)
    side: Side | None = None
    # Libraries print to standard output now and then; answers have it to themselves.
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "build":
            # The side before is let go first: two would not fit side by side.
            side = None
            case = CASES[order["case"]]
            material = load_material(case.noise)
            start = time.perf_counter()
            side = build(case, material)
            side.train(order["steps"])
            answer: dict[str, Any] = {
                "start_seconds": time.perf_counter() - start,
                "parameters": side.parameters,
            }
        elif side is not None:
            answer = {"seconds": side.train(order["steps"]), "mse": side.mse()}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    serve(sys.argv[1])
