"""Frozen pairs: what every method sees, and what it should give."""

from typing import Final

from hourglass.baselines import Pairs
from hourglass.corruption import corruption_from_words
from hourglass.images import Images
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
