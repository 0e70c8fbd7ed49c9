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

#: One pixel is hidden in each cell of so many pixels a side.
CELL: Final = 4
#: A hidden pixel is replaced by one that is at most so many rows and columns away.
REACH: Final = 1

_PLACES: Final = CELL * CELL
_SIDE: Final = 2 * REACH + 1
_NEIGHBORS: Final = _SIDE * _SIDE - 1
# Without a common factor with the numbers of places and neighbors, so that all have their turn.
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
    """Hide one pixel of each 4×4 cell behind a neighbor.

    The neighbor is one of the eight around the pixel and never the pixel itself; beyond the
    border the one on the other side is taken (Krull, Buchholz and Jug 2019, section 3.3).

    Parameters
    ----------
    images
        Shape (batch, height, width, channels).
    chance
        Shape (batch, rows, columns, 2) for as many cells as ``count_cells`` says, in [0, 1):
        where in its cell the pixel lies, and which neighbor it is replaced by. In cells that
        reach over the border the place may be beyond it, and nothing is hidden.
    """
    batch, height, width, channels = ops.shape(images)
    rows, columns = ops.shape(chance)[1:3]
    place = ops.cast(ops.floor(chance[..., 0] * _PLACES), "int32")
    neighbor = ops.cast(ops.floor(chance[..., 1] * _NEIGHBORS), "int32")
    # The middle of the window is the pixel itself, which is left out.
    neighbor = neighbor + ops.cast(neighbor >= _NEIGHBORS // 2, "int32")
    y = ops.arange(rows)[None, :, None] * CELL + place // CELL
    x = ops.arange(columns)[None, None, :] * CELL + place % CELL
    there = _moved(y, neighbor // _SIDE - REACH, height) * width + _moved(
        x, neighbor % _SIDE - REACH, width
    )
    pixels = ops.reshape(images, (batch, height * width, channels))
    found = ops.take_along_axis(pixels, ops.reshape(there, (batch, rows * columns, 1)), axis=1)
    cells = (batch, rows, CELL, columns, CELL, channels)
    found = ops.reshape(found, (batch, rows, 1, columns, 1, channels))
    found = ops.reshape(
        ops.broadcast_to(found, cells), (batch, rows * CELL, columns * CELL, channels)
    )
    numbers = np.arange(_PLACES, dtype="int32").reshape(1, 1, CELL, 1, CELL)
    mask = ops.reshape(
        ops.cast(place[:, :, None, :, None] == numbers, images.dtype),
        (batch, rows * CELL, columns * CELL, 1),
    )[:, :height, :width]
    found = found[:, :height, :width]
    return Hidden(images=images + mask * (found - images), mask=mask)


def count_cells(images: KerasTensor) -> tuple[Any, Any]:
    """Return rows and columns of 4×4 cells that cover images (batch, height, width, channels)."""
    height, width = ops.shape(images)[1:3]
    return (height + CELL - 1) // CELL, (width + CELL - 1) // CELL


def frozen_chance(images: KerasTensor) -> KerasTensor:
    """Return what ``hide_pixels`` takes for a pattern without chance, other for each image.

    Shape (batch, rows, columns, 2), in [0, 1).
    """
    rows, columns = count_cells(images)
    first, second, third = _STRIDES
    number = (
        ops.arange(ops.shape(images)[0])[:, None, None] * first
        + ops.arange(rows)[None, :, None] * second
        + ops.arange(columns)[None, None, :] * third
    )
    places = (ops.cast(number % _PLACES, "float32") + 0.5) / _PLACES
    neighbors = (ops.cast(number % _NEIGHBORS, "float32") + 0.5) / _NEIGHBORS
    return ops.stack([places, neighbors], axis=-1)


def _moved(start: KerasTensor, offset: KerasTensor, size: Any) -> KerasTensor:
    """Return positions ``offset`` away, on the other side where that is beyond the border."""
    end = start + offset
    inside = ops.logical_and(end >= 0, end < size)
    # In images smaller than the window both sides may be beyond it.
    return ops.where(inside, end, start - offset) % size


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
        shape = (ops.shape(seen)[0], *count_cells(seen), 2)
        hidden = hide_pixels(seen, keras.random.uniform(shape, seed=self.places))
        return seen + CELL * self._difference(hidden, seen, training=True)

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
        it (docs/decisions/011-blind-spot-training.md).
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
