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
    *,
    most_images: int | None = _MOST_IMAGES,
) -> Parameter:
    """Return the candidate with the lowest mean squared error on validation pairs.

    Parameters
    ----------
    candidates
        What to try; of two with the same error the first is taken.
    reconstruct
        Rebuilds images, shape (count, height, width, channels), with one candidate.
    validation
        Where the error is taken.
    most_images
        How many of these pairs are used, the first ones; ``None`` for all. By default 100: most
        filters work image by image.
    """
    seen, clean = (images[:most_images] for images in validation)

    def error(candidate: Parameter) -> float:
        return float(mean_squared_errors(clean, reconstruct(seen, candidate)).mean())

    return min(candidates, key=error)
