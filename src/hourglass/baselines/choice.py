"""A filter's parameter, chosen by the error on validation."""

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from hourglass.baselines.base import Pairs
from hourglass.evaluation import mean_squared_errors

# Every candidate sees the same images, so that few of them tell two candidates apart; the slowest
# filter tries its whole grid on them in three seconds.
_MOST_IMAGES: Final = 100

Parameter = TypeVar("Parameter")


def chosen_on_validation(
    candidates: Iterable[Parameter],
    reconstruct: Callable[[NDArray[np.float32], Parameter], NDArray[np.float32]],
    validation: Pairs,
) -> Parameter:
    """Return the candidate with the lowest mean squared error on the first validation pairs.

    Parameters
    ----------
    candidates
        What to try; of two with the same error the first is taken.
    reconstruct
        Rebuilds images, shape (count, height, width, channels), with one candidate.
    validation
        At most 100 of these pairs are used: most filters work image by image.
    """
    seen, clean = (images[:_MOST_IMAGES] for images in validation)

    def error(candidate: Parameter) -> float:
        return float(mean_squared_errors(clean, reconstruct(seen, candidate)).mean())

    return min(candidates, key=error)
