"""How many images a network is shown at a time where no gradient is needed."""

import math
from collections.abc import Sequence
from typing import Final

_MOST_IMAGES: Final = 500
# The default denoiser keeps about 54 bytes for each value of its input: some 200 MB.
_MOST_VALUES: Final = 4_000_000


def images_at_a_time(image_shape: Sequence[int]) -> int:
    """Return how many images of a shape (height, width, channels) fit into bounded memory."""
    return max(1, min(_MOST_IMAGES, _MOST_VALUES // math.prod(image_shape)))
