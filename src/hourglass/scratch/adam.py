"""Adam, written out."""

from collections.abc import Sequence
from typing import final

import tensorflow as tf


@final
class Adam:
    """Adam (Kingma and Ba 2015), in the order of operations of Keras' optimizer.

    With gradient g, step t from 1, and all of it element by element:

        m ← m + (1 − β₁)(g − m)
        v ← v + (1 − β₂)(g² − v)
        w ← w − α √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε)

    This is algorithm 1 in the form at the end of the paper's section 2, whose ε ("epsilon hat")
    is added after the correction of v has moved into the rate. It has the two methods of
    ``keras.optimizers.Adam`` that a loop needs, so that either can stand in for the other.

    Parameters
    ----------
    learning_rate
        α.
    beta_1, beta_2
        Decay of the averages of gradients and of squared gradients.
    epsilon
        ε, which keeps the division finite.
    """

    def __init__(
        self,
        learning_rate: float = 1e-3,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
    ) -> None:
        self.learning_rate = learning_rate
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def build(self, variables: Sequence[tf.Variable]) -> None:
        """Start both averages of each variable, and the count of steps, at zero."""
        self.iterations = tf.Variable(0, dtype=tf.int64)
        self._means = [tf.Variable(tf.zeros_like(variable)) for variable in variables]
        self._squares = [tf.Variable(tf.zeros_like(variable)) for variable in variables]

    def apply(self, gradients: Sequence[tf.Tensor], variables: Sequence[tf.Variable]) -> None:
        """Do one step.

        Parameters
        ----------
        gradients
            One for each variable, of its shape.
        variables
            Those that ``build`` was given, in the same order.
        """
        self.iterations.assign_add(1)
        rate = self._rate(variables[0].dtype)
        slots = zip(gradients, variables, self._means, self._squares, strict=True)
        for gradient, variable, mean, square in slots:
            # 1 − β in Python's double precision: in float32, 1 − 0.999 is off by 1.3e-5 of itself.
            mean.assign_add((gradient - mean) * (1 - self.beta_1))
            square.assign_add((tf.square(gradient) - square) * (1 - self.beta_2))
            variable.assign_sub(mean * rate / (tf.sqrt(square) + self.epsilon))

    def _rate(self, dtype: tf.DType) -> tf.Tensor:
        """Return the learning rate times the correction of both averages' start at zero."""
        step = tf.cast(self.iterations, dtype)
        first = 1 - tf.pow(tf.cast(self.beta_1, dtype), step)
        second = 1 - tf.pow(tf.cast(self.beta_2, dtype), step)
        return tf.cast(self.learning_rate, dtype) * tf.sqrt(second) / first
