"""What every kind of images promises, wherever its pixels lie."""

import abc
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError, printable
from hourglass.seeds import order

Shape = tuple[int | None, int | None, int]


class Images(abc.ABC):
    """Images in their one canonical form: checked once, then read in any order.

    At rest the pixels may lie anywhere and in any of three types; ``read`` always gives
    float32 in [0, 1], so that nothing further inside checks or scales them again.
    """

    @abc.abstractmethod
    def __len__(self) -> int:
        """Return the number of images."""

    @property
    @abc.abstractmethod
    def shape(self) -> Shape:
        """Height, width and channels of each image; ``None`` where a size is open."""

    @property
    @abc.abstractmethod
    def dtype(self) -> np.dtype[Any]:
        """Type of the pixels at rest: uint8, uint16 or float32."""

    @property
    @abc.abstractmethod
    def labels(self) -> NDArray[np.int64] | None:
        """Class of each image, shape (count,), or ``None`` for images without classes."""

    @property
    @abc.abstractmethod
    def class_names(self) -> tuple[str, ...] | None:
        """Names of the classes, where they have any; label i is the i-th name."""

    @property
    @abc.abstractmethod
    def fingerprint(self) -> str:
        """SHA-256 of shape, type, pixels at rest and labels, as ``fingerprint_of`` makes it.

        Where the pixels lie in files, digests stand for them.
        """

    @property
    def sides(self) -> NDArray[np.int64]:
        """Height and width of each image, shape (count, 2)."""
        height, width, _ = self.shape
        return np.broadcast_to(np.array([height or 0, width or 0]), (len(self), 2))

    @abc.abstractmethod
    def at_rest(self, index: int) -> NDArray[Any]:
        """Return one image as it lies at rest, shape (height, width, channels), not to be changed.

        Other than ``read`` it takes an image of a set whose sizes are open.
        """

    @abc.abstractmethod
    def read(self, indices: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the images at ``indices``, in that order.

        Parameters
        ----------
        indices
            Positions, shape (n,); one may come more than once.

        Returns
        -------
        NDArray
            A fresh array of shape (n, height, width, channels) in [0, 1].
        """

    @abc.abstractmethod
    def take(self, indices: NDArray[np.int64]) -> "Images":
        """Return the images at ``indices`` with their labels, as images of the same kind."""

    def order(self, seed: int, number: int) -> NDArray[np.int64]:
        """Return the order in which a pass of a training visits the images, shape (count,).

        It follows from the seed, the number of the pass and the images alone.
        """
        return order(seed, number, len(self))

    @final
    @property
    def bytes_at_rest(self) -> int:
        """Size of all pixels at rest."""
        return int(self.sides.prod(axis=1).sum()) * self.shape[2] * self.dtype.itemsize

    @final
    def read_all(self) -> NDArray[np.float32]:
        """Return all images, shape (count, height, width, channels) in [0, 1]."""
        return self.read(np.arange(len(self)))


def fingerprint_of(
    shape: Shape,
    dtype: np.dtype[Any],
    pixels: Iterable[NDArray[Any]],
    labels: NDArray[np.int64] | None,
) -> str:
    """Return the SHA-256 that names a set of images, equal for equal images on every machine.

    Parameters
    ----------
    shape, dtype
        As the images give them.
    pixels
        The pixels at rest, in order, in pieces of any length.
    labels
        Shape (count,), or ``None``.
    """
    digest = hashlib.sha256(f"{shape} {dtype.name}".encode())
    for piece in pixels:
        digest.update(_bytes(piece))
    if labels is not None:
        digest.update(b"labels")
        digest.update(_bytes(labels))
    return digest.hexdigest()


def _bytes(array: NDArray[Any]) -> memoryview:
    return np.ascontiguousarray(array, array.dtype.newbyteorder("<")).data


def shown_names(names: Sequence[str] | None) -> tuple[str, ...] | None:
    """Return the names of classes as text that every table, figure and file can hold.

    Raises
    ------
    DataError
        If two names are one then: their scores could not be told apart.
    """
    if names is None:
        return None
    shown = tuple(printable(str(name)) for name in names)
    if len(set(shown)) < len(set(names)):
        twice = next(name for name in shown if shown.count(name) > 1)
        raise DataError(f"Two classes would both be shown as {twice}. Rename one of their folders.")
    return shown
