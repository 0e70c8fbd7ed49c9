"""A filter's parameter, chosen by the error on validation."""

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from hourglass.baselines.base import NoisyAlone, Pairs
from hourglass.evaluation import Restore, held_out_errors, mean_squared_errors, stein_risks

# Every candidate sees the same images, so that few of them tell two candidates apart; the slowest
# filter tries its whole grid on them in three seconds.
_MOST_IMAGES: Final = 100
# Each of them is filtered several times to estimate one error.
_MOST_IMAGES_WITHOUT_CLEAN: Final = 40

Parameter = TypeVar("Parameter")


def chosen_on_validation(
    candidates: Iterable[Parameter],
    reconstruct: Callable[[NDArray[np.float32], Parameter], NDArray[np.float32]],
    validation: Pairs,
    *,
    most_images: int | None = _MOST_IMAGES,
) -> Parameter:
    """Return the candidate with the lowest mean squared error on validation pairs.

    Where no clean image is known it is estimated (``stein_risks``), or where that cannot be, taken
    at noisy pixels that are hidden from the filter (Batson and Royer 2019, section 3).

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
        if isinstance(validation, NoisyAlone):
            return _estimated_error(validation, lambda images: reconstruct(images, candidate))
        return float(mean_squared_errors(clean, reconstruct(seen, candidate)).mean())

    return min(candidates, key=error)


def _estimated_error(validation: NoisyAlone, restore: Restore) -> float:
    noisy = validation.seen[:_MOST_IMAGES_WITHOUT_CLEAN]
    if validation.deviation is None:
        return float(held_out_errors(noisy, restore).mean())
    return float(stein_risks(noisy, restore, validation.deviation).mean())
