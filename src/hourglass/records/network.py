"""What a network is built from, and what each network takes where nothing is said."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Gt, Le, Len, MaxLen

NetworkName = Literal["convolutional", "dense", "unet"]
ActivationName = Literal["elu", "gelu", "linear", "relu", "selu", "sigmoid", "silu", "tanh"]
# A stranger's description is read too, so that no size is open to the top.
Size = Annotated[int, Gt(0), Le(65_536)]
Units = Annotated[tuple[Size, ...], Len(1, 16)]
Channels = Annotated[int, Ge(1), Le(4)]
Words = Annotated[str, MaxLen(200)]


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkOptions:
    """Sizes of a network.

    Attributes
    ----------
    units
        Widths of the layers from the image to the code: of dense layers, or channels of
        convolutions.
    latent_dim
        Numbers in the code; ``None`` where a network has none.
    activation
        Activation of the hidden layers, by Keras' name.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    units: Units
    latent_dim: Size | None
    activation: ActivationName


NETWORK_DEFAULTS: Mapping[NetworkName, NetworkOptions] = MappingProxyType(
    {
        "convolutional": NetworkOptions(units=(32, 64), latent_dim=64, activation="gelu"),
        "dense": NetworkOptions(units=(128, 64), latent_dim=32, activation="relu"),
        "unet": NetworkOptions(units=(32, 64), latent_dim=None, activation="silu"),
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelSpec:
    """All that is needed to build a model again, but its weights.

    Attributes
    ----------
    network
        Name of the network.
    image_shape
        Height, width, channels; height and width are ``None`` where any size will do.
    options
        Sizes of the network.
    corruption
        What the model was trained to undo, in words; ``None`` for clean images.
    reconstruction_loss
        What it was trained with, as ``NAME``, or ``NAME:WEIGHT`` joined by ``+``.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    network: NetworkName
    image_shape: tuple[Size | None, Size | None, Channels]
    options: NetworkOptions
    corruption: Words | None = None
    reconstruction_loss: Words = "mse"
