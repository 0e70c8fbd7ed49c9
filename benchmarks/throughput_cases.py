"""What is trained to measure throughput: networks, batches, images; the same for every side."""

import itertools
import math
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from hourglass.images import Images, load_splits
from hourglass.records import NETWORK_DEFAULTS
from hourglass.seeds import generator

NetworkName = Literal["dense", "pooling", "strided", "unet"]
Pixels = NDArray[np.float32]
NOISE: Final = 0.2
RATE: Final = 1e-3
_VALIDATION_IMAGES: Final = 2000


@dataclass(frozen=True, kw_only=True)
class Case:
    """One network, without noise or with it.

    Attributes
    ----------
    network
        One of Hourglass' networks with its own sizes.
    batch_size
        Images in a step.
    steps
        Steps in a round.
    noise
        Standard deviation of fresh Gaussian noise in each step; 0 for none.
    target
        The validation MSE whose time is stated; ``None`` where it says nothing.
    """

    network: NetworkName
    batch_size: int
    steps: int
    noise: float
    target: float | None


CASES: Final = (
    Case(network="dense", batch_size=128, steps=480, noise=0.0, target=0.015),
    Case(network="dense", batch_size=128, steps=480, noise=NOISE, target=0.017),
    Case(network="pooling", batch_size=200, steps=96, noise=0.0, target=0.015),
    Case(network="pooling", batch_size=200, steps=96, noise=NOISE, target=0.018),
    Case(network="strided", batch_size=128, steps=128, noise=0.0, target=0.0105),
    Case(network="strided", batch_size=128, steps=128, noise=NOISE, target=0.0138),
    # Without noise it gives its input back before the first step.
    Case(network="unet", batch_size=128, steps=64, noise=0.0, target=None),
    Case(network="unet", batch_size=128, steps=64, noise=NOISE, target=0.0085),
)


@dataclass(frozen=True, kw_only=True)
class Material:
    """Images to train on, and frozen pairs (seen, clean) to validate on."""

    train: Images
    seen: Pixels
    clean: Pixels


def load_material(noise: float) -> Material:
    """Return the images of Fashion-MNIST, and pairs frozen with noise."""
    splits = load_splits("fashion-mnist", seed=0)
    clean = splits.validation.read(np.arange(_VALIDATION_IMAGES))
    drawn = generator(0, "throughput").standard_normal(clean.shape, dtype=np.float32)
    seen = np.clip(clean + noise * drawn, 0.0, 1.0) if noise else clean
    return Material(train=splits.train, seen=seen, clean=clean)


def multiply_adds(network: NetworkName, side: int = 28) -> int:
    """Return the multiply-adds of one image forward through a network with its own sizes.

    Counted by hand, layer by layer, for images of one channel; additions, activations and biases
    are left out.
    """
    units = NETWORK_DEFAULTS[network].units
    if network == "dense":
        widths = (side**2, *units, NETWORK_DEFAULTS[network].latent_dim or 0)
        return 2 * sum(math.prod(pair) for pair in itertools.pairwise(widths))
    first, second = units
    half, quarter = (side // 2) ** 2, (side // 4) ** 2
    if network == "unet":
        down = 4 * first * half + 4 * first * second * quarter
        blocks = 2 * 2 * 9 * first**2 * half + 2 * 2 * 9 * second**2 * quarter
        # The doubling of each size does what its halving did.
        return 2 * down + blocks
    if network == "strided":
        down = 9 * first * half + 9 * first * second * quarter
        up = 9 * second * second * quarter + 9 * second * first * half
        return down + up + 9 * first * side**2
    down = 9 * first * side**2 + 9 * first * second * half
    return down + 9 * second**2 * (quarter + half) + 9 * second * side**2
