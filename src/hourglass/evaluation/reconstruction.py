"""One method's reconstructions, scored; and the images that show what the scores mean."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from hourglass.evaluation.measures import (
    mean_squared_errors,
    peak_signal_to_noise,
    structural_similarity,
)
from hourglass.records import MethodScores, Samples
from hourglass.seeds import generator

_STRIP_LENGTH: Final = 10


def score_method(
    method: str,
    label: str,
    kind: Literal["input", "baseline", "model"],
    *,
    clean: NDArray[np.float32],
    reconstruction: NDArray[np.float32],
    noisy: NDArray[np.float32] | None = None,
    labels: NDArray[np.int64] | None = None,
    class_names: Sequence[str] | None = None,
    detail: str = "",
) -> MethodScores:
    """Score the reconstructions of one method.

    Parameters
    ----------
    method, label, kind, detail
        As in ``MethodScores``.
    clean, reconstruction
        Shape (count, height, width, channels), in [0, 1].
    noisy
        What the method saw, for the gain; ``None`` where the input was clean.
    labels, class_names
        Classes of the images, for the error of each class; classes without names go by number.
    """
    errors = mean_squared_errors(clean, reconstruction)
    mse = float(errors.mean())
    psnr = peak_signal_to_noise(mse)
    gain = None
    if noisy is not None:
        gain = psnr - peak_signal_to_noise(float(mean_squared_errors(clean, noisy).mean()))
    return MethodScores(
        method=method,
        label=label,
        kind=kind,
        detail=detail,
        mse=mse,
        psnr=float(psnr),
        psnr_per_image=float(peak_signal_to_noise(errors).mean()),
        ssim=float(structural_similarity(clean, reconstruction).mean()),
        gain=None if gain is None else float(gain),
        mse_by_class=_by_class(errors, labels, class_names),
    )


def pick_samples(
    *,
    clean: NDArray[np.float32],
    reconstructions: Mapping[str, NDArray[np.float32]],
    seed: int,
) -> Samples:
    """Pick the images that a report shows: best, median and worst for the model, and random.

    Parameters
    ----------
    clean
        Shape (count, height, width, channels), in [0, 1].
    reconstructions
        What each method gave, by its name, same shape; ``model`` must be among them.
    seed
        For the random picks.
    """
    errors = {
        method: mean_squared_errors(clean, images).astype(np.float32)
        for method, images in reconstructions.items()
    }
    groups = _groups(errors["model"], seed)
    positions = np.unique(np.concatenate(list(groups.values())))
    images = {"clean": clean, **reconstructions}
    return Samples(
        groups=groups,
        positions=positions,
        images={method: array[positions] for method, array in images.items()},
        errors=errors,
    )


def _groups(errors: NDArray[np.float32], seed: int) -> dict[str, NDArray[np.int64]]:
    ranked = np.argsort(errors, kind="stable")
    length = min(_STRIP_LENGTH, len(ranked))
    middle = (len(ranked) - length) // 2
    return {
        "random": generator(seed, "samples").choice(len(ranked), size=length, replace=False),
        "best": ranked[:length],
        "median": ranked[middle : middle + length],
        "worst": ranked[::-1][:length].copy(),
    }


def _by_class(
    errors: NDArray[np.float64],
    labels: NDArray[np.int64] | None,
    class_names: Sequence[str] | None,
) -> dict[str, float]:
    if labels is None:
        return {}
    if class_names is None:
        class_names = [str(number) for number in range(int(labels.max()) + 1)]
    return {
        name: float(errors[labels == number].mean())
        for number, name in enumerate(class_names)
        if np.any(labels == number)
    }
