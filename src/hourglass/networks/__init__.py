"""Shapes of encoders, decoders, denoisers and classifiers, for images of any size."""

from hourglass.networks.convolutional import convolutional_autoencoder
from hourglass.networks.convolutional_classifier import convolutional_classifier
from hourglass.networks.dense import dense_autoencoder
from hourglass.networks.dense_classifier import dense_classifier
from hourglass.networks.halves import Halves
from hourglass.networks.pooling import pooling_autoencoder
from hourglass.networks.pooling_dense import pooling_dense_autoencoder
from hourglass.networks.posterior import with_log_variance
from hourglass.networks.residual import residual
from hourglass.networks.strided import strided_autoencoder
from hourglass.networks.transposed_dense import untied
from hourglass.networks.unet import Reach, unet, unet_reach

__all__ = [
    "Halves",
    "Reach",
    "convolutional_autoencoder",
    "convolutional_classifier",
    "dense_autoencoder",
    "dense_classifier",
    "pooling_autoencoder",
    "pooling_dense_autoencoder",
    "residual",
    "strided_autoencoder",
    "unet",
    "unet_reach",
    "untied",
    "with_log_variance",
]
