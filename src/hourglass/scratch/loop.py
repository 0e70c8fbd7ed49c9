"""Many steps in one graph, which Python enters once."""

from collections.abc import Callable, Sequence
from typing import Any, final

import tensorflow as tf

from hourglass.scratch.network import Layer, forward
from hourglass.scratch.noise import add_noise

Formula = Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


def loss_and_gradients(
    parameters: Sequence[Layer], seen: tf.Tensor, clean: tf.Tensor, formula: Formula
) -> tuple[tf.Tensor, list[tf.Tensor]]:
    """Return the mean loss over images, and its gradient for each matrix and bias.

    Parameters
    ----------
    parameters
        The layers, input first.
    seen, clean
        What the network sees and what it should give, shape (count, pixels), in [0, 1].
    formula
        From clean images and reconstructions to one number an image.
    """
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(formula(clean, forward(parameters, seen)))
    return loss, tape.gradient(loss, [variable for layer in parameters for variable in layer])


@final
class GraphLoop:
    """Corrupt, compare and improve, step after step in the graph.

    Parameters
    ----------
    parameters
        The layers, input first; each step changes them.
    optimizer
        ``Adam`` of this room or of Keras, fresh.
    formula
        From clean images and reconstructions to one number an image.
    noise
        Standard deviation of the noise before clipping; 0 trains on clean images.
    seed
        Where the noise starts from.
    """

    def __init__(
        self,
        parameters: Sequence[Layer],
        optimizer: Any,
        formula: Formula,
        *,
        noise: float = 0.0,
        seed: int = 0,
    ) -> None:
        self._parameters = parameters
        self._variables = [variable for layer in parameters for variable in layer]
        self._optimizer = optimizer
        self._formula = formula
        self._noise = noise
        self._seed = seed
        optimizer.build(self._variables)

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, None], tf.float32),
            tf.TensorSpec([None, None], tf.int64),
            tf.TensorSpec([], tf.int64),
        ]
    )
    def run(self, images: tf.Tensor, rows: tf.Tensor, first_step: tf.Tensor) -> tf.Tensor:
        """Do one step for each row, and return the sum of their losses.

        Parameters
        ----------
        images
            Clean images, one a row, shape (count, pixels), in [0, 1].
        rows
            Positions of the images of each step, shape (steps, batch size).
        first_step
            Number of the first step, from which its noise follows.
        """
        total = tf.constant(0.0)
        for number in tf.range(tf.shape(rows, tf.int64)[0]):
            clean = tf.gather(images, rows[number])
            # Drawn outside the compiled step, in which XLA would use a slow generator of its own.
            total += self.step(self.seen(clean, first_step + number), clean)
        return total

    @tf.function(jit_compile=True, reduce_retracing=True)
    def step(self, seen: tf.Tensor, clean: tf.Tensor) -> tf.Tensor:
        """Do one step on pairs of shape (batch size, pixels), and return their mean loss."""
        loss, gradients = loss_and_gradients(self._parameters, seen, clean, self._formula)
        self._optimizer.apply(gradients, self._variables)
        return loss

    def seen(self, clean: tf.Tensor, step: int | tf.Tensor) -> tf.Tensor:
        """Return what the network sees of clean images at a step."""
        if self._noise == 0.0:
            return clean
        return add_noise(clean, self._noise, seed=self._seed, step=step)
