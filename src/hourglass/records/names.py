"""Names that users type, and the objects they stand for.

Strings alone, so that ``--help`` can list them and no floor is crossed; a test resolves each.
"""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any

from hourglass.errors import require_known

NETWORKS: Mapping[str, str] = MappingProxyType(
    {
        "convolutional": "hourglass.networks.convolutional:convolutional_autoencoder",
        "dense": "hourglass.networks.dense:dense_autoencoder",
        "pooling": "hourglass.networks.pooling:pooling_autoencoder",
        "pooling-dense": "hourglass.networks.pooling_dense:pooling_dense_autoencoder",
        "residual": "hourglass.networks.residual:residual",
        "strided": "hourglass.networks.strided:strided_autoencoder",
        "unet": "hourglass.networks.unet:unet",
    }
)

# What these networks are for the objective of classifying.
CLASSIFIERS: Mapping[str, str] = MappingProxyType(
    {
        "convolutional": "hourglass.networks.convolutional_classifier:convolutional_classifier",
        "dense": "hourglass.networks.dense_classifier:dense_classifier",
    }
)

CORRUPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "blur": "hourglass.corruption.blur:GaussianBlur",
        "gaussian": "hourglass.corruption.gaussian:GaussianNoise",
        "masking": "hourglass.corruption.patch_masking:PatchMasking",
        "pixel-dropout": "hourglass.corruption.pixel_dropout:PixelDropout",
        "poisson": "hourglass.corruption.poisson:PoissonNoise",
        "salt-and-pepper": "hourglass.corruption.salt_and_pepper:SaltAndPepper",
        "speckle": "hourglass.corruption.speckle:Speckle",
    }
)

LOSSES: Mapping[str, str] = MappingProxyType(
    {
        "bce": "hourglass.losses.binary_cross_entropy:BinaryCrossEntropy",
        "charbonnier": "hourglass.losses.absolute_error:Charbonnier",
        "mae": "hourglass.losses.absolute_error:MeanAbsoluteError",
        "mse": "hourglass.losses.mean_squared_error:MeanSquaredError",
        "ssim": "hourglass.losses.structural_dissimilarity:StructuralDissimilarity",
    }
)

OPTIMIZERS: Mapping[str, str] = MappingProxyType(
    {
        "adam": "keras.optimizers:Adam",
        "adamw": "keras.optimizers:AdamW",
        "nadam": "keras.optimizers:Nadam",
        "rmsprop": "keras.optimizers:RMSprop",
        "sgd": "keras.optimizers:SGD",
    }
)

SCHEDULES: Mapping[str, str] = MappingProxyType(
    {
        "constant": "hourglass.training.schedule:ConstantRate",
        "cosine": "hourglass.training.schedule:WarmupCosine",
    }
)

DATA_SETS: Mapping[str, str] = MappingProxyType(
    {
        "digits": "hourglass.images.digits:load_digits",
        "fashion-mnist": "hourglass.images.named:load_fashion_mnist",
        "fashion-mnist-small": "hourglass.images.sample:load_sample",
        "mnist": "hourglass.images.named:load_mnist",
    }
)


def resolve(what: str, table: Mapping[str, str], name: str) -> Any:
    """Return the object that ``name`` stands for in one of the tables above.

    Parameters
    ----------
    what
        What the table lists, for the error: ``corruption``, ``loss``.
    table
        Names and the places of their objects, as ``module:object``.
    name
        The name that a user typed.

    Raises
    ------
    ConfigurationError
        If the name is not in the table; the nearest is offered.
    """
    module, _, attribute = table[require_known(what, name, table)].partition(":")
    return getattr(import_module(module), attribute)
