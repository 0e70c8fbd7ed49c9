"""Seeds of random tensors as a pure function of the step."""

from typing import Any, final

import keras
from keras import KerasTensor, ops


@final
class StepDraws(keras.random.SeedGenerator):
    """Give the seeds that a generator in a layer would give, without a variable that counts.

    Keras takes the seed of each random tensor from a generator's ``next``; this one can be called
    where variables cannot be changed, such as in a map over a data set.

    Parameters
    ----------
    seed
        The seed of the layer.
    first
        How many draws come before, an integer scalar.
    """

    def __init__(self, seed: int, first: KerasTensor) -> None:
        # No variable: the generator of Keras would make one here.
        self._seed = seed
        self._first = first
        self._drawn = 0

    def next(self, ordered: bool = True) -> Any:
        """Return the seed of the next draw, shape (2,)."""
        counter = self._first + self._drawn
        self._drawn += 1
        return ops.stack([ops.full_like(counter, self._seed), counter])
