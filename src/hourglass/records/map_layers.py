"""Layers for maps of height, width and channels."""

from dataclasses import dataclass
from typing import Literal

from hourglass.records.layer_options import (
    Convolution,
    GlobalPooling,
    LayerOptions,
    Margins,
    Pooling,
    Side,
    Sides,
    Width,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Conv2D(Convolution):
    """A convolution."""

    kind: Literal["Conv2D"] = "Conv2D"
    filters: Width
    dilation_rate: Sides = (1, 1)
    groups: Width = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Conv2DTranspose(Convolution):
    """The gradient of a convolution, which enlarges where that one would shrink."""

    kind: Literal["Conv2DTranspose"] = "Conv2DTranspose"
    filters: Width


@dataclass(frozen=True, kw_only=True, slots=True)
class SeparableConv2D(Convolution):
    """A convolution of each channel, then one over channels."""

    kind: Literal["SeparableConv2D"] = "SeparableConv2D"
    filters: Width
    depth_multiplier: Side = 1
    dilation_rate: Sides = (1, 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class DepthwiseConv2D(Convolution):
    """A convolution of each channel."""

    kind: Literal["DepthwiseConv2D"] = "DepthwiseConv2D"
    depth_multiplier: Side = 1
    dilation_rate: Sides = (1, 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class MaxPooling2D(Pooling):
    """The largest value of each window."""

    kind: Literal["MaxPooling2D"] = "MaxPooling2D"


@dataclass(frozen=True, kw_only=True, slots=True)
class AveragePooling2D(Pooling):
    """The mean of each window."""

    kind: Literal["AveragePooling2D"] = "AveragePooling2D"


@dataclass(frozen=True, kw_only=True, slots=True)
class GlobalMaxPooling2D(GlobalPooling):
    """The largest value of each channel."""

    kind: Literal["GlobalMaxPooling2D"] = "GlobalMaxPooling2D"


@dataclass(frozen=True, kw_only=True, slots=True)
class GlobalAveragePooling2D(GlobalPooling):
    """The mean of each channel."""

    kind: Literal["GlobalAveragePooling2D"] = "GlobalAveragePooling2D"


@dataclass(frozen=True, kw_only=True, slots=True)
class UpSampling2D(LayerOptions):
    """Each pixel several times, or what lies between pixels."""

    kind: Literal["UpSampling2D"] = "UpSampling2D"
    size: Sides
    interpolation: Literal["nearest", "bilinear"] = "nearest"


@dataclass(frozen=True, kw_only=True, slots=True)
class ZeroPadding2D(LayerOptions):
    """Zeros around the maps."""

    kind: Literal["ZeroPadding2D"] = "ZeroPadding2D"
    padding: Margins


@dataclass(frozen=True, kw_only=True, slots=True)
class Cropping2D(LayerOptions):
    """Maps without their margin."""

    kind: Literal["Cropping2D"] = "Cropping2D"
    cropping: Margins
