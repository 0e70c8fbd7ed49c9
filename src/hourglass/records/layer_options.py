"""What several kinds of layers are told alike, and how far each number may go.

Names and words are Keras' own. A stranger's description is read too, so that nothing is open to
the top.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Gt, Le, Lt
from pydantic import AllowInfNan

LayerActivation = Literal[
    "celu",
    "elu",
    "exponential",
    "gelu",
    "hard_sigmoid",
    "hard_silu",
    "leaky_relu",
    "linear",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "softsign",
    "tanh",
]
Width = Annotated[int, Ge(1), Le(65_536)]
Side = Annotated[int, Ge(1), Le(512)]
Margin = Annotated[int, Ge(0), Le(4096)]
Number = Annotated[float, AllowInfNan(False), Ge(-1e6), Le(1e6)]
Small = Annotated[float, AllowInfNan(False), Gt(0), Le(1)]
Share = Annotated[float, AllowInfNan(False), Ge(0), Lt(1)]
Spread = Annotated[float, AllowInfNan(False), Ge(0), Le(1e6)]
Sides = tuple[Side, Side]
Margins = tuple[tuple[Margin, Margin], tuple[Margin, Margin]]
Padding = Literal["same", "valid"]


@dataclass(frozen=True, kw_only=True, slots=True)
class LayerOptions:
    """What a layer is told."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Convolution(LayerOptions):
    """What moves a kernel over maps."""

    kernel_size: Sides
    strides: Sides = (1, 1)
    padding: Padding = "valid"
    activation: LayerActivation = "linear"
    use_bias: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Pooling(LayerOptions):
    """What makes one value of each window."""

    pool_size: Sides
    strides: Sides
    padding: Padding = "valid"


@dataclass(frozen=True, kw_only=True, slots=True)
class GlobalPooling(LayerOptions):
    """What makes one value of each map."""

    keepdims: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Dropping(LayerOptions):
    """What leaves out a share of values while training."""

    rate: Share


@dataclass(frozen=True, kw_only=True, slots=True)
class Merging(LayerOptions):
    """What joins several layers into one."""
