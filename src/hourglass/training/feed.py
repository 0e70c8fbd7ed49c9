"""Which images each step sees, and how they get there fast.

The order is a pure function of (seed, step) and the images. On TensorFlow images in memory stay
as they lie at rest and are gathered and scaled inside the graph, which costs a quarter of the
memory and leaves Python out of the loop, and their noise is drawn beside the step. On JAX
positions alone are fed where the steps of an execution are scanned over (see ``scan``).
Elsewhere, and for images in files, NumPy reads the same batches in the same order.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, final

import keras
import numpy as np
from numpy.typing import NDArray

from hourglass.corruption import Corruption
from hourglass.errors import HourglassError
from hourglass.images import ArrayImages, Images

_READ_TOGETHER: Final = 4


@final
class Feed:
    """The batches of a training.

    Parameters
    ----------
    images
        The clean training images.
    batch_size
        Images in a batch; all of them, if there are fewer.
    seed
        What the order follows from.
    seen
        What the network sees in place of the clean images, in the same order; by default these.
    targets
        What the network should give, such as labels of shape (count,), in the same order; by
        default the clean images.
    corruption
        What the feed itself does to the images that the network sees, on TensorFlow alone; the
        noise of a step is what the layer would draw.

    Attributes
    ----------
    steps_per_epoch
        Batches in one pass; the images left over wait for the next pass, which has another order.
    first_step
        The step with which the next iteration starts.
    steps
        How many steps an iteration has.
    scanned
        Whether positions (batch,) are fed in place of images.
    failure
        What went wrong when images were read, where TensorFlow would tell it as its own error.
    """

    def __init__(
        self,
        images: Images,
        batch_size: int,
        seed: int,
        seen: Images | None = None,
        targets: NDArray[np.int64] | None = None,
        corruption: Corruption | None = None,
    ) -> None:
        self.images = images
        self.seen = seen
        # JAX has no integers of 64 bits unless it is told to.
        self.targets = None if targets is None else targets.astype(np.int32)
        self.corruption = corruption
        self.batch_size = min(batch_size, len(images))
        self.seed = seed
        self.steps_per_epoch = len(images) // self.batch_size
        self.first_step = 0
        self.steps = self.steps_per_epoch
        self.scanned = False
        self.failure: HourglassError | None = None
        self._pass = lru_cache(maxsize=2)(self._drawn_pass)

    @property
    def in_memory(self) -> bool:
        """Whether all that is fed lies in arrays."""
        kept = [self.images] if self.seen is None else [self.images, self.seen]
        return all(isinstance(images, ArrayImages) for images in kept)

    def rows(self, first_step: int, steps: int) -> NDArray[np.int64]:
        """Return the positions of the images of some steps, shape (steps, batch_size)."""
        last_step = first_step + steps
        first_pass = first_step // self.steps_per_epoch
        last_pass = -(-last_step // self.steps_per_epoch)
        passes = [self._pass(number) for number in range(first_pass, last_pass)]
        start = first_step - first_pass * self.steps_per_epoch
        return np.concatenate(passes)[start : start + steps]

    def batches(self) -> Any:
        """Return pairs (seen, target) in the form that the backend takes fastest."""
        if keras.backend.backend() == "tensorflow":
            return _tensorflow_batches(self)
        return _Batches(self)

    def each(self) -> Iterator[tuple[Any, Any]]:
        """Yield the batches of one iteration, one by one."""
        batches = self.batches()
        if isinstance(batches, keras.utils.PyDataset):
            yield from (batches[index] for index in range(len(batches)))
        else:
            yield from batches

    def pair(self, row: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[Any]]:
        """Return what is seen and the target of positions (batch,), in NumPy."""
        clean = self.images.read(row)
        seen = clean if self.seen is None else self.seen.read(row)
        return seen, (clean if self.targets is None else self.targets[row])

    def _drawn_pass(self, number: int) -> NDArray[np.int64]:
        positions = self.images.order(self.seed, number)
        whole = self.steps_per_epoch * self.batch_size
        return positions[:whole].reshape(self.steps_per_epoch, self.batch_size)


@final
class _Batches(keras.utils.PyDataset):
    """A feed as a sequence, for every backend."""

    def __init__(self, feed: Feed) -> None:
        super().__init__()
        self._feed = feed

    def __len__(self) -> int:
        return self._feed.steps

    def __getitem__(self, index: int) -> tuple[NDArray[Any], ...]:
        feed = self._feed
        (row,) = feed.rows(feed.first_step + index, 1)
        return (row.astype(np.int32),) if feed.scanned else feed.pair(row)


def _tensorflow_batches(feed: Feed) -> Any:
    """Return a ``tf.data.Dataset`` whose every iteration covers ``feed.steps`` steps."""
    import tensorflow as tf

    def rows(_: Any) -> Any:
        drawn = tf.numpy_function(lambda: feed.rows(feed.first_step, feed.steps), [], tf.int64)
        first = tf.numpy_function(lambda: np.int64(feed.first_step), [], tf.int64)
        rows = tf.data.Dataset.from_tensor_slices(tf.ensure_shape(drawn, [None, feed.batch_size]))
        return rows.enumerate(tf.ensure_shape(first, []))

    # What is read in Python waits for files: some batches are read at a time, and kept in order.
    together = None if feed.in_memory else _READ_TOGETHER
    batches = tf.data.Dataset.from_tensors(0).flat_map(rows)
    batches = batches.map(_pairs_reader(feed), num_parallel_calls=together)
    batches = batches.apply(tf.data.experimental.assert_cardinality(feed.steps))
    # The next batches are gathered, and their noise drawn, while a step computes.
    return batches.prefetch(tf.data.AUTOTUNE)


def _pairs_reader(feed: Feed) -> Any:
    """Return a graph function from step and positions (batch,) to pairs (seen, target)."""
    clean = _reader(feed, feed.images)
    seen = clean if feed.seen is None else _reader(feed, feed.seen)
    label = None if feed.targets is None else _label_reader(feed.targets)

    def pair(step: Any, row: Any) -> tuple[Any, Any]:
        batch = seen(row)
        target = label(row) if label else batch if feed.seen is None else clean(row)
        if feed.corruption is not None:
            batch = feed.corruption.corrupt_for(batch, step)
        return batch, target

    return pair


def _label_reader(labels: NDArray[np.int32]) -> Any:
    """Return a graph function from positions (batch,) to labels (batch,)."""
    import tensorflow as tf

    kept = tf.constant(labels)
    return lambda row: tf.gather(kept, row)


def _reader(feed: Feed, images: Images) -> Any:
    """Return a graph function from positions (batch,) to images (batch, h, w, c) in [0, 1]."""
    import tensorflow as tf

    if isinstance(images, ArrayImages):
        pixels = tf.constant(images.pixels)
        scale = 1.0 if images.pixels.dtype.kind == "f" else 1.0 / np.iinfo(images.pixels.dtype).max
        return lambda row: tf.cast(tf.gather(pixels, row), tf.float32) * scale

    def in_python(row: NDArray[np.int64]) -> NDArray[np.float32]:
        try:
            return images.read(row)
        except HourglassError as error:
            feed.failure = error
            raise

    def read(row: Any) -> Any:
        batch = tf.numpy_function(in_python, [row], tf.float32)
        return tf.ensure_shape(batch, [row.shape[0], *images.shape])

    return read
