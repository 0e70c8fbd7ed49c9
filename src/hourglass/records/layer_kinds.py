"""The layers that a network of a user's own may be made of, each with what it is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Literal, get_args

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic import AllowInfNan, Field

from hourglass.records.layer_options import (
    Dropping,
    LayerActivation,
    LayerOptions,
    Merging,
    Number,
    Small,
    Spread,
    Width,
)
from hourglass.records.map_layers import (
    AveragePooling2D,
    Conv2D,
    Conv2DTranspose,
    Cropping2D,
    DepthwiseConv2D,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
    SeparableConv2D,
    UpSampling2D,
    ZeroPadding2D,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Dense(LayerOptions):
    """Every input value to every unit, along the last axis."""

    kind: Literal["Dense"] = "Dense"
    units: Width
    activation: LayerActivation = "linear"
    use_bias: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Flatten(LayerOptions):
    """All values in one axis."""

    kind: Literal["Flatten"] = "Flatten"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reshape(LayerOptions):
    """The same values along other axes."""

    kind: Literal["Reshape"] = "Reshape"
    target_shape: Annotated[tuple[Annotated[int, Ge(1), Le(1 << 30)], ...], MinLen(1), MaxLen(4)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Activation(LayerOptions):
    """One of the activations that have nothing to set."""

    kind: Literal["Activation"] = "Activation"
    activation: LayerActivation


@dataclass(frozen=True, kw_only=True, slots=True)
class ReLU(LayerOptions):
    """A rectifier with a slope below, and a ceiling."""

    kind: Literal["ReLU"] = "ReLU"
    max_value: Spread | None = None
    negative_slope: Spread = 0.0
    threshold: Spread = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class LeakyReLU(LayerOptions):
    """A rectifier with a slope below zero."""

    kind: Literal["LeakyReLU"] = "LeakyReLU"
    negative_slope: Spread = 0.3


@dataclass(frozen=True, kw_only=True, slots=True)
class PReLU(LayerOptions):
    """A rectifier whose slopes below zero are weights."""

    kind: Literal["PReLU"] = "PReLU"
    shared_axes: Annotated[tuple[Annotated[int, Ge(1), Le(3)], ...], MaxLen(3)] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ELU(LayerOptions):
    """A rectifier with an exponential below zero."""

    kind: Literal["ELU"] = "ELU"
    alpha: Spread = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Softmax(LayerOptions):
    """Shares along the last axis."""

    kind: Literal["Softmax"] = "Softmax"


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchNormalization(LayerOptions):
    """Each channel by what was its mean and variance in training."""

    kind: Literal["BatchNormalization"] = "BatchNormalization"
    momentum: Annotated[float, AllowInfNan(False), Ge(0), Le(1)] = 0.99
    epsilon: Small = 1e-3
    center: bool = True
    scale: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class LayerNormalization(LayerOptions):
    """The last axis by its own mean and variance."""

    kind: Literal["LayerNormalization"] = "LayerNormalization"
    epsilon: Small = 1e-3
    center: bool = True
    scale: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Dropout(Dropping):
    """Values that are left out while training."""

    kind: Literal["Dropout"] = "Dropout"


@dataclass(frozen=True, kw_only=True, slots=True)
class SpatialDropout2D(Dropping):
    """Maps that are left out while training."""

    kind: Literal["SpatialDropout2D"] = "SpatialDropout2D"


@dataclass(frozen=True, kw_only=True, slots=True)
class GaussianDropout(Dropping):
    """Factors around one while training."""

    kind: Literal["GaussianDropout"] = "GaussianDropout"


@dataclass(frozen=True, kw_only=True, slots=True)
class GaussianNoise(LayerOptions):
    """Noise while training."""

    kind: Literal["GaussianNoise"] = "GaussianNoise"
    stddev: Spread


@dataclass(frozen=True, kw_only=True, slots=True)
class Rescaling(LayerOptions):
    """Values times a scale, plus an offset."""

    kind: Literal["Rescaling"] = "Rescaling"
    scale: Number
    offset: Number = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Add(Merging):
    """The sum."""

    kind: Literal["Add"] = "Add"


@dataclass(frozen=True, kw_only=True, slots=True)
class Average(Merging):
    """The mean."""

    kind: Literal["Average"] = "Average"


@dataclass(frozen=True, kw_only=True, slots=True)
class Maximum(Merging):
    """The largest."""

    kind: Literal["Maximum"] = "Maximum"


@dataclass(frozen=True, kw_only=True, slots=True)
class Multiply(Merging):
    """The product."""

    kind: Literal["Multiply"] = "Multiply"


@dataclass(frozen=True, kw_only=True, slots=True)
class Subtract(Merging):
    """The first less the second."""

    kind: Literal["Subtract"] = "Subtract"


@dataclass(frozen=True, kw_only=True, slots=True)
class Concatenate(Merging):
    """One behind the other along the last axis."""

    kind: Literal["Concatenate"] = "Concatenate"


LayerKind = (
    Activation
    | Add
    | Average
    | AveragePooling2D
    | BatchNormalization
    | Concatenate
    | Conv2D
    | Conv2DTranspose
    | Cropping2D
    | Dense
    | DepthwiseConv2D
    | Dropout
    | ELU
    | Flatten
    | GaussianDropout
    | GaussianNoise
    | GlobalAveragePooling2D
    | GlobalMaxPooling2D
    | LayerNormalization
    | LeakyReLU
    | MaxPooling2D
    | Maximum
    | Multiply
    | PReLU
    | ReLU
    | Rescaling
    | Reshape
    | SeparableConv2D
    | Softmax
    | SpatialDropout2D
    | Subtract
    | UpSampling2D
    | ZeroPadding2D
)
Layer = Annotated[LayerKind, Field(discriminator="kind")]
LAYER_KINDS: Mapping[str, type[LayerKind]] = MappingProxyType(
    {kind.__name__: kind for kind in get_args(LayerKind)}
)
