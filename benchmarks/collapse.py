"""Show that the defaults never collapse, and that a network that does is caught in time.

A collapsed network gives nearly one image for all. Three questions, each a part of the table:

* ``defaults``: every default denoiser, two epochs, seeds 0 to 4, both data sets, noise factors 0.2
  and 0.5;
* ``tutorial``: the convolutional denoiser of a well-known tutorial (Conv16-pool-Conv8-pool-Conv8-
  up-ConvT8-up-ConvT1, no hidden activations, sigmoid output) with Adam at 0.001;
* ``causes``: the tutorial network with one thing changed at a time.

``skill`` and ``variance`` are judged on validation (see ``hourglass.evaluation.judge_collapse``);
``caught`` is the step of the alarm's first warning, ``epoch`` the epoch in which it falls.

    python benchmarks/collapse.py --output benchmarks/results/collapse.csv
"""

import argparse
import math
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import keras
from keras import layers

from hourglass.corruption import corruption_from_words
from hourglass.evaluation import judge_collapse
from hourglass.experiment.alarm import CollapseAlarm
from hourglass.experiment.pairs import freeze_pairs
from hourglass.experiment.table import model_spec
from hourglass.images import Splits, load_splits
from hourglass.inference import reconstruct
from hourglass.losses import loss_from_words
from hourglass.models import Denoiser, ImageModel, build_model
from hourglass.records import NETWORK_DEFAULTS, Experiment, NetworkName, TrainingPlan
from hourglass.training import train
from tables import write_table

SEEDS = range(5)
DATA = ("fashion-mnist", "mnist")
NOISE = (0.2, 0.5)
# What stock Keras does: one rate, its own averages, gradients as they come.
STOCK = TrainingPlan(
    epochs=2, batch_size=128, learning_rate=1e-3, beta_2=0.999, schedule="constant", clip_norm=0.0
)


@dataclass(frozen=True)
class Tutorial:
    """The tutorial network, and what of it is changed."""

    activation: str = "linear"
    output: str = "sigmoid"
    initializer: str = "glorot_uniform"
    skip: bool = False


@dataclass(frozen=True)
class Row:
    """One training."""

    part: str
    what: str
    network: NetworkName | Tutorial = Tutorial()
    data: str = "mnist"
    noise: float = 0.2
    plan: TrainingPlan = STOCK
    loss: str = "mse"


def rows() -> Iterator[Row]:
    """Yield all trainings, the quick ones first within each part."""
    yield from tutorial_rows()
    yield from default_rows()
    yield from cause_rows()


def default_rows() -> Iterator[Row]:
    """Yield the default denoisers."""
    for network, data, noise, seed in product(NETWORK_DEFAULTS, DATA, NOISE, SEEDS):
        plan = TrainingPlan(epochs=2, seed=seed)
        yield Row("defaults", network, network, data=data, noise=noise, plan=plan)


def tutorial_rows() -> Iterator[Row]:
    """Yield the tutorial network as published, on both data sets."""
    for data, seed in product(DATA, SEEDS):
        yield Row("tutorial", "as published", data=data, plan=replace(STOCK, seed=seed))


def cause_rows() -> Iterator[Row]:
    """Yield the tutorial network with one thing changed at a time, on MNIST."""
    changes = (
        Row("causes", "ReLU in hidden layers", Tutorial(activation="relu")),
        Row("causes", "start by He", Tutorial(initializer="he_normal")),
        Row("causes", "linear output", Tutorial(output="linear")),
        Row("causes", "adds to its input", Tutorial(output="linear", skip=True)),
        Row("causes", "cross-entropy", loss="bce"),
        Row("causes", "rate 0.004", plan=replace(STOCK, learning_rate=4e-3)),
        Row("causes", "rate 0.0001", plan=replace(STOCK, learning_rate=1e-4)),
        Row("causes", "warm-up and cosine", plan=replace(STOCK, schedule="cosine")),
        Row("causes", "beta_2 0.95", plan=replace(STOCK, beta_2=0.95)),
        Row("causes", "the default plan", plan=TrainingPlan(epochs=2)),
    )
    for row, seed in product(changes, range(3)):
        yield replace(row, plan=replace(row.plan, seed=seed))


def build(row: Row, corruption: str) -> ImageModel:
    """Return the model of a row with fresh weights."""
    if isinstance(row.network, Tutorial):
        keras.utils.set_random_seed(row.plan.seed)
        return Denoiser(
            tutorial_network(row.network),
            corruption=corruption_from_words(corruption, seed=row.plan.seed),
            reconstruction_loss=loss_from_words(row.loss),
        )
    experiment = Experiment(network=row.network, corruption=corruption)
    return build_model(model_spec(experiment, (28, 28, 1)), seed=row.plan.seed)


def tutorial_network(made: Tutorial) -> keras.Model:
    """Return the tutorial's network, from images to images of 28 by 28."""
    hidden = {
        "padding": "same",
        "activation": made.activation,
        "kernel_initializer": made.initializer,
    }
    images = keras.Input((28, 28, 1))
    maps = layers.MaxPooling2D()(layers.Conv2D(16, 3, **hidden)(images))
    maps = layers.MaxPooling2D()(layers.Conv2D(8, 3, **hidden)(maps))
    maps = layers.UpSampling2D()(layers.Conv2D(8, 3, **hidden)(maps))
    maps = layers.UpSampling2D()(layers.Conv2DTranspose(8, 3, **hidden)(maps))
    output = layers.Conv2DTranspose(1, 3, padding="same", activation=made.output)(maps)
    return keras.Model(images, layers.Add()([images, output]) if made.skip else output)


def measure(row: Row, splits: Splits) -> dict[str, object]:
    """Train once and return a line of the table."""
    corruption = f"gaussian:{row.noise:g}"
    model = build(row, corruption)
    pairs = freeze_pairs(splits.validation, corruption, "validation")
    warnings: list[str] = []
    start = time.perf_counter()
    training = train(
        model,
        splits.train,
        row.plan,
        validation=pairs,
        callbacks=[CollapseAlarm(*pairs, warnings.append)],
    )
    collapse = judge_collapse(pairs.clean, reconstruct(model, pairs.seen))
    if collapse is None:
        raise RuntimeError("The images of a validation split are all alike.")
    steps_an_epoch = math.ceil(len(splits.train) / row.plan.batch_size)
    return {
        "part": row.part,
        "what": row.what,
        "data": row.data,
        "noise": row.noise,
        "seed": row.plan.seed,
        "val_mse": f"{training.history.epochs[-1].val_mse:.5f}",
        "skill": f"{collapse.skill:.3f}",
        "variance": f"{collapse.variance:.3f}",
        "collapsed": collapse.collapsed,
        **first_warning(warnings, steps_an_epoch),
        "seconds": round(time.perf_counter() - start),
    }


def first_warning(warnings: list[str], steps_an_epoch: int) -> dict[str, object]:
    """Return when the alarm was raised first, empty where it was not."""
    steps = [int(found[1]) for line in warnings if (found := re.search(r"step (\d+)", line))]
    if not steps:
        return {"caught": "", "epoch": ""}
    return {"caught": steps[0], "epoch": math.ceil(steps[0] / steps_an_epoch)}


def main() -> None:
    """Measure all rows and write them as they come."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    words = parser.parse_args()
    splits = {name: load_splits(name, seed=0, data_dir=words.data_dir) for name in DATA}
    write_table(words.output, (measure(row, splits[row.data]) for row in rows()))


if __name__ == "__main__":
    main()
