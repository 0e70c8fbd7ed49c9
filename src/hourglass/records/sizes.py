"""Which sizes of images and layers a network can have; integers alone, no Keras."""

from collections.abc import Sequence

from hourglass.errors import ConfigurationError, ImageShapeError

ImageShape = tuple[int | None, int | None, int]
FixedShape = tuple[int, int, int]


def require_fixed(image_shape: ImageShape, network: str, *, any_size: str = "unet") -> FixedShape:
    """Return ``image_shape`` if its height and width are known.

    Parameters
    ----------
    image_shape
        Height, width, channels.
    network
        Which network asks, for the error.
    any_size
        The network of the same task that takes images of any size.

    Raises
    ------
    ImageShapeError
        If one of them is open.
    """
    height, width, channels = image_shape
    if height is None or width is None:
        raise ImageShapeError(
            f"The {network} network needs images of one size; these have shape {image_shape}. "
            f"Bring them to one size, or choose network {any_size}, which takes any."
        )
    return height, width, channels


def require_multiple(image_shape: ImageShape, multiple: int, network: str) -> FixedShape:
    """Return ``image_shape`` if its height and width are known and can be halved evenly.

    Raises
    ------
    ImageShapeError
        If one of them is open or not a multiple of ``multiple``.
    """
    height, width, channels = require_fixed(image_shape, network)
    if height % multiple or width % multiple:
        raise ImageShapeError(
            f"The {network} network needs a height and a width that are multiples of {multiple}; "
            f"these images are {height}×{width}. Crop or resize them, or choose network "
            "convolutional, which takes any size."
        )
    return height, width, channels


def channels_and_width(units: Sequence[int], network: str) -> tuple[Sequence[int], int]:
    """Return the channels of convolutions and the width of the dense layer that follows them.

    Raises
    ------
    ConfigurationError
        If there is no convolution or no width.
    """
    *channels, width = units or (0,)
    if not channels:
        raise ConfigurationError(
            f"The {network} network needs the channels of one convolution or more and then the "
            f"width of a dense layer, such as units 16 8 128; {list(units)} was given."
        )
    return channels, width
