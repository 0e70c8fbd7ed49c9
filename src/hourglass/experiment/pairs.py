"""Frozen pairs: what every method sees, what it should give, and how far a model is from it."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hourglass.baselines import Pairs
from hourglass.corruption import corruption_from_words
from hourglass.evaluation import mean_squared_errors
from hourglass.images import ArrayImages, Images, PairedImages, Splits
from hourglass.inference import reconstruct
from hourglass.models import ImageModel
from hourglass.records import FILES
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
        ``KIND:LEVEL``; ``None`` leaves them clean. With ``files`` the images are noisy already:
        those that have a partner are seen in its place, and all others are both.
    split
        Name of the split: each has noise of its own.
    """
    clean = images.read_all()
    if corruption == FILES and isinstance(images, PairedImages):
        return Pairs(seen=images.seen.read_all(), clean=clean)
    if corruption in (None, FILES):
        return Pairs(seen=clean, clean=clean)
    noise = generator(FROZEN_SEED, "frozen", split)
    return Pairs(seen=corruption_from_words(corruption).freeze(clean, noise), clean=clean)


def noisy_alone(images: Images, corruption: str | None) -> Images:
    """Return training images as blind-spot training sees them: noisy, and nothing beside.

    Parameters
    ----------
    images
        The clean images; or noisy ones, where the corruption is ``files``.
    corruption
        ``KIND:LEVEL``, drawn once; or ``files``.
    """
    if corruption != FILES:
        return ArrayImages(freeze_pairs(images, corruption, "train").seen)
    return images.seen if isinstance(images, PairedImages) else images


def shots_both_ways(pairs: PairedImages) -> PairedImages:
    """Return each pair of shots twice: the second as target of the first, then the other way.

    Both are as good a target (Lehtinen et al. 2018, section 2), so that an epoch learns from
    twice as many pairs. Shots that are read from files stay as they are.
    """
    if not (isinstance(pairs.seen, ArrayImages) and isinstance(pairs.target, ArrayImages)):
        return pairs
    shots: list[NDArray[Any]] = [pairs.seen.pixels, pairs.target.pixels]
    if shots[0].dtype != shots[1].dtype:
        shots = [pairs.seen.read_all(), pairs.target.read_all()]
    return PairedImages(
        target=ArrayImages(np.concatenate(shots[::-1])), seen=ArrayImages(np.concatenate(shots))
    )


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
