"""A denoiser that is trained on noisy images alone."""

from collections.abc import Mapping
from itertools import product
from typing import Any, Final, NamedTuple, final

import keras
import numpy as np
from keras import KerasTensor, ops

from hourglass.errors import ConfigurationError, require_fraction
from hourglass.losses import MeanSquaredError
from hourglass.models.base import ImageModel

_SIDE: Final = 2
_PLACES: Final = _SIDE * _SIDE
# What the difference of a hidden pixel is stretched by: the root of how many are not.
_STRETCH: Final = float(_SIDE)
# Odd and without a common factor with 3, so that all places and all others have their turn.
_STRIDES: Final = (7, 5, 11)


class Hidden(NamedTuple):
    """Images whose pixels are hidden here and there.

    Attributes
    ----------
    images
        Shape (batch, height, width, channels); hidden pixels have another pixel's values.
    mask
        Shape (batch, height, width, 1): 1 where a pixel is hidden and 0 elsewhere.
    """

    images: KerasTensor
    mask: KerasTensor


def hide_pixels(images: KerasTensor, chance: KerasTensor) -> Hidden:
    """Hide one pixel of each 2×2 block behind another one of its block.

    A neighbor stands in its place (Krull, Buchholz and Jug 2019, section 3.3), and never one that
    is hidden itself: what is asked for is seen nowhere in the image.

    Parameters
    ----------
    images
        Shape (batch, height, width, channels), at least 2 pixels a side. A block that reaches
        over the border is filled with the pixels before it.
    chance
        Shape (batch, rows, columns, 2) for as many blocks as ``count_blocks`` says, in [0, 1):
        which pixel of its block is hidden, and which of the three others stands in its place. A
        place may lie beyond the border, and nothing is hidden then.
    """
    batch, height, width, channels = ops.shape(images)
    rows, columns = ops.shape(chance)[1:3]
    whole = ((0, 0), (0, height % _SIDE), (0, width % _SIDE), (0, 0))
    grid = (batch, rows, _SIDE, columns, _SIDE, channels)
    blocks = ops.reshape(ops.pad(images, whole, mode="reflect"), grid)
    blocks = ops.transpose(blocks, (0, 1, 3, 2, 4, 5))  # (b, rows, columns, 2, 2, c)
    blocks = ops.reshape(blocks, (batch, rows, columns, _PLACES, channels))
    place = ops.cast(ops.floor(chance[..., 0] * _PLACES), "int32")
    other = place + 1 + ops.cast(ops.floor(chance[..., 1] * (_PLACES - 1)), "int32")
    mask = ops.one_hot(place, _PLACES, dtype=images.dtype)[..., None]
    source = ops.one_hot(other % _PLACES, _PLACES, dtype=images.dtype)[..., None]
    found = ops.sum(source * blocks, axis=3, keepdims=True)

    def joined(parts: KerasTensor, depth: Any) -> KerasTensor:
        parts = ops.reshape(parts, (batch, rows, columns, _SIDE, _SIDE, depth))
        parts = ops.transpose(parts, (0, 1, 3, 2, 4, 5))  # (b, rows, 2, columns, 2, depth)
        parts = ops.reshape(parts, (batch, rows * _SIDE, columns * _SIDE, depth))
        return parts[:, :height, :width]

    return Hidden(images=joined(blocks + mask * (found - blocks), channels), mask=joined(mask, 1))


def count_blocks(images: KerasTensor) -> tuple[Any, Any]:
    """Return rows and columns of 2×2 blocks that cover images (batch, height, width, channels)."""
    height, width = ops.shape(images)[1:3]
    return (height + _SIDE - 1) // _SIDE, (width + _SIDE - 1) // _SIDE


def frozen_chance(images: KerasTensor) -> KerasTensor:
    """Return what ``hide_pixels`` takes for a pattern without chance, other for each image.

    Shape (batch, rows, columns, 2), in [0, 1).
    """
    rows, columns = count_blocks(images)
    first, second, third = _STRIDES
    number = (
        ops.arange(ops.shape(images)[0])[:, None, None] * first
        + ops.arange(rows)[None, :, None] * second
        + ops.arange(columns)[None, None, :] * third
    )
    shares = [
        (ops.cast(number % count, "float32") + 0.5) / count for count in (_PLACES, _PLACES - 1)
    ]
    return ops.stack(shares, axis=-1)


@final
class BlindSpotDenoiser(ImageModel):
    """Hide pixels, and learn to tell them from what lies around them.

    The target of an image is the image itself, noise and all: where the noise of a pixel says
    nothing about that of its neighbors and has mean zero, the best guess at a hidden noisy pixel
    is the clean one (Noise2Void: Krull, Buchholz and Jug 2019; Noise2Self: Batson and Royer 2019,
    proposition 1). Only hidden pixels are compared.

    Validation hides a pattern that never changes. Its loss is the squared error on held-out
    noisy pixels, on average the error against the clean pixels plus the variance of the noise
    (Batson and Royer 2019, equation 3).

    The answer knows of a pixel what its neighbors tell. What the noisy pixel itself tells is mixed
    in afterwards, by a share that is chosen once the network is trained (``keep``).

    Parameters
    ----------
    network
        From images to images of the same size.
    kept
        Share of the noisy image in the answer, below 1.
    seed
        Where the choice of the hidden pixels starts from.
    **kwargs
        ``corruption`` and ``reconstruction_loss``, as every model takes them.

    Raises
    ------
    ConfigurationError
        If the loss is not the squared error: others are not lowest at the mean; or if the share
        does not lie in [0, 1].
    """

    def __init__(
        self, network: keras.Model, *, kept: float = 0.0, seed: int = 0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if not isinstance(self.reconstruction_loss, MeanSquaredError):
            raise ConfigurationError(
                "Blind-spot training takes the loss mse and no other, because noise averages out "
                f"in it; {self.reconstruction_loss.name} was given. Leave the loss out."
            )
        self.network = network
        self.kept = require_fraction("kept", kept)
        self.seed = seed
        self.places = keras.random.SeedGenerator(seed)

    @property
    def parts(self) -> Mapping[str, keras.Model]:
        """The network."""
        return {"network": self.network}

    @property
    def draws_in_training(self) -> bool:
        """Whether a step draws random numbers: it draws the hidden pixels."""
        return True

    def keep(self, share: float) -> None:
        """Mix a share of the noisy image into every answer from now on.

        Raises
        ------
        ConfigurationError
            If it does not lie in [0, 1].
        """
        self.kept = require_fraction("kept", share)
        # What was traced mixes in what was kept before.
        self.test_function = self.predict_function = None

    def set_step(self, step: int) -> None:
        """Let the next call in training hide the pixels of ``step``."""
        super().set_step(step)
        self.places.state.assign(np.array([self.seed, step], dtype="uint32"))

    def rebuild(self, seen: KerasTensor, training: bool) -> KerasTensor:
        """Return the repaired images; in training an output whose error is that of hidden pixels.

        Against ``seen`` its mean squared error over all pixels is on average that over the
        hidden ones: their errors are stretched, and all others are zero.
        """
        if not training:
            answer = self._mean_answer(seen)
            return answer + self.kept * (seen - answer)
        shape = (ops.shape(seen)[0], *count_blocks(seen), 2)
        hidden = hide_pixels(seen, keras.random.uniform(shape, seed=self.places))
        return seen + _STRETCH * self._difference(hidden, seen, training=True)

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """Return the loss: outside of training the error of pixels that are hidden for it."""
        if training:
            return super().compute_loss(x, y, y_pred, sample_weight, training)
        hidden = hide_pixels(x, frozen_chance(x))
        squares = ops.square(self._difference(hidden, y, training=False))
        return ops.sum(squares) / (ops.sum(hidden.mask) * ops.shape(x)[-1])

    def _mean_answer(self, seen: KerasTensor) -> KerasTensor:
        """Return the mean of what the network makes of images that lie one pixel apart.

        A network that halves images sees them in blocks of 2×2 pixels, and what it learned of
        single noisy pixels changes with the blocks; the mean over their four places has less of
        it (docs/decisions/014-blind-spot-training.md).
        """
        if None not in self.network.input_shape[1:3]:
            return self.network(seen, training=False)
        height, width = ops.shape(seen)[1:3]
        answers = []
        for down, right in product((0, 1), repeat=2):
            edges = ((0, 0), (down, 0), (right, 0), (0, 0))
            moved = ops.pad(seen, edges, mode="symmetric") if down or right else seen
            answer = self.network(moved, training=False)
            answers.append(answer[:, down : down + height, right : right + width])
        return sum(answers) / len(answers)

    def _difference(self, hidden: Hidden, target: KerasTensor, training: bool) -> KerasTensor:
        """Return how far the hidden pixels are from the target, 0 elsewhere."""
        return hidden.mask * (self.network(hidden.images, training=training) - target)
