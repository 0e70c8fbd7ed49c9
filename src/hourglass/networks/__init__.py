"""Shapes of encoders, decoders and denoisers, sized by arguments, for any image size."""

from hourglass.networks.convolutional import convolutional_autoencoder
from hourglass.networks.dense import dense_autoencoder
from hourglass.networks.halves import Halves
from hourglass.networks.pooling import pooling_autoencoder
from hourglass.networks.pooling_dense import pooling_dense_autoencoder
from hourglass.networks.strided import strided_autoencoder
from hourglass.networks.unet import unet

__all__ = [
    "Halves",
    "convolutional_autoencoder",
    "dense_autoencoder",
    "pooling_autoencoder",
    "pooling_dense_autoencoder",
    "strided_autoencoder",
    "unet",
]
