"""Frozen pairs: what every method sees, what it should give, and how far a model is from it."""

from typing import Final

import numpy as np

from hourglass.baselines import Pairs
from hourglass.corruption import corruption_from_words
from hourglass.evaluation import mean_squared_errors
from hourglass.images import Images, Splits
from hourglass.inference import reconstruct
from hourglass.models import ImageModel
from hourglass.seeds import generator

# Not the seed of the run: two runs with different seeds are compared on the same noisy images.
FROZEN_SEED: Final = 0


def freeze_pairs(images: Images, corruption: str | None, split: str) -> Pairs:
    """Return the images of a split, seen through a corruption and clean.

    Parameters
    ----------
    images
        The clean images.
    corruption
        ``KIND:LEVEL``; ``None`` leaves them clean.
    split
        Name of the split: each has noise of its own.
    """
    clean = images.read_all()
    if corruption is None:
        return Pairs(seen=clean, clean=clean)
    noise = generator(FROZEN_SEED, "frozen", split)
    return Pairs(seen=corruption_from_words(corruption).freeze(clean, noise), clean=clean)


def freeze_known_pairs(splits: Splits, corruption: str | None) -> Pairs:
    """Return pairs of as many training images as there are test images."""
    count = min(len(splits.test), len(splits.train))
    return freeze_pairs(splits.train.take(np.arange(count)), corruption, "train")


def error_of(model: ImageModel, pairs: Pairs) -> float:
    """Return the mean squared error of what a model makes of pairs."""
    return float(mean_squared_errors(pairs.clean, reconstruct(model, pairs.seen)).mean())


def error_of_input(pairs: Pairs) -> float:
    """Return the mean squared error of what is seen itself."""
    return float(mean_squared_errors(pairs.clean, pairs.seen).mean())
