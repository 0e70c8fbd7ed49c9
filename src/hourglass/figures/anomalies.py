"""Where an image is unlike normal ones, as colors."""

from typing import Any, Final

import matplotlib
import numpy as np
from numpy.typing import NDArray

#: So many times the usual error has the brightest color; more is not told apart.
HEAT_TOP: Final = 8.0
# From black to white through hues, lightness rising evenly: it can be read without them.
_COLORS: Final = "inferno"


def heat_map(times: NDArray[Any], scale: int = 1) -> NDArray[np.float32]:
    """Return errors as colors: black for none, the brightest for ``HEAT_TOP`` times the usual.

    Parameters
    ----------
    times
        How many times as large as usual the error is at each place, shape (height, width).
    scale
        How many times larger each pixel becomes; nothing is interpolated.

    Returns
    -------
    NDArray[np.float32]
        Shape (height, width, 3), RGB in [0, 1].
    """
    shares = np.clip(times / HEAT_TOP, 0.0, 1.0)
    colors = np.asarray(matplotlib.colormaps[_COLORS](shares), np.float32)[..., :3]
    return colors.repeat(scale, axis=0).repeat(scale, axis=1)
