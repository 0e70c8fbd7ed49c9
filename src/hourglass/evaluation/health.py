"""Whether a network learned anything at all."""

from dataclasses import replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from hourglass.evaluation.embedding import effective_dimension
from hourglass.records import LEAST_VARIANCE, Collapse, LatentHealth

# Nearer to black or white than this, a sigmoid's gradient has all but vanished.
_SATURATED: Final = 0.01
# Below this the images are one image, up to rounding.
_LEAST_SPREAD: Final = 1e-9
# A standard deviation below this part of the largest one is rounding.
_NOTHING: Final = 1e-6


def judge_collapse(
    clean: NDArray[np.float32],
    reconstruction: NDArray[np.float32],
    split: Literal["test", "validation"] = "validation",
) -> Collapse | None:
    """Judge whether reconstructions depend on their input.

    The variance of the clean images between each other, averaged over pixels, is the error of
    their mean image; skill and variance are both relative to it.

    Parameters
    ----------
    clean, reconstruction
        Shape (count, height, width, channels), in [0, 1].
    split
        What the images are.

    Returns
    -------
    Collapse | None
        ``None`` where nothing can be said: for a single image, or images that are all alike.
    """
    spread = float(clean.var(axis=0, dtype=np.float64).mean())
    if spread < _LEAST_SPREAD:
        return None
    error = float(np.square(clean - reconstruction).mean(dtype=np.float64))
    collapse = Collapse(
        split=split,
        skill=1.0 - error / spread,
        variance=float(reconstruction.var(axis=0, dtype=np.float64).mean()) / spread,
    )
    return replace(collapse, cause=_cause(collapse, reconstruction))


def _cause(collapse: Collapse, reconstruction: NDArray[np.float32]) -> str:
    if not collapse.collapsed:
        return ""
    if collapse.variance >= LEAST_VARIANCE:
        return (
            "the outputs differ, but are no better than the mean image: there was too little "
            "training, or the learning rate is far off. Train longer"
        )
    level = float(reconstruction.mean())
    if min(level, 1.0 - level) < _SATURATED:
        color = "black" if level < _SATURATED else "white"
        return (
            f"every output is {color}: the output layer is saturated, where the squared error has "
            "no gradient. Train with loss bce, with output_activation linear, or with network unet"
        )
    return (
        "every output is nearly the same image: nothing of the input reaches the output. Lower "
        "the learning rate, widen the code, or check that images and targets belong together"
    )


def judge_latents(
    latents: NDArray[np.float32], split: Literal["test", "validation"] = "test"
) -> LatentHealth:
    """Measure what the numbers of a code carry.

    Parameters
    ----------
    latents
        Shape (count, ...), the numbers of each code in any arrangement.
    split
        What the images are.
    """
    codes = latents.reshape(len(latents), -1).astype(np.float64)
    deviations = codes.std(axis=0)
    still = deviations <= _NOTHING * max(float(deviations.max()), 1e-30)
    dead = still & (np.abs(codes).max(axis=0) == 0.0)
    return LatentHealth(
        split=split,
        units=codes.shape[1],
        dead=int(dead.sum()),
        constant=int((still & ~dead).sum()),
        effective_dimension=effective_dimension(codes),
    )
