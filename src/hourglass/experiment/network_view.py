"""A network with a code, asked for everything that a score of anomalies follows from."""

from collections.abc import Iterator
from typing import Final, final

import numpy as np
from numpy.typing import NDArray

from hourglass.evaluation import (
    LayerScales,
    NetworkView,
    features_of,
    fit_layers,
    mean_squared_errors,
)
from hourglass.inference import decode, encode_in_depth, encoder_layers
from hourglass.models import LatentModel, images_at_a_time

# Enough to tell how much a number varies.
_SCALED_TO: Final = 2_000


@final
class NetworkViewer:
    """Asks one network for its errors and for what its encoder says at every depth.

    Parameters
    ----------
    model
        A network with a code.
    """

    def __init__(self, model: LatentModel) -> None:
        self.model = model
        self._layers = encoder_layers(model)

    def scales(self, images: NDArray[np.float32]) -> LayerScales:
        """Return how much the layers vary among normal images, by up to 2,000 of them."""
        few = images[:: -(-len(images) // _SCALED_TO)]
        parts = [encode_in_depth(self._layers, batch) for batch in batches_of(few)]
        return fit_layers([np.concatenate(layer) for layer in zip(*parts, strict=True)])

    def view(
        self, images: NDArray[np.float32], scales: LayerScales
    ) -> tuple[NetworkView, NDArray[np.float32]]:
        """Return what the network says of a batch of images, and their reconstructions."""
        layers = encode_in_depth(self._layers, images)
        rebuilt = decode(self.model, layers[-1])
        features, codes = features_of(layers, scales)
        view = NetworkView(
            errors=mean_squared_errors(images, rebuilt),
            features=features,
            codes=codes,
            variances=images.var(axis=(1, 2, 3), dtype=np.float64),
        )
        return view, rebuilt

    def view_all(self, images: NDArray[np.float32], scales: LayerScales) -> NetworkView:
        """Return what the network says of any number of images."""
        views = [self.view(batch, scales)[0] for batch in batches_of(images)]
        return NetworkView(*(np.concatenate(arrays) for arrays in zip(*views, strict=True)))


def batches_of(images: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    """Yield images in order, as many at a time as fit into bounded memory."""
    step = images_at_a_time(images.shape[1:])
    return (images[start : start + step] for start in range(0, len(images), step))
