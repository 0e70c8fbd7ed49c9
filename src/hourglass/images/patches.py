"""Patches that are cut from images where they are asked for."""

import hashlib
from functools import cached_property
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

from hourglass.images.files import FileImages, run_shared
from hourglass.images.memory import as_unit_range
from hourglass.images.promise import Images, Shape
from hourglass.records import Sides
from hourglass.seeds import derive, generator

MOST_PATCHES: Final = 1 << 20

# While the patches of one block are read, the images of the next have room beside it.
_BLOCKS_IN_CACHE: Final = 2
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_DRAWS: Final = 3


@final
class PatchImages(Images):
    """Patches of one size, cut from images of any size.

    An image gives as many as its area holds, but at least one. Where patch i lies follows from
    the seed, i and the sizes of the images alone: over two folders with images of equal sizes
    the same places are cut. An image smaller than a patch is mirrored at its edges.

    Parameters
    ----------
    images
        What is cut.
    size
        Side of a square patch, or height and width, in pixels.
    seed
        What the places follow from.
    density
        How often a pixel is covered on average, where ``most`` allows it.
    most
        Patches at most. If there are more images than that, some give none.
    symmetries
        Whether each patch is turned and mirrored in one of the ways that keep its shape: eight
        for a square.
    indices
        Which of these patches, shape (count,); by default all.
    """

    def __init__(
        self,
        images: Images,
        size: int | Sides,
        *,
        seed: int,
        density: float = 1.0,
        most: int = MOST_PATCHES,
        symmetries: bool = False,
        indices: NDArray[np.int64] | None = None,
    ) -> None:
        self._images, self._seed, self._symmetries = images, seed, symmetries
        self._sides: Sides = (size, size) if isinstance(size, int) else size
        self._density, self._most = density, most
        self._image_sides = images.sides
        counts = patches_of_each(self._image_sides, self._sides, density, most, seed)
        self._ends = np.cumsum(counts)
        self._indices = np.arange(int(self._ends[-1])) if indices is None else indices

    def __len__(self) -> int:
        """Return the number of patches."""
        return len(self._indices)

    def __repr__(self) -> str:
        """Return count, sizes and what is cut in one line."""
        sizes = "×".join(map(str, self._sides))
        return f"PatchImages({len(self)}×{sizes} of {self._images!r})"

    @property
    def shape(self) -> Shape:
        """Height, width and channels of each patch."""
        return *self._sides, self._images.shape[2]

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the pixels at rest, that of the images."""
        return self._images.dtype

    @property
    def labels(self) -> NDArray[np.int64] | None:
        """Class of the image of each patch, shape (count,), or ``None``."""
        labels = self._images.labels
        return None if labels is None else labels[self.image_numbers]

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """Names of the classes, where they have any."""
        return self._images.class_names

    @cached_property
    def image_numbers(self) -> NDArray[np.int64]:
        """Which image each patch is cut from, shape (count,)."""
        return np.searchsorted(self._ends, self._indices, side="right").astype(np.int64)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the images' fingerprint, what is cut from them and which patches these are."""
        words = (self._images.fingerprint, self.shape, self._seed, self._density, self._most)
        digest = hashlib.sha256(f"{words} {self._symmetries}".encode())
        digest.update(np.ascontiguousarray(self._indices, "<i8").data)
        return digest.hexdigest()

    def places(self, indices: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the image, top, left and symmetry of patches, shape (n, 4)."""
        numbers = self.image_numbers[indices]
        draws = _drawn(self._seed, self._indices[indices])
        room = np.maximum(self._image_sides[numbers] - self._sides, 0) + 1
        ways = np.full(len(room), self._ways)
        # Of 64 random bits the upper 32 times the room, shifted back: an even share of places.
        spread = (draws >> np.uint64(32)) * np.column_stack([room, ways]).astype(np.uint64)
        found = (spread >> np.uint64(32)).astype(np.int64)
        return np.column_stack([numbers, found])

    def at_rest(self, index: int) -> NDArray[Any]:
        """Return one patch as it lies at rest, shape (height, width, channels)."""
        number, top, left, symmetry = map(int, self.places(np.array([index]))[0])
        return self._cut(self._images.at_rest(number), top, left, symmetry)

    def read(self, indices: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the patches at ``indices``, shape (n, height, width, channels) in [0, 1]."""
        places = self.places(indices)
        patches = np.empty((len(indices), *self._sides, self.shape[2]), self.dtype)
        numbers, group = np.unique(places[:, 0], return_inverse=True)
        grouped = np.argsort(group, kind="stable")
        ends = np.cumsum(np.bincount(group, minlength=len(numbers)))

        def cut(some: NDArray[np.int64]) -> None:
            for which in some:
                image = self._images.at_rest(int(numbers[which]))
                for place in grouped[ends[which - 1] if which else 0 : ends[which]]:
                    patches[place] = self._cut(image, *map(int, places[place, 1:]))

        run_shared(cut, len(numbers))
        return as_unit_range(patches)

    def take(self, indices: NDArray[np.int64]) -> "PatchImages":
        """Return the patches at ``indices`` with their labels, cut from the same images."""
        return PatchImages(
            self._images,
            self._sides,
            seed=self._seed,
            density=self._density,
            most=self._most,
            symmetries=self._symmetries,
            indices=self._indices[indices],
        )

    def order(self, seed: int, number: int) -> NDArray[np.int64]:
        """Return the order in which a pass visits the patches, shape (count,).

        Where the images do not fit into their cache, they are drawn in blocks that do, and the
        patches of a block are shuffled: an image is then decoded once in a pass.
        """
        blocks = self._blocks(seed, number)
        shuffled = super().order(seed, number)
        if blocks is None:
            return shuffled
        return shuffled[np.argsort(blocks[self.image_numbers[shuffled]], kind="stable")]

    def _blocks(self, seed: int, number: int) -> NDArray[np.int64] | None:
        """Return the block of each image in one pass; ``None`` where all fit at once."""
        images = self._images
        if not isinstance(images, FileImages) or images.bytes_at_rest <= images.cache_bytes:
            return None
        drawn = generator(seed, "blocks", number).permutation(len(images))
        sizes = self._image_sides.prod(axis=1)[drawn] * images.shape[2] * images.dtype.itemsize
        blocks = np.empty(len(images), np.int64)
        blocks[drawn] = np.cumsum(sizes) * _BLOCKS_IN_CACHE // images.cache_bytes
        return blocks

    def _cut(self, image: NDArray[Any], top: int, left: int, symmetry: int) -> NDArray[Any]:
        short = [max(0, want - have) for want, have in zip(self._sides, image.shape, strict=False)]
        if any(short):
            edges = [(missing // 2, missing - missing // 2) for missing in short]
            image = np.pad(image, (*edges, (0, 0)), mode="symmetric")
        height, width = self._sides
        return _turned(image[top : top + height, left : left + width], symmetry)

    @property
    def _ways(self) -> int:
        if not self._symmetries:
            return 1
        return 8 if self._sides[0] == self._sides[1] else 4


def patches_of_each(
    sides: NDArray[np.int64], size: Sides, density: float, most: int, seed: int
) -> NDArray[np.int64]:
    """Return how many patches each image gives, shape (images,), from the sizes alone."""
    area = sides.prod(axis=1) / (size[0] * size[1])
    counts: NDArray[np.int64] = np.maximum(1, np.rint(density * area)).astype(np.int64)
    if counts.sum() <= most:
        return counts
    if len(counts) >= most:
        chosen = generator(seed, "images with patches").permutation(len(counts))[:most]
        return np.bincount(chosen, minlength=len(counts)).astype(np.int64)
    spare, asked = most - len(counts), int(counts.sum()) - len(counts)
    fitting: NDArray[np.int64] = 1 + (counts - 1) * spare // asked
    return fitting


def _turned(patch: NDArray[Any], symmetry: int) -> NDArray[Any]:
    """Return a patch mirrored left to right, top to bottom and at its diagonal, a bit each."""
    if symmetry & 1:
        patch = patch[:, ::-1]
    if symmetry & 2:
        patch = patch[::-1]
    return patch.swapaxes(0, 1) if symmetry & 4 else patch


def _drawn(seed: int, indices: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return three random numbers of 64 bits for each index, shape (n, 3), by SplitMix64.

    A generator that is asked for its state at a place, in any order (Steele, Lea and Flood 2014,
    figure 17).
    """
    start = np.uint64(derive(seed, "places") << 32)
    draws = np.arange(1, _DRAWS + 1, dtype=np.uint64)
    steps: NDArray[np.uint64] = np.add.outer(indices.astype(np.uint64) * np.uint64(_DRAWS), draws)
    state: NDArray[np.uint64] = np.multiply(steps, _GOLDEN) + start
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    state ^= state >> np.uint64(31)
    return state
