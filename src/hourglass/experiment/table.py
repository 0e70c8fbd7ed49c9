"""The table of a run: its model beside what it must beat, on the same frozen pairs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hourglass.baselines import (
    AffineLMMSE,
    Baseline,
    MeanImage,
    MedianFilter,
    Pairs,
    PCAReconstruction,
)
from hourglass.evaluation import judge_collapse, judge_latents, pick_samples, score_method
from hourglass.experiment.pairs import freeze_pairs
from hourglass.images import Images, Splits
from hourglass.inference import encode, reconstruct
from hourglass.models import Autoencoder, ImageModel
from hourglass.records import Experiment, LatentHealth, MethodScores, ModelSpec, Samples, Scores
from hourglass.seeds import derive


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Scores, and the images behind them."""

    scores: Scores
    samples: Samples


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rebuilt:
    """What one method made of the images of a split."""

    method: str
    label: str
    kind: Literal["input", "baseline", "model"]
    images: NDArray[np.float32]
    detail: str = ""


def measure(
    model: ImageModel,
    experiment: Experiment,
    splits: Splits,
    split: Literal["test", "validation"] = "test",
) -> Table:
    """Score a model and its baselines on one split.

    Baselines learn from the training split and choose on the validation split.
    """
    images: Images = getattr(splits, split)
    pairs = freeze_pairs(images, experiment.corruption, split)
    baselines, left_out = _baselines(experiment, images.shape)
    validation = freeze_pairs(splits.validation, experiment.corruption, "validation")
    methods = list(_rebuild(model, experiment, splits, baselines, pairs, validation))
    noisy = None if experiment.corruption is None else pairs.seen
    scores = Scores(
        data=splits.name,
        split=split,
        images=len(images),
        corruption=experiment.corruption,
        methods=tuple(_score(method, pairs.clean, noisy, images) for method in methods),
        left_out=left_out,
        collapse=judge_collapse(validation.clean, reconstruct(model, validation.seen)),
        latent=_latent_health(model, pairs.seen, split),
    )
    samples = pick_samples(
        clean=pairs.clean,
        reconstructions={method.method: method.images for method in methods},
        seed=experiment.plan.seed,
    )
    return Table(scores=scores, samples=samples)


def _baselines(
    experiment: Experiment, image_shape: tuple[int | None, int | None, int]
) -> tuple[list[Baseline], tuple[str, ...]]:
    """Return the baselines that fit the task, and a line for each that does not fit the images."""
    candidates: list[Baseline] = [MeanImage()]
    if experiment.corruption is not None:
        candidates += [MedianFilter(), AffineLMMSE()]
    else:
        latent_dim = experiment.network_options.latent_dim or 1
        candidates += [PCAReconstruction(latent_dim, seed=derive(experiment.plan.seed, "pca"))]
    shape = tuple(size or 0 for size in image_shape)
    refusals = {baseline: baseline.refusal(shape) for baseline in candidates}
    left_out = tuple(
        f"{baseline.label} is left out: {reason}."
        for baseline, reason in refusals.items()
        if reason
    )
    return [baseline for baseline, reason in refusals.items() if reason is None], left_out


def _rebuild(
    model: ImageModel,
    experiment: Experiment,
    splits: Splits,
    baselines: list[Baseline],
    pairs: Pairs,
    validation: Pairs,
) -> Iterator[_Rebuilt]:
    if experiment.corruption is not None:
        yield _Rebuilt(method="noisy", label="noisy input", kind="input", images=pairs.seen)
    training = freeze_pairs(splits.train, experiment.corruption, "train")
    for baseline in baselines:
        baseline.fit(training, validation)
        yield _Rebuilt(
            method=baseline.method,
            label=baseline.label,
            kind="baseline",
            images=baseline.reconstruct(pairs.seen),
            detail=baseline.detail,
        )
    yield _Rebuilt(
        method="model",
        label=experiment.model_name,
        kind="model",
        images=reconstruct(model, pairs.seen),
        detail=f"{model.count_params():,} parameters",
    )


def _latent_health(
    model: ImageModel, seen: NDArray[np.float32], split: Literal["test", "validation"]
) -> LatentHealth | None:
    return judge_latents(encode(model, seen), split) if isinstance(model, Autoencoder) else None


def _score(
    method: _Rebuilt,
    clean: NDArray[np.float32],
    noisy: NDArray[np.float32] | None,
    images: Images,
) -> MethodScores:
    return score_method(
        method.method,
        method.label,
        method.kind,
        clean=clean,
        reconstruction=method.images,
        noisy=noisy,
        labels=images.labels,
        class_names=images.class_names,
        detail=method.detail,
    )


def model_spec(
    experiment: Experiment, image_shape: tuple[int | None, int | None, int]
) -> ModelSpec:
    """Return what to build for an experiment on images of a shape."""
    options = experiment.network_options
    if options.latent_dim is None:
        # A network without a code is local and takes any height and width.
        image_shape = (None, None, image_shape[2])
    return ModelSpec(
        network=experiment.network_or_default,
        image_shape=image_shape,
        options=options,
        corruption=experiment.corruption,
        reconstruction_loss=experiment.loss,
    )
