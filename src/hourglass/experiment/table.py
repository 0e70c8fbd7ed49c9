"""The table of a run: its model beside what it must beat, on the same frozen pairs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from hourglass.baselines import Pairs
from hourglass.evaluation import (
    Rebuild,
    judge_collapse,
    judge_latents,
    mean_squared_errors,
    measure_variational,
    pick_samples,
    score_method,
)
from hourglass.experiment.pairs import FROZEN_SEED, freeze_pairs
from hourglass.experiment.rivals import Rival, Rivals
from hourglass.images import Images, Splits
from hourglass.inference import decode, encode, encode_gaussian, reconstruct
from hourglass.models import ImageModel, LatentModel, VariationalAutoencoder
from hourglass.records import (
    LOCAL_NETWORKS,
    Experiment,
    LatentHealth,
    Lookup,
    LossOfLikelihood,
    MethodScores,
    ModelSpec,
    Samples,
    Scores,
    VariationalScores,
)

Split = Literal["test", "validation"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Scores, and the images behind them."""

    scores: Scores
    samples: Samples


def measure(
    model: ImageModel,
    experiment: Experiment,
    splits: Splits,
    split: Split = "test",
    *,
    tell: Callable[[str], None] = lambda line: None,
) -> Table:
    """Score a model and its baselines on one split.

    Baselines learn from the training split and choose on the validation split. ``tell`` gets a
    line where they cannot be kept for the next run.
    """
    images: Images = getattr(splits, split)
    pairs = freeze_pairs(images, experiment.corruption, split)
    code_size = model.code_size if isinstance(model, LatentModel) else None
    rivals = Rivals(experiment, splits, split, pairs, code_size=code_size, tell=tell)
    fitted = list(rivals)
    rebuilt = reconstruct(model, pairs.seen)
    errors = mean_squared_errors(pairs.clean, rebuilt)
    validation = rivals.validation
    noisy = [] if experiment.corruption is None else [_score_noisy(pairs, images)]
    scores = Scores(
        data=splits.name,
        split=split,
        images=len(images),
        corruption=experiment.corruption,
        methods=(
            *noisy,
            *(rival.scores for rival in fitted),
            _score_model(model, experiment, pairs, rebuilt, images),
        ),
        left_out=rivals.left_out,
        collapse=judge_collapse(validation.clean, reconstruct(model, validation.seen)),
        latent=_latent_health(model, pairs.seen, split),
        lookup=_lookup(rivals, errors, split),
        variational=_variational(model, experiment, pairs, split),
    )
    return Table(scores=scores, samples=_samples(experiment, pairs, fitted, rebuilt, errors))


def _score_noisy(pairs: Pairs, images: Images) -> MethodScores:
    return score_method(
        "noisy",
        "noisy input",
        "input",
        clean=pairs.clean,
        reconstruction=pairs.seen,
        noisy=pairs.seen,
        labels=images.labels,
        class_names=images.class_names,
    )


def _score_model(
    model: ImageModel,
    experiment: Experiment,
    pairs: Pairs,
    rebuilt: NDArray[np.float32],
    images: Images,
) -> MethodScores:
    return score_method(
        "model",
        experiment.model_name,
        "model",
        clean=pairs.clean,
        reconstruction=rebuilt,
        noisy=None if experiment.corruption is None else pairs.seen,
        labels=images.labels,
        class_names=images.class_names,
        detail=f"{model.count_params():,} parameters",
    )


def _samples(
    experiment: Experiment,
    pairs: Pairs,
    fitted: list[Rival],
    rebuilt: NDArray[np.float32],
    model_errors: NDArray[np.float64],
) -> Samples:
    """Return the images that the report shows; the baselines rebuild these alone."""
    errors = {rival.baseline.method: rival.errors for rival in fitted}
    rebuild: dict[str, Rebuild] = {
        rival.baseline.method: partial(_rebuild, rival, pairs.seen) for rival in fitted
    }
    if experiment.corruption is not None:
        errors = {"noisy": mean_squared_errors(pairs.clean, pairs.seen), **errors}
        rebuild = {"noisy": pairs.seen.__getitem__, **rebuild}
    return pick_samples(
        clean=pairs.clean,
        errors={**errors, "model": model_errors},
        rebuild={**rebuild, "model": rebuilt.__getitem__},
        seed=experiment.plan.seed,
    )


def _rebuild(
    rival: Rival, seen: NDArray[np.float32], positions: NDArray[np.int64]
) -> NDArray[np.float32]:
    return rival.baseline.reconstruct(seen[positions])


def _latent_health(
    model: ImageModel, seen: NDArray[np.float32], split: Split
) -> LatentHealth | None:
    return judge_latents(encode(model, seen), split) if isinstance(model, LatentModel) else None


def _variational(
    model: ImageModel, experiment: Experiment, pairs: Pairs, split: Split
) -> VariationalScores | None:
    """Measure codes that are distributions; with beta 0 they are none."""
    if not isinstance(model, VariationalAutoencoder) or model.beta == 0.0:
        return None
    mean, log_variance = encode_gaussian(model, pairs.seen)
    return measure_variational(
        pairs.clean,
        mean,
        log_variance,
        partial(decode, model),
        loss=cast(LossOfLikelihood, experiment.loss),
        beta=model.beta,
        split=split,
        seed=FROZEN_SEED,
    )


def _lookup(rivals: Rivals, errors: NDArray[np.float64], split: Split) -> Lookup:
    nearest, copies = rivals.looked_up()
    return Lookup(
        split=split,
        images=len(nearest),
        mse=float(nearest.mean()),
        model_mse=float(errors[: len(nearest)].mean()),
        copies=copies,
    )


def model_spec(
    experiment: Experiment, image_shape: tuple[int | None, int | None, int]
) -> ModelSpec:
    """Return what to build for an experiment on images of a shape."""
    options = experiment.network_options
    if experiment.network_or_default in LOCAL_NETWORKS:
        image_shape = (None, None, image_shape[2])
    return ModelSpec(
        network=experiment.network_or_default,
        image_shape=image_shape,
        options=options,
        corruption=experiment.corruption,
        reconstruction_loss=experiment.loss,
        objective="blind-spot" if experiment.blind_spot else experiment.objective_of_code,
        sparsity=experiment.sparsity_or_default,
        penalty=experiment.penalty_or_default,
        beta=experiment.beta_or_default,
    )
