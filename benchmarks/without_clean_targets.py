"""What training without clean images costs, and what one noisy photograph is enough for.

``targets``: Fashion-MNIST with noise that is drawn once, and four ways to use it: with the clean
images as targets, with a second noisy draw (Noise2Noise), with the noisy images alone (blind
spots), and the affine LMMSE, which is fitted to clean images. Each network takes the same number
of steps. Once as the images are, where half of the noise on black is cut off, and once with the
contrast lowered to 0.3..0.7, and the noise with it, where hardly any is.

``photographs``: scikit-image's photographs with Gaussian noise 0.1, cut off at black and white. A
network is trained on patches of the one noisy image alone, and compared with total variation at
the weight that is best for the image, which takes the clean image to know.

    python benchmarks/without_clean_targets.py targets --output results/without_clean_targets.csv
    python benchmarks/without_clean_targets.py photographs --output results/one_photograph.csv
"""

import argparse
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import skimage.data
from numpy.typing import NDArray
from skimage.restoration import denoise_tv_chambolle
from skimage.util import img_as_float32

from hourglass.baselines import AffineLMMSE, Pairs
from hourglass.evaluation import gaussian_deviations, mean_squared_errors, share_to_keep
from hourglass.evaluation import peak_signal_to_noise as psnr
from hourglass.experiment.fitting import fit
from hourglass.experiment.no_reference import estimate, keep_what_helps
from hourglass.experiment.table import model_spec
from hourglass.images import ArrayImages, Images, PairedImages, Splits, load_splits
from hourglass.inference import reconstruct
from hourglass.models import BlindSpotDenoiser, ImageModel, build_model
from hourglass.networks import unet
from hourglass.records import Experiment, TrainingPlan
from hourglass.seeds import generator
from hourglass.training import train
from tables import write_table

NOISE: Final = 0.1
PHOTOGRAPHS: Final = (
    "astronaut",
    "brick",
    "camera",
    "chelsea",
    "clock",
    "coffee",
    "coins",
    "grass",
    "gravel",
    "moon",
    "page",
    "rocket",
    "text",
)
_WEIGHTS: Final = (0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.4)
_PATCH: Final = 64


def restore_photograph(
    noisy: NDArray[np.float32],
    *,
    epochs: int = 60,
    seed: int = 0,
    deviation: float | None = None,
) -> NDArray[np.float32]:
    """Restore one noisy image by a network that has seen nothing else.

    Parameters
    ----------
    noisy
        Shape (height, width, channels), at least 64 pixels a side, in [0, 1].
    epochs
        Passes over 400 patches.
    seed
        Where patches, weights and hidden pixels start from.
    deviation
        Standard deviation of the noise; by default it is estimated.

    Returns
    -------
    NDArray[np.float32]
        Same shape, in [0, 1].
    """
    model = BlindSpotDenoiser(unet((None, None, noisy.shape[-1]), seed=seed), seed=seed)
    held_out = cut_patches(noisy, 40, seed + 1)
    train(
        model,
        ArrayImages(cut_patches(noisy, 400, seed)),
        TrainingPlan(epochs=epochs, batch_size=16, seed=seed),
        validation=(held_out, held_out),
    )
    if deviation is None:
        deviation = float(gaussian_deviations(noisy[None])[0])
    model.keep(share_to_keep(noisy[None], lambda images: reconstruct(model, images), deviation))
    (restored,) = reconstruct(model, noisy[None])
    return np.asarray(restored)


def cut_patches(image: NDArray[np.float32], count: int, seed: int) -> NDArray[np.float32]:
    """Return square patches from anywhere in an image, turned and mirrored at random.

    Parameters
    ----------
    image
        Shape (height, width, channels).

    Returns
    -------
    NDArray[np.float32]
        Shape (count, 64, 64, channels).
    """
    chance = generator(seed, "patches")
    patches = []
    for _ in range(count):
        top, left = (int(chance.integers(0, size - _PATCH + 1)) for size in image.shape[:2])
        patch = np.rot90(image[top : top + _PATCH, left : left + _PATCH], int(chance.integers(4)))
        patches.append(patch[:, ::-1] if chance.integers(2) else patch)
    return np.stack(patches)


def photographs(names: tuple[str, ...], epochs: int) -> Iterator[dict[str, object]]:
    """Yield a line for each photograph, and one for their mean."""
    found: list[NDArray[np.float64]] = []
    for name in names:
        clean = img_as_float32(getattr(skimage.data, name)())
        clean = clean if clean.ndim == 3 else clean[..., None]
        noise = generator(0, "photograph", name).standard_normal(clean.shape, dtype=np.float32)
        noisy = np.clip(clean + NOISE * noise, 0.0, 1.0)
        start = time.perf_counter()
        restored = restore_photograph(noisy, epochs=epochs)
        seconds = time.perf_counter() - start
        smooth = [
            denoise_tv_chambolle(noisy, weight=weight, channel_axis=-1) for weight in _WEIGHTS
        ]
        errors = [_error(clean, image) for image in (noisy, restored)]
        best = int(np.argmin([_error(clean, image) for image in smooth]))
        errors.insert(1, _error(clean, smooth[best]))
        found.append(psnr(np.array(errors)))
        yield _line(name, found[-1]) | {"weight": _WEIGHTS[best], "seconds": round(seconds)}
    yield _line("mean", np.mean(found, axis=0)) | {"weight": "", "seconds": ""}


def _error(clean: NDArray[np.float32], image: NDArray[np.float32]) -> float:
    return float(np.square(clean - image).mean(dtype=np.float64))


def _line(name: str, decibels: NDArray[np.float64]) -> dict[str, object]:
    noisy, smooth, restored = (f"{value:.2f}" for value in decibels)
    return {"photograph": name, "noisy": noisy, "total_variation": smooth, "blind_spot": restored}


def targets(data: str, epochs: int, data_dir: Path | None) -> Iterator[dict[str, object]]:
    """Yield a line for each setting and way of training."""
    splits = load_splits(data, data_dir=data_dir)
    for setting, low, high in (("as they are", 0.0, 1.0), ("low contrast", 0.3, 0.7)):
        noise = 0.2 * (high - low)
        clean = {
            name: low + (high - low) * images.read_all() for name, images in splits.parts.items()
        }
        first, second = (_shots(clean, noise, draw) for draw in ("first", "second"))
        test = Pairs(first["test"], clean["test"])
        lmmse = AffineLMMSE().fit(
            Pairs(first["train"], clean["train"]), Pairs(first["validation"], clean["validation"])
        )
        told = {"data": data, "setting": setting, "noise": noise}
        yield told | _target_line("affine LMMSE", 0, test, lmmse.reconstruct(test.seen))
        for what, experiment, parts in _ways(data, first, second, clean, epochs):
            given = _split(splits, parts)
            model, steps = _trained(experiment, given)
            line = _target_line(what, steps, test, reconstruct(model, test.seen))
            if experiment.estimates:
                found = estimate(model, experiment, given).estimates
                line["estimated_mse"] = f"{found.model.mse or 0.0:.5f}"
            yield told | line


def _ways(
    data: str,
    first: Mapping[str, NDArray[np.float32]],
    second: Mapping[str, NDArray[np.float32]],
    clean: Mapping[str, NDArray[np.float32]],
    epochs: int,
) -> Iterator[tuple[str, Experiment, Mapping[str, Images]]]:
    """Yield a name, what to train, and on what; Noise2Noise has twice the pairs of an epoch."""
    seen = {name: ArrayImages(images) for name, images in first.items()}
    with_clean = {name: PairedImages(ArrayImages(clean[name]), seen[name]) for name in seen}
    with_second = {name: PairedImages(ArrayImages(second[name]), seen[name]) for name in seen}
    plan = TrainingPlan(epochs=epochs)
    half = replace(plan, epochs=max(1, epochs // 2))
    yield "supervised", Experiment(data=data, clean="clean", plan=plan), with_clean
    yield "Noise2Noise", Experiment(data=data, second_shot="second", plan=half), with_second
    yield "blind spots", Experiment(data=data, objective="blind-spot", plan=plan), seen


def _trained(experiment: Experiment, splits: Splits) -> tuple[ImageModel, int]:
    spec = model_spec(experiment, splits.train.shape)
    model = build_model(spec, seed=experiment.plan.seed)
    training = fit(model, spec, experiment, splits, (), print)
    if isinstance(model, BlindSpotDenoiser):
        keep_what_helps(model, experiment, splits)
    return model, training.steps


def _split(splits: Splits, parts: Mapping[str, Images]) -> Splits:
    return replace(splits, train=parts["train"], validation=parts["validation"], test=parts["test"])


def _shots(
    clean: Mapping[str, NDArray[np.float32]], noise: float, draw: str
) -> dict[str, NDArray[np.float32]]:
    return {
        name: np.clip(
            images
            + np.float32(noise)
            * generator(0, "shots", draw, name).standard_normal(images.shape, dtype=np.float32),
            0.0,
            1.0,
        )
        for name, images in clean.items()
    }


def _target_line(
    what: str, steps: int, test: Pairs, rebuilt: NDArray[np.float32]
) -> dict[str, object]:
    return {
        "trained": what,
        "steps": steps,
        "test_mse": f"{mean_squared_errors(test.clean, rebuilt).mean():.5f}",
        "estimated_mse": "",
    }


def main() -> None:
    """Measure what is asked for and write its rows as they come."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("targets", "photographs"))
    parser.add_argument("--data", default="fashion-mnist")
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--names", nargs="+", default=PHOTOGRAPHS)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--output", type=Path, required=True)
    words = parser.parse_args()
    if words.what == "targets":
        rows = targets(words.data, words.epochs or 2, words.data_dir)
    else:
        rows = photographs(tuple(words.names), words.epochs or 60)
    write_table(words.output, rows)


if __name__ == "__main__":
    main()
