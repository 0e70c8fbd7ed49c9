"""How fast the room of tensor operations trains beside Keras' ``fit`` and a JAX scan, in one run.

All three sides train 784-128-64-32-64-128-784 with Adam on the squared error of the same 28×28
images, shuffled, batch 128, and take turns epoch by epoch; the first epoch of each, which
compiles, is left out. ``fit`` is Keras' own on NumPy arrays, with nothing set but batch size and
optimizer. The scan is written by hand: one compiled call an epoch, images gathered inside. With
noise, each side draws it fresh for every step in its own library.

    python benchmarks/scratch.py --output benchmarks/results/scratch.csv
"""

import argparse
import csv
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import keras
import numpy as np
import tensorflow as tf
from jax import numpy as jnp
from numpy.typing import NDArray

from hourglass.corruption import GaussianNoise
from hourglass.images import load_splits
from hourglass.networks import dense_autoencoder
from hourglass.scratch import (
    Adam,
    GraphLoop,
    get_weights,
    mean_squared_error,
    start_parameters,
)
from hourglass.scratch.training import rows_of_epoch
from jax_by_hand import RATE, start_state, step_of

BATCH_SIZE = 128
SHAPE = (28, 28, 1)

#: Does the epoch of a number and returns the seconds it took.
Side = Callable[[int], float]
Pixels = NDArray[np.float32]


class Stopwatch(keras.callbacks.Callback):
    """Time the last epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Start."""
        self._start = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Stop."""
        self.seconds = time.perf_counter() - self._start


def stock_fit(clean: Pixels, noise: float) -> Side:
    """Return Keras' ``fit`` as a user writes it."""
    encoder, decoder = dense_autoencoder(SHAPE)
    images = keras.Input(SHAPE)
    seen = GaussianNoise(noise)(images) if noise else images
    model = keras.Model(images, decoder(encoder(seen)))
    model.compile(keras.optimizers.Adam(RATE), "mse")
    arrays = clean.reshape(-1, *SHAPE)

    def epoch(number: int) -> float:
        watch = Stopwatch()
        # The first epoch of each call is slower, because `fit` gets its data ready in it.
        model.fit(arrays, arrays, BATCH_SIZE, epochs=2, verbose=0, callbacks=[watch])
        return watch.seconds

    return epoch


def scratch(clean: Pixels, noise: float) -> Side:
    """Return the graph loop around a compiled step."""
    loop = GraphLoop(start_parameters(SHAPE), Adam(RATE), mean_squared_error, noise=noise)
    images = tf.constant(clean)

    def epoch(number: int) -> float:
        start = time.perf_counter()
        rows = rows_of_epoch(0, number, len(clean), BATCH_SIZE)
        loop.run(images, rows, number * len(rows)).numpy()
        return time.perf_counter() - start

    return epoch


def jax_scan(clean: Pixels, noise: float) -> Side:
    """Return a scan over all steps of an epoch, in one compiled call."""
    state: Any = start_state(get_weights(start_parameters(SHAPE)))
    images = jnp.asarray(clean)

    @jax.jit
    def steps(images: jax.Array, state: Any, rows: jax.Array) -> Any:
        return jax.lax.scan(lambda state, row: step_of(state, images[row], noise), state, rows)

    def epoch(number: int) -> float:
        nonlocal state
        start = time.perf_counter()
        rows = rows_of_epoch(0, number, len(clean), BATCH_SIZE)
        state, losses = steps(images, state, jnp.asarray(rows, jnp.int32))
        losses.block_until_ready()
        return time.perf_counter() - start

    return epoch


SIDES = {"stock fit": stock_fit, "jax scan": jax_scan, "scratch": scratch}


def measure(clean: Pixels, noise: float, rounds: int) -> dict[str, float]:
    """Return the median of each side's images per second, past its first epoch."""
    sides = {name: build(clean, noise) for name, build in SIDES.items()}
    for name, epoch in sides.items():
        print(f"{name}: {epoch(0):.1f} s for the first epoch", flush=True)
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(1, rounds + 1):
        for name, epoch in sides.items():
            seconds[name].append(epoch(number))
    return {name: len(clean) / statistics.median(found) for name, found in seconds.items()}


def main() -> None:
    """Measure without noise and with it, and write medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--data", default="fashion-mnist")
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    words = parser.parse_args()
    images = load_splits(words.data, seed=0, data_dir=words.data_dir).train
    whole = len(images) // BATCH_SIZE * BATCH_SIZE
    clean = images.read(np.arange(whole)).reshape(whole, -1)
    with words.output.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        ratios = ["scratch / stock fit", "scratch / jax scan"]
        writer.writerow(["noise", "batch", *SIDES, *ratios])
        for noise in (0.0, 0.2):
            rates = measure(clean, noise, words.rounds)
            found = [
                f"{rates['scratch'] / rates[other]:.2f}" for other in ("stock fit", "jax scan")
            ]
            writer.writerow([noise, BATCH_SIZE, *map(round, rates.values()), *found])
            file.flush()
            print(noise, rates, found, "load", os.getloadavg(), flush=True)


if __name__ == "__main__":
    main()
