"""How the default denoiser should be trained: rates, averages, batches, starts.

Every row trains the default U-Net on the same number of images of Fashion-MNIST (noise factor
0.2) or MNIST (0.5) and is judged on the validation slice. ``highest`` is the highest training
loss of any stretch of 32 steps after the first 5 %: where it is far above the final loss, the
training had broken down on its way.

    python benchmarks/denoiser_recipe.py --output benchmarks/results/denoiser_recipe.csv
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np

from hourglass.experiment.pairs import freeze_pairs
from hourglass.images import load_splits
from hourglass.models import build_model
from hourglass.records import NETWORK_DEFAULTS, ModelSpec, NetworkOptions, TrainingPlan
from hourglass.training import train
from tables import write_table

UNET = NETWORK_DEFAULTS["unet"]
DEFAULT = TrainingPlan(epochs=1)


@dataclass(frozen=True)
class Row:
    """One way to train."""

    what: str
    plan: TrainingPlan = DEFAULT
    options: NetworkOptions = UNET
    data: str = "fashion-mnist"
    corruption: str = "gaussian:0.2"


def rows() -> Iterator[Row]:
    """Yield the default and what was weighed against it, one change at a time."""
    yield Row("default")
    yield Row("seed 1", replace(DEFAULT, seed=1))
    yield Row("seed 2", replace(DEFAULT, seed=2))
    for rate in (1e-3, 2e-3, 6e-3, 1e-2):
        yield Row(f"learning rate {rate:g}", replace(DEFAULT, learning_rate=rate))
    yield Row("beta_2 0.99", replace(DEFAULT, beta_2=0.99))
    yield Row("beta_2 0.999 (Keras)", replace(DEFAULT, beta_2=0.999))
    hot = replace(DEFAULT, learning_rate=6e-3)
    yield Row("learning rate 0.006, beta_2 0.999", replace(hot, beta_2=0.999))
    for size in (32, 128):
        yield Row(f"batch {size}", replace(DEFAULT, batch_size=size))
    yield Row("relu", options=replace(UNET, activation="relu"))
    yield Row("channels 24, 48", options=replace(UNET, units=(24, 48)))
    yield Row("channels 48, 96", options=replace(UNET, units=(48, 96)))
    yield Row("channels 32, 64, 96", options=replace(UNET, units=(32, 64, 96)))
    yield Row("MNIST, noise 0.5", data="mnist", corruption="gaussian:0.5")
    yield Row("MNIST, noise 0.5, learning rate 0.006", hot, data="mnist", corruption="gaussian:0.5")


class HighestLoss(keras.callbacks.Callback):
    """Keep the highest loss of any execution after the warm-up."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.highest = 0.0
        self._warmup = 0.05 * steps
        self._seen = (0, 0.0)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Take the mean loss of this execution out of the running mean of the epoch."""
        steps, total = batch + 1, (batch + 1) * logs["loss"]
        loss = (total - self._seen[1]) / (steps - self._seen[0])
        self._seen = (steps, total)
        if steps > self._warmup:
            self.highest = max(self.highest, loss)


def measure(row: Row, images: int, data_dir: Path | None) -> dict[str, object]:
    """Train once and return a line of the table."""
    splits = load_splits(row.data, seed=0, data_dir=data_dir)
    training_images = splits.train.take(np.arange(min(images, len(splits.train))))
    spec = ModelSpec(
        network="unet",
        image_shape=(None, None, 1),
        options=row.options,
        corruption=row.corruption,
    )
    model = build_model(spec, seed=row.plan.seed)
    pairs = freeze_pairs(splits.validation, row.corruption, "validation")
    epochs = max(1, round(images / len(training_images)))
    watch = HighestLoss(len(training_images) // row.plan.batch_size)
    start = time.perf_counter()
    training = train(
        model,
        training_images,
        replace(row.plan, epochs=epochs),
        validation=pairs,
        callbacks=[watch],
    )
    return {
        "what": row.what,
        "parameters": model.count_params(),
        "images": training.steps * row.plan.batch_size,
        "val_mse": f"{training.history.epochs[-1].val_mse:.5f}",
        "highest": f"{watch.highest:.4f}",
        "images_per_second": round(training.images_per_second),
        "seconds": round(time.perf_counter() - start),
    }


def main() -> None:
    """Measure all rows and write them as they come."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=54_000)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    words = parser.parse_args()
    write_table(words.output, (measure(row, words.images, words.data_dir) for row in rows()))


if __name__ == "__main__":
    main()
