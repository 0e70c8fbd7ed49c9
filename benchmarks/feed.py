"""How fast Hourglass trains beside Keras' ``fit`` on NumPy arrays, in one run.

For each network both sides train the same model with the same optimizer on the same images, in
turn, several rounds; the first execution of each, which compiles, is left out. What is compared
is the feed and the compilation: uint8 images gathered inside the graph, many steps in an
execution and XLA where it helps, against float arrays, one step in an execution.

    python benchmarks/feed.py --output benchmarks/results/feed.csv
"""

import argparse
import csv
import statistics
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import keras

from hourglass.images import Images, load_splits
from hourglass.models import ImageModel, build_model
from hourglass.records import NETWORK_DEFAULTS, ModelSpec, TrainingPlan
from hourglass.training import Feed
from hourglass.training.compilation import compile_model


@dataclass(frozen=True)
class Row:
    """One network, with noise or without."""

    network: Literal["convolutional", "dense", "unet"]
    batch_size: int
    corruption: str | None


ROWS = (
    Row("dense", 128, None),
    Row("dense", 128, "gaussian:0.2"),
    Row("convolutional", 128, None),
    Row("convolutional", 128, "gaussian:0.2"),
    Row("unet", 64, "gaussian:0.2"),
)
SIDES = ("hourglass", "hourglass, XLA the other way", "stock fit")


class Clock(keras.callbacks.Callback):
    """Count steps and seconds past the first execution."""

    def __init__(self) -> None:
        super().__init__()
        self._marks: list[tuple[int, float]] = []

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Note when which step was done."""
        self._marks.append((batch, time.perf_counter()))

    def steps_per_second(self) -> float:
        """Return the speed between the first mark and the last."""
        (first, start), (last, end) = self._marks[0], self._marks[-1]
        return (last - first) / (end - start)


def images_per_second(side: str, row: Row, images: Images, steps: int) -> float:
    """Train a fresh model for some steps and return its speed."""
    spec = ModelSpec(
        network=row.network,
        image_shape=images.shape,
        options=NETWORK_DEFAULTS[row.network],
        corruption=row.corruption,
    )
    model = build_model(spec)
    clock = Clock()
    if side == "stock fit":
        clean = images.read_all()[: steps * row.batch_size]
        model.compile(keras.optimizers.Adam(1e-3), "mse")
        model.fit(clean, clean, row.batch_size, verbose=0, callbacks=[clock])
    else:
        _train(model, row, images, steps, clock, other=side != SIDES[0])
    return clock.steps_per_second() * row.batch_size


def _train(
    model: ImageModel, row: Row, images: Images, steps: int, clock: Clock, *, other: bool
) -> None:
    feed = Feed(images, row.batch_size, seed=0)
    feed.steps = steps
    compile_model(model, TrainingPlan(epochs=1, learning_rate=1e-3), steps, feed)
    if other:
        model.jit_compile = not model.jit_compile
    model.fit(feed.batches(), verbose=0, callbacks=[clock], shuffle=False)


def main() -> None:
    """Measure all rows in turn, and write medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=352)
    parser.add_argument("--output", type=Path, required=True)
    words = parser.parse_args()
    images = load_splits("fashion-mnist", seed=0).train
    with words.output.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["network", "noise", "batch", *SIDES, "hourglass / stock fit"])
        for row in ROWS:
            found: dict[str, list[float]] = {side: [] for side in SIDES}
            for _ in range(words.rounds):
                for side in SIDES:
                    found[side].append(images_per_second(side, row, images, words.steps))
            medians = {side: statistics.median(rates) for side, rates in found.items()}
            ratio = medians["hourglass"] / medians["stock fit"]
            line = [row.network, row.corruption or "none", row.batch_size]
            writer.writerow([*line, *map(round, medians.values()), f"{ratio:.2f}"])
            file.flush()
            print(row, {side: round(rate) for side, rate in medians.items()}, f"{ratio:.2f}")


if __name__ == "__main__":
    main()
