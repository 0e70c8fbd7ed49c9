"""A threshold that normal images pass at a stated rate, whatever their scores look like.

Split conformal prediction (Papadopoulos et al. 2002; Vovk, Gammerman and Shafer 2005): among the
scores of normal images that nothing was fitted to, and that of one more, every rank of the last
is equally likely. No distribution is assumed but that their order says nothing.
"""

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from hourglass.errors import ConfigurationError

Interval = tuple[float, float]


def conformal_rank(count: int, rate: float) -> int:
    """Return which of so many normal scores, in rising order, is the threshold for a rate.

    It is ⌈(n + 1)(1 − α)⌉, the smallest rank that keeps the chance of a false alarm at α or
    below: Vovk et al. (2005), Lei et al. (2018), equation 2.

    Parameters
    ----------
    count
        Held-out normal images.
    rate
        The false-alarm rate that is asked for, above 0 and below 1.

    Raises
    ------
    ConfigurationError
        If the rate is none, or so many images cannot promise it.
    """
    if not 0.0 < rate < 1.0:
        raise ConfigurationError(
            f"A false-alarm rate lies above 0 and below 1; {rate} was given. 0.01 means that one "
            "normal image of a hundred may be flagged."
        )
    # The decimal number that was meant: in floating point 1 − 0.07 is a little less than 0.93.
    alarms = math.floor((count + 1) * Fraction(str(rate)))
    if alarms < 1:
        raise ConfigurationError(
            f"A false-alarm rate of {rate:g} needs at least {_images_needed(rate):,} held-out "
            f"normal images, and there are {count:,}. Ask for {least_rate(count):g} or more, "
            "or give more normal images."
        )
    return count + 1 - alarms


def conformal_threshold(normal: NDArray[np.float64], rate: float) -> float:
    """Return the score above which an image is flagged.

    Equal scores are not broken by chance: an image that ties with the threshold passes, so that
    ties lower the rate and never raise it.

    Parameters
    ----------
    normal
        Scores of held-out normal images, shape (images,); a higher one is less normal.
    rate
        The highest chance with which another normal image may be flagged.

    Raises
    ------
    ConfigurationError
        If so few images cannot promise the rate.
    """
    rank = conformal_rank(len(normal), rate)
    return float(np.partition(normal, rank - 1)[rank - 1])


def p_values(normal: NDArray[np.float64], scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how likely so high a score is for a normal image, shape (images,).

    (1 + the number of held-out normal scores that are at least as high) / (n + 1): at most α with
    chance at most α for a normal image (Vovk et al. 2005, proposition 2.8). It is at most the rate
    exactly where the score is above ``conformal_threshold``.

    Parameters
    ----------
    normal
        Scores of held-out normal images, shape (n,).
    scores
        Scores of other images.
    """
    below = np.searchsorted(np.sort(normal), scores, side="left")
    values: NDArray[np.float64] = (1 + len(normal) - below) / (len(normal) + 1)
    return values


def least_rate(count: int) -> float:
    """Return the lowest rate that so many images can promise, rounded up to four digits."""
    digits = 10**4
    return min(math.ceil(digits / (count + 1)) / digits, 0.9999)


def calibrated_interval(count: int, rank: int, confidence: float = 0.95) -> Interval:
    """Return between which rates of false alarms a threshold of this rank really lies.

    Over draws of the held-out images the true rate of a threshold follows Beta(n + 1 − k, k) for
    scores without ties: Vovk (2012), proposition 2a; Angelopoulos and Bates (2023), section 3.2.

    Parameters
    ----------
    count, rank
        Held-out normal images, and which of their scores is the threshold.
    confidence
        How often the interval holds the rate; as often as it is missed it is missed on each side.
    """
    low, high = beta.ppf(((1 - confidence) / 2, (1 + confidence) / 2), count + 1 - rank, rank)
    return float(low), float(high)


def exact_interval(events: int, count: int, confidence: float = 0.95) -> Interval:
    """Return the interval of a rate of which some events were seen (Clopper and Pearson 1934).

    It holds the rate at least as often as ``confidence`` says, for every number of images.
    """
    tail = (1 - confidence) / 2
    low = float(beta.ppf(tail, events, count - events + 1)) if events else 0.0
    high = float(beta.ppf(1 - tail, events + 1, count - events)) if events < count else 1.0
    return low, high


def _images_needed(rate: float) -> int:
    return math.ceil(1 / Fraction(str(rate))) - 1
