"""A residual U-Net that takes and gives images of any height and width."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, final

import keras
from keras import KerasTensor, layers, ops

from hourglass.networks.halves import ImageShape
from hourglass.networks.initial import he_normal
from hourglass.records import NETWORK_DEFAULTS

_DEFAULT: Final = NETWORK_DEFAULTS["unet"]
# One block at the outer sizes and two at the smallest, where a pixel is cheap, was the best of
# the shapes that were measured; see docs/decisions/003-default-denoiser.md.
_OUTER_BLOCKS: Final = 1
_INNER_BLOCKS: Final = 2
# Far enough from 0 and 1 for a gradient, near enough to leave black black to the eye.
_MARGIN: Final = 0.02
# A block has two 3×3 convolutions, each of which looks one pixel of its maps further.
_BLOCK_RADIUS: Final = 2


class Reach(NamedTuple):
    """How far a local network looks.

    Attributes
    ----------
    multiple
        Pixels that become one at the smallest size of the maps: windows of an image have to
        begin at multiples of it to be halved as the whole image is.
    margin
        Pixels, a multiple of ``multiple``: what lies further than this beyond a window that
        begins and ends at multiples has no influence on the window.
    """

    multiple: int
    margin: int


def unet(
    image_shape: ImageShape,
    *,
    units: Sequence[int] = _DEFAULT.units,
    activation: str = _DEFAULT.activation,
    probabilities: bool = False,
    seed: int = 0,
) -> keras.Model:
    """Build a residual U-Net that maps images to images of the same size.

    It adds a correction to its input. The last convolution of each residual branch and of the
    output starts at zero (Zhang, Dauphin and Ma 2019), so that an untrained network gives its
    input back. Halving and doubling are 2×2 convolutions of stride 2, so that all work is done
    at half size and below (U-Net: Ronneberger et al. 2015; residual blocks: He et al. 2016).
    Every layer is local: each output pixel sees a window of its input and nothing else.

    Parameters
    ----------
    image_shape
        Height, width, channels; height and width may be ``None``.
    units
        Channels at each size; each entry halves height and width once.
    activation
        Activation inside the residual blocks.
    probabilities
        Add the correction to the logit of the input and end in a sigmoid, as a cross-entropy
        needs it: at an output of exactly 0 or 1 it has no gradient.
    seed
        Where the weights start from.
    """
    channels = image_shape[2]
    images = keras.Input(image_shape, name="images")
    maps = PadToMultiple(2 ** len(units), name="pad")(images)
    skips = []
    for depth, width in enumerate(units, start=1):
        maps = _halved(maps, width, f"down_{depth}", seed)
        blocks = _INNER_BLOCKS if depth == len(units) else _OUTER_BLOCKS
        maps = _blocks(maps, blocks, activation, f"down_{depth}", seed)
        skips.append(maps)
    for depth in range(len(units) - 1, 0, -1):
        name = f"up_{depth}"
        maps = _doubled(maps, units[depth - 1], name, he_normal(seed, name))
        maps = layers.Add(name=f"{name}_skip")([maps, skips[depth - 1]])
        maps = _blocks(maps, _OUTER_BLOCKS, activation, name, seed)
    correction = _doubled(maps, channels, "correction", keras.initializers.Zeros())
    correction = CropLike(name="crop")([correction, images])
    if not probabilities:
        output = layers.Add(name="output")([images, correction])
        return keras.Model(images, output, name="network")
    logits = layers.Add(name="logits")([Logit(name="logit")(images), correction])
    output = layers.Activation("sigmoid", name="output")(logits)
    return keras.Model(images, output, name="network")


def unet_reach(units: Sequence[int]) -> Reach:
    """Return how far a U-Net looks, from its layers alone.

    Followed from the output to the input: a block looks two pixels of its maps further, and what
    is needed of larger maps is rounded up to whole pixels of the smaller ones they come from.

    Parameters
    ----------
    units
        Channels at each size, as ``unet`` takes them.
    """
    depths = range(1, len(units))
    outer = _OUTER_BLOCKS * _BLOCK_RADIUS
    needed = 0
    for depth in depths:
        needed = _rounded_up(needed, 2**depth) + outer * 2**depth
    multiple = 2 ** len(units)
    needed = _rounded_up(needed, multiple) + _INNER_BLOCKS * _BLOCK_RADIUS * multiple
    needed += sum(outer * 2**depth for depth in depths)
    return Reach(multiple, _rounded_up(needed, multiple))


def _rounded_up(size: Any, multiple: int) -> Any:
    return (size + multiple - 1) // multiple * multiple


def _blocks(maps: KerasTensor, count: int, activation: str, name: str, seed: int) -> KerasTensor:
    for number in range(1, count + 1):
        maps = _residual(maps, activation, f"{name}_block_{number}", seed)
    return maps


def _residual(maps: KerasTensor, activation: str, name: str, seed: int) -> KerasTensor:
    """Add what two 3×3 convolutions find; nothing at the start of training."""
    width = maps.shape[-1]
    branch = layers.Conv2D(
        width,
        3,
        padding="same",
        activation=activation,
        kernel_initializer=he_normal(seed, f"{name}_first"),
        name=f"{name}_first",
    )(maps)
    branch = layers.Conv2D(
        width, 3, padding="same", kernel_initializer="zeros", name=f"{name}_second"
    )(branch)
    return layers.Add(name=name)([maps, branch])


def _halved(maps: KerasTensor, width: int, name: str, seed: int) -> KerasTensor:
    return layers.Conv2D(width, 2, strides=2, kernel_initializer=he_normal(seed, name), name=name)(
        maps
    )


def _doubled(
    maps: KerasTensor, width: int, name: str, initializer: keras.initializers.Initializer
) -> KerasTensor:
    return layers.Conv2DTranspose(width, 2, strides=2, kernel_initializer=initializer, name=name)(
        maps
    )


@final
@keras.saving.register_keras_serializable("hourglass")
class PadToMultiple(layers.Layer):
    """Repeat the last row and column until height and width are multiples of ``multiple``.

    Repeated pixels look like the image; a border of zeros would be denoised into it.
    """

    def __init__(self, multiple: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.multiple = multiple

    def call(self, images: KerasTensor) -> KerasTensor:
        """Return padded images (batch, height, width, channels)."""
        for axis in (1, 2):
            size = images.shape[axis]
            if size is None or size % self.multiple:
                images = self._repeat_edge(images, axis)
        return images

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the padded shape; an open size stays open."""
        batch, height, width, channels = input_shape
        return batch, self._padded(height), self._padded(width), channels

    def get_config(self) -> dict[str, Any]:
        """Return what Keras needs to build this layer again."""
        return {**super().get_config(), "multiple": self.multiple}

    def _repeat_edge(self, images: KerasTensor, axis: int) -> KerasTensor:
        size = ops.shape(images)[axis]
        positions = ops.minimum(ops.arange(self._padded(size)), size - 1)
        return ops.take(images, positions, axis=axis)

    def _padded(self, size: Any) -> Any:
        if size is None:
            return None
        return _rounded_up(size, self.multiple)


@final
@keras.saving.register_keras_serializable("hourglass")
class Logit(layers.Layer):
    """Return log(x / (1 − x)) of images brought into [0.02, 0.98] first."""

    def call(self, images: KerasTensor) -> KerasTensor:
        """Return logits (batch, height, width, channels), at most 3.9 away from zero."""
        inside = ops.clip(images, _MARGIN, 1.0 - _MARGIN)
        return ops.log(inside) - ops.log(1.0 - inside)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the images."""
        return input_shape


@final
@keras.saving.register_keras_serializable("hourglass")
class CropLike(layers.Layer):
    """Cut the first input to height and width of the second."""

    def call(self, inputs: list[KerasTensor]) -> KerasTensor:
        """Return the upper left part of the first input, as large as the second."""
        maps, like = inputs
        if maps.shape[1:3] == like.shape[1:3] and None not in maps.shape[1:3]:
            return maps
        height, width = ops.shape(like)[1:3]
        return maps[:, :height, :width, :]

    def compute_output_shape(
        self, input_shape: list[tuple[int | None, ...]]
    ) -> tuple[int | None, ...]:
        """Return the first input's shape with height and width of the second."""
        maps, like = input_shape
        return maps[0], like[1], like[2], maps[3]
