"""What a network is built from, and what each network takes where nothing is said."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, ClassVar, Final, Literal

from annotated_types import Ge, Gt, Le, Lt, MaxLen
from pydantic import AllowInfNan

from hourglass.records.layer_graph import LayerGraph

NetworkName = Literal[
    "convolutional", "dense", "pooling", "pooling-dense", "residual", "strided", "unet"
]
ObjectiveName = Literal[
    "plain",
    "denoising",
    "masked",
    "blind-spot",
    "sparse",
    "contractive",
    "variational",
    "classify",
]
# Objectives that hold the code to more than the reconstruction.
CodeObjectiveName = Literal["sparse", "contractive", "variational"]
ActivationName = Literal["elu", "gelu", "linear", "relu", "selu", "sigmoid", "silu", "tanh"]
# A stranger's description is read too, so that no size is open to the top.
Size = Annotated[int, Gt(0), Le(65_536)]
Units = Annotated[tuple[Size, ...], MaxLen(16)]
Channels = Annotated[int, Ge(1), Le(4)]
Words = Annotated[str, MaxLen(200)]
Weight = Annotated[float, AllowInfNan(False), Gt(0)]
Rate = Annotated[float, AllowInfNan(False), Ge(0), Lt(1)]
Activations = Annotated[tuple[ActivationName, ...], MaxLen(16)]
# More classes than this would not fit into a table that someone reads.
Classes = Annotated[int, Ge(2), Le(1000)]
Beta = Annotated[float, AllowInfNan(False), Ge(0)]

LAYERS: Final = "layers"
"""The network of a model that came as a graph of layers; it is brought in, and not asked for."""

FILES: Final = "files"
"""The corruption of images that came noisy: it is in the files, and nothing is added."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NetworkOptions:
    """Sizes of a network.

    Attributes
    ----------
    units
        Widths of the layers from the image to the code: of dense layers, or channels of
        convolutions, with ``pooling-dense`` followed by the width of a dense layer behind the
        code. A dense network may do without.
    latent_dim
        Numbers in the code; ``None`` where a network has none, or its size follows from the
        image.
    activation
        Activation of the hidden layers, by Keras' name.
    code_activation
        Activation of the code; ``None`` for the network's own.
    output_activation
        Activation of the output, ``None`` for the network's own.
    dense_units
        Widths of dense layers between the convolutions and the code, mirrored behind it.
    tied
        Whether a dense decoder takes the transposed weights of its encoder.
    activations
        Activation of each hidden layer of a dense classifier; ``None`` where all have
        ``activation``.
    dropout
        Share of values that a classifier drops while training.
    normalized
        Whether a dense classifier normalizes each hidden layer over the batch.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    units: Units
    latent_dim: Size | None
    activation: ActivationName
    code_activation: ActivationName | None = None
    output_activation: ActivationName | None = None
    dense_units: Units = ()
    tied: bool = False
    activations: Activations | None = None
    dropout: Rate = 0.0
    normalized: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectiveDefaults:
    """What an objective takes where nothing is said; ``None`` for what it does not have."""

    corruption: str | None = None
    sparsity: str | None = None
    penalty: float | None = None
    beta: float | None = None


OBJECTIVES: Mapping[ObjectiveName, ObjectiveDefaults] = MappingProxyType(
    {
        "plain": ObjectiveDefaults(),
        "denoising": ObjectiveDefaults(corruption="gaussian:0.2"),
        "masked": ObjectiveDefaults(corruption="masking:0.5"),
        "blind-spot": ObjectiveDefaults(corruption=FILES),
        "sparse": ObjectiveDefaults(sparsity="l1", penalty=0.01),
        "contractive": ObjectiveDefaults(penalty=0.1),
        "variational": ObjectiveDefaults(beta=1.0),
        "classify": ObjectiveDefaults(),
    }
)


def objective_of(corruption: str | None) -> ObjectiveName:
    """Return what training is for when a corruption is all that is known of it."""
    if corruption is None:
        return "plain"
    return "masked" if corruption.startswith("masking") and "+" not in corruption else "denoising"


NETWORK_DEFAULTS: Mapping[NetworkName, NetworkOptions] = MappingProxyType(
    {
        "convolutional": NetworkOptions(units=(32, 64), latent_dim=64, activation="gelu"),
        "dense": NetworkOptions(units=(128, 64), latent_dim=32, activation="relu"),
        "pooling": NetworkOptions(units=(16, 8), latent_dim=None, activation="relu"),
        "pooling-dense": NetworkOptions(units=(16, 8, 128), latent_dim=None, activation="relu"),
        "residual": NetworkOptions(units=(1024, 1024), latent_dim=None, activation="silu"),
        "strided": NetworkOptions(units=(16, 8), latent_dim=None, activation="relu"),
        "unet": NetworkOptions(units=(32, 64), latent_dim=None, activation="silu"),
    }
)


# The classifiers of these names; they have no code.
CLASSIFIER_DEFAULTS: Mapping[NetworkName, NetworkOptions] = MappingProxyType(
    {
        "convolutional": NetworkOptions(
            units=(32, 48, 72), latent_dim=None, activation="relu", dropout=0.3
        ),
        "dense": NetworkOptions(units=(256, 128, 64), latent_dim=None, activation="relu"),
    }
)


# The layers of a graph say everything themselves.
NO_OPTIONS: Final = NetworkOptions(units=(), latent_dim=None, activation="linear")

# Networks without a bottleneck: they work on windows of an image, so that any size will do.
LOCAL_NETWORKS: frozenset[NetworkName] = frozenset({"unet"})


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelSpec:
    """All that is needed to build a model again, but its weights.

    Attributes
    ----------
    network
        Name of the network; ``layers`` for a graph of layers that a user brought.
    image_shape
        Height, width, channels; height and width are ``None`` where any size will do.
    options
        Sizes of the network.
    corruption
        What the model was trained to undo, in words, or ``files`` for noise that came with the
        images; ``None`` for clean images.
    reconstruction_loss
        What it was trained with, as ``NAME``, or ``NAME:WEIGHT`` joined by ``+``.
    objective
        ``sparse``, ``contractive`` or ``variational`` where the code was held to more than its
        reconstruction, ``blind-spot`` for a denoiser that saw no clean image, ``classify`` for a
        classifier.
    sparsity
        How the code was kept sparse: ``l1``, or ``kl:RATE``.
    penalty
        The weight of what a sparse or contractive code was held to.
    beta
        The weight of the divergence of a variational code from its prior.
    kept
        Share of the noisy image that a blind-spot denoiser mixes into its answer.
    classes
        How many classes a classifier tells apart; ``None`` for all other models.
    layers
        The graph of a network ``layers``; ``None`` for all others.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    network: NetworkName | Literal["layers"]
    image_shape: tuple[Size | None, Size | None, Channels]
    options: NetworkOptions
    corruption: Words | None = None
    reconstruction_loss: Words = "mse"
    objective: CodeObjectiveName | Literal["blind-spot", "classify"] | None = None
    sparsity: Words | None = None
    penalty: Weight | None = None
    beta: Beta | None = None
    kept: Rate = 0.0
    classes: Classes | None = None
    layers: LayerGraph | None = None
