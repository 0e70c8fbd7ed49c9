"""The dense autoencoder in JAX without Keras: forward pass, squared error and Adam, written out."""

from typing import Any

import jax
from jax import numpy as jnp

# The values of Keras' Adam.
RATE, BETA_1, BETA_2, EPSILON = 1e-3, 0.9, 0.999, 1e-7

#: Weights and biases in turn, averages of gradients and of their squares, and the step.
State = tuple[list[jax.Array], list[jax.Array], list[jax.Array], jax.Array]


def start_state(weights: list[Any]) -> State:
    """Return the state before the first step; ``weights`` holds matrices and biases in turn."""
    arrays = [jnp.asarray(weight) for weight in weights]
    zeros = [jnp.zeros_like(array) for array in arrays]
    return arrays, zeros, zeros, jnp.zeros((), jnp.int32)


def step_of(state: State, clean: jax.Array, noise: float) -> tuple[State, jax.Array]:
    """Return the next state and the loss of a batch, shape (batch, values)."""
    weights, means, squares, step = state
    seen = clean
    if noise:
        key = jax.random.fold_in(jax.random.key(0), step)
        seen = jnp.clip(clean + noise * jax.random.normal(key, clean.shape), 0.0, 1.0)
    loss, slopes = jax.value_and_grad(loss_of)(weights, seen, clean)
    step += 1
    rate = RATE * jnp.sqrt(1 - BETA_2**step) / (1 - BETA_1**step)
    means = [m + (1 - BETA_1) * (g - m) for m, g in zip(means, slopes, strict=True)]
    squares = [v + (1 - BETA_2) * (g * g - v) for v, g in zip(squares, slopes, strict=True)]
    moved = zip(weights, means, squares, strict=True)
    weights = [w - rate * m / (jnp.sqrt(v) + EPSILON) for w, m, v in moved]
    return (weights, means, squares, step), loss


def loss_of(weights: list[jax.Array], seen: jax.Array, clean: jax.Array) -> jax.Array:
    """Return the mean squared error of what is made of ``seen``."""
    hidden = seen
    for matrix, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        hidden = jax.nn.relu(hidden @ matrix + bias)
    return jnp.mean(jnp.square(clean - jax.nn.sigmoid(hidden @ weights[-2] + weights[-1])))
