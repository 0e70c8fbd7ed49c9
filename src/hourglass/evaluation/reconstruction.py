"""One method's reconstructions, scored; and the images that show what the scores mean."""

from collections.abc import Callable, Mapping, Sequence
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
_RANDOM_LENGTH: Final = 15

Rebuild = Callable[[NDArray[np.int64]], NDArray[np.float32]]


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
    errors: Mapping[str, NDArray[np.float64]],
    rebuild: Mapping[str, Rebuild],
    seed: int,
) -> Samples:
    """Pick the images that a report shows: best, median and worst for the model, and random.

    Parameters
    ----------
    clean
        Shape (count, height, width, channels), in [0, 1].
    errors
        Mean squared error of every image by method, shape (count,); ``model`` must be among
        them.
    rebuild
        For each method a function from positions, shape (n,), to what it makes of these images.
    seed
        For the random picks.
    """
    groups = _groups(errors["model"], seed)
    positions = np.unique(np.concatenate(list(groups.values())))
    rebuilt = {method: images(positions) for method, images in rebuild.items()}
    return Samples(
        groups=groups,
        positions=positions,
        images={"clean": clean[positions], **rebuilt},
        errors={method: values.astype(np.float32) for method, values in errors.items()},
    )


def _groups(errors: NDArray[np.float64], seed: int) -> dict[str, NDArray[np.int64]]:
    ranked = np.argsort(errors, kind="stable")
    length = min(_STRIP_LENGTH, len(ranked))
    middle = (len(ranked) - length) // 2
    chance, size = generator(seed, "samples"), min(_RANDOM_LENGTH, len(ranked))
    return {
        "random": chance.choice(len(ranked), size=size, replace=False),
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
