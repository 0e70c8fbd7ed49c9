"""Sides of the throughput benchmark on Keras: Hourglass, and ``fit`` as a user writes it."""

import time
from contextlib import ExitStack
from typing import Any

import keras
import numpy as np

from hourglass.corruption import GaussianNoise
from hourglass.models import Denoiser, ImageModel, build_model
from hourglass.networks import unet
from hourglass.records import NETWORK_DEFAULTS, ModelSpec, Precision, TrainingPlan
from hourglass.training import Feed
from hourglass.training.compilation import compile_model
from hourglass.training.engine import engine_of
from throughput_cases import RATE, Case, Material

_SHAPE = (28, 28, 1)


class Clock(keras.callbacks.Callback):
    """Measure seconds between the ends of executions, the first one left out."""

    def __init__(self) -> None:
        super().__init__()
        self._marks: list[tuple[int, float]] = []

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Wait until the step is done, which JAX would not, and note when."""
        float(next(iter((logs or {"loss": 0.0}).values())))
        self._marks.append((batch, time.perf_counter()))

    def seconds_per_step(self) -> float:
        """Return the mean between the first mark and the last."""
        (first, start), (last, end) = self._marks[0], self._marks[-1]
        return (end - start) / (last - first)


class Hourglass:
    """What ``hourglass.train`` does, in rounds."""

    def __init__(self, case: Case, material: Material, precision: Precision = "float32") -> None:
        self._case, self._material = case, material
        self._model, self._judge = built(case), built(case)
        self._feed = Feed(material.train, case.batch_size, seed=0)
        plan = TrainingPlan(
            epochs=1,
            learning_rate=RATE,
            beta_2=0.999,
            schedule="constant",
            clip_norm=0.0,
            precision=precision,
        )
        # The engine stays in place for as long as this side lives.
        self._engine = ExitStack()
        self._engine.enter_context(engine_of(self._model, self._feed, plan))
        compile_model(self._model, plan, 1, self._feed)
        self.parameters = self._model.count_params()

    def train(self, steps: int) -> float:
        """Train for some steps and return the seconds that they take past the first execution."""
        self._feed.steps, clock = steps, Clock()
        self._model.set_step(self._feed.first_step)
        self._model.fit(self._feed.batches(), verbose=0, callbacks=[clock], shuffle=False)
        self._feed.first_step += steps
        return clock.seconds_per_step() * steps

    def mse(self) -> float:
        """Return the squared error on the frozen pairs, in full precision."""
        self._judge.set_weights(self._model.get_weights())
        found = self._judge.predict(self._material.seen, batch_size=500, verbose=0)
        return float(np.square(found - self._material.clean).mean())


class StockFit:
    """``compile`` and ``fit`` with nothing set but optimizer, loss and batch size."""

    def __init__(self, case: Case, material: Material) -> None:
        self._case, self._material = case, material
        images = keras.Input(_SHAPE)
        seen = GaussianNoise(case.noise)(images) if case.noise else images
        self._model = keras.Model(images, _network(built(case), seen))
        self._model.compile(keras.optimizers.Adam(RATE), "mse")
        self._images = material.train.read_all()
        self._place = 0
        self.parameters = self._model.count_params()

    def train(self, steps: int) -> float:
        """Train for some steps and return the seconds that they take past the first."""
        count, clock = steps * self._case.batch_size, Clock()
        if self._place + count > len(self._images):
            self._place = 0
        images = self._images[self._place : self._place + count]
        self._place += count
        self._model.fit(images, images, self._case.batch_size, verbose=0, callbacks=[clock])
        return clock.seconds_per_step() * steps

    def mse(self) -> float:
        """Return the squared error on the frozen pairs."""
        found = self._model.predict(self._material.seen, batch_size=500, verbose=0)
        return float(np.square(found - self._material.clean).mean())


def built(case: Case) -> ImageModel:
    """Return a model with fresh weights, that corrupts as the case does."""
    corruption = f"gaussian:{case.noise}" if case.noise else None
    options = NETWORK_DEFAULTS[case.network]
    if case.network == "unet" and corruption is None:
        # Nobody would train it so, and `build_model` says so; here it is the speed that is asked.
        return Denoiser(unet(_SHAPE, units=options.units, activation=options.activation))
    return build_model(
        ModelSpec(network=case.network, image_shape=_SHAPE, options=options, corruption=corruption)
    )


def _network(model: ImageModel, seen: Any) -> Any:
    for part in model.parts.values():
        seen = part(seen)
    return seen
