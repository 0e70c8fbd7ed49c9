"""The sides of the throughput benchmark by name, each a process that waits for orders."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

HOURGLASS, JAX, STOCK, TORCH, COMPILED, SCAN = (
    "hourglass",
    "hourglass on jax",
    "stock fit",
    "pytorch",
    "pytorch compile",
    "jax scan by hand",
)
#: Each side, with the library that it needs and that Keras computes with where it is used.
SIDES: Final = {
    HOURGLASS: "tensorflow",
    "hourglass bfloat16": "tensorflow",
    STOCK: "tensorflow",
    TORCH: "torch",
    COMPILED: "torch",
    JAX: "jax",
    SCAN: "jax",
}
_PROGRAM: Final = Path(__file__).with_name("throughput_side.py")


class Process(NamedTuple):
    """A side that waits for orders, and what it complains of."""

    side: str
    orders: IO[str]
    answers: IO[str]
    complaints: IO[str]

    def ask(self, **order: Any) -> dict[str, Any]:
        """Give an order and return the answer."""
        print(json.dumps(order), file=self.orders, flush=True)
        answer = self.answers.readline()
        if not answer:
            self.complaints.seek(0)
            raise SystemExit(f"{self.side} ended:\n{self.complaints.read()[-3000:]}")
        found: dict[str, Any] = json.loads(answer)
        return found


@contextmanager
def started(side: str) -> Iterator[Process]:
    """Start a side, and let its process end with the block."""
    with (
        tempfile.TemporaryFile("w+") as complaints,
        subprocess.Popen(
            [sys.executable, _PROGRAM, side],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            env=os.environ | _environment(side),
        ) as child,
    ):
        # Both are pipes, because they were asked for; leaving the block closes them.
        yield Process(side, child.stdin, child.stdout, complaints)  # type: ignore[arg-type]


def _environment(side: str) -> dict[str, str]:
    return {
        "KERAS_BACKEND": SIDES[side],
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "-1",
        "JAX_PLATFORMS": "cpu",
        # A cache from an earlier run would hide what compiling takes.
        "TORCHINDUCTOR_FORCE_DISABLE_CACHES": "1",
    }
