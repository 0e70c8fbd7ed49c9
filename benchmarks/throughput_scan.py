"""A side of the throughput benchmark: the dense network in JAX, scanned over by hand."""

import time
from typing import Any

import jax
import numpy as np
from jax import numpy as jnp

from hourglass.networks import dense_autoencoder
from hourglass.training import Feed
from jax_by_hand import loss_of, start_state, step_of
from throughput_cases import Case, Material


class HandScan:
    """All steps of a round in one compiled call, float images gathered inside."""

    def __init__(self, case: Case, material: Material) -> None:
        self._feed = Feed(material.train, case.batch_size, seed=0)
        halves = dense_autoencoder((28, 28, 1))
        weights = [weight for half in halves for weight in half.get_weights()]
        self._state: Any = start_state(weights)
        self._images = jnp.asarray(_flat(material.train.read_all()))
        self._pair = _flat(material.seen), _flat(material.clean)
        self._steps = jax.jit(
            lambda images, state, rows: jax.lax.scan(
                lambda state, row: step_of(state, images[row], case.noise), state, rows
            )
        )
        self.parameters = sum(weight.size for weight in weights)

    def train(self, steps: int) -> float:
        """Train for some steps and return their seconds."""
        rows = self._feed.rows(self._feed.first_step, steps).astype(np.int32)
        self._feed.first_step += steps
        start = time.perf_counter()
        self._state, losses = self._steps(self._images, self._state, rows)
        losses.block_until_ready()
        return time.perf_counter() - start

    def mse(self) -> float:
        """Return the squared error on the frozen pairs."""
        return float(loss_of(self._state[0], *self._pair))


def _flat(images: Any) -> Any:
    return images.reshape(len(images), -1)
