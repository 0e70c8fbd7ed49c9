import keras
import numpy as np
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from hourglass.scratch import Adam


@settings(max_examples=20)
@given(
    seed=st.integers(0, 2**31),
    rate=st.floats(1e-5, 1.0),
    beta_1=st.floats(0.0, 0.99),
    beta_2=st.floats(0.5, 0.9999),
    magnitude=st.integers(-12, 4),
)
def test_adam_is_that_of_keras_to_the_last_bit(seed, rate, beta_1, beta_2, magnitude):
    random = np.random.default_rng(seed)
    start = random.standard_normal((4, 3), np.float32)
    gradients = 10.0**magnitude * random.standard_normal((10, 4, 3))
    ends = []
    for optimizer in (Adam, keras.optimizers.Adam):
        weights = tf.Variable(start)
        adam = optimizer(rate, beta_1=beta_1, beta_2=beta_2)
        adam.build([weights])
        for gradient in gradients:
            adam.apply([tf.constant(gradient, tf.float32)], [weights])
        ends.append(weights.numpy())
    assert np.array_equal(*ends)


def test_the_first_step_is_as_long_as_the_rate_whatever_the_gradient():
    weights = tf.Variable([1.0, 1.0, 1.0])
    adam = Adam(0.25)
    adam.build([weights])
    adam.apply([tf.constant([40.0, -0.01, 0.0])], [weights])
    assert np.allclose(weights, [0.75, 1.25, 1.0], atol=1e-3)
