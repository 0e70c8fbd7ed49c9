"""One seed into many: order, noise and split as pure functions of integers.

Nothing here keeps a state and nothing touches a global seed. A purpose is a word, so that two
uses of one seed never share a stream: ``generator(7, "split")`` and ``generator(7, "noise")``
are independent.
"""

import hashlib

import numpy as np
from numpy.typing import NDArray


def derive(seed: int, *purpose: str | int) -> int:
    """Return a seed of 32 bits that follows from ``seed`` and a purpose.

    Parameters
    ----------
    seed
        The seed of the run.
    *purpose
        Words and integers that say what the new seed is for, such as ``"order", epoch``.

    Returns
    -------
    int
        In [0, 2³¹): Keras and TensorFlow take seeds as signed integers.
    """
    words = "\x1f".join(map(str, (seed, *purpose)))
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:4]) >> 1


def generator(seed: int, *purpose: str | int) -> np.random.Generator:
    """Return a NumPy generator for one purpose of one seed."""
    return np.random.default_rng(derive(seed, *purpose))


def order(seed: int, epoch: int, count: int) -> NDArray[np.int64]:
    """Return the order in which an epoch visits ``count`` images, shape (count,)."""
    return generator(seed, "order", epoch).permutation(count)
