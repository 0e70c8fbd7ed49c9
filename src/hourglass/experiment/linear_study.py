"""Linear autoencoders beside PCA: trained, finished exactly, and with an L2 penalty."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from hourglass.bundles import load_model
from hourglass.errors import ConfigurationError
from hourglass.evaluation import (
    LinearWeights,
    Moments,
    centered_weights,
    compare_with_pca,
    decoder_directions,
    match_directions,
    moments_of,
)
from hourglass.experiment.evaluate import load_splits_of
from hourglass.experiment.material import learned_from
from hourglass.records import Experiment, LinearRow
from hourglass.runs import RunFolder
from hourglass.scratch import finish_exactly, train_regularized

_SHOWN: Final = 10
# Of the smallest eigenvalue that the code has room for: above it a component would be lost.
_PENALTY: Final = 0.4

Method = Literal["gradient", "exact", "regularized"]


@dataclass(kw_only=True, slots=True)
class LinearStudy:
    """What the study of several runs found.

    Attributes
    ----------
    rows
        Three for each run: the run itself, the exact finish, the regularized variant.
    components
        The first ten directions of PCA and of each way to fit the widest code, by label, shape
        (count, height, width, channels).
    """

    rows: list[LinearRow] = field(default_factory=list)
    components: dict[str, NDArray[np.float32]] = field(default_factory=dict)


def study_linear(
    runs: Sequence[RunFolder], *, data_dir: Path | None = None, offline: bool = False
) -> LinearStudy:
    """Compare linear autoencoders with PCA of as many components.

    Parameters
    ----------
    runs
        Finished dense runs without hidden layers and with linear activations, on one data set.
    data_dir, offline
        Where data come from.

    Raises
    ------
    ConfigurationError
        If a run is not linear.
    """
    splits = load_splits_of(runs[0], data_dir=data_dir, offline=offline)
    learned, measured = learned_from(splits.train).read_all(), splits.test.read_all()
    training, test = moments_of(learned), moments_of(measured)
    values, vectors = np.linalg.eigh(training.covariance)
    values, components = values[::-1], vectors.T[::-1]
    study = LinearStudy()
    for run in runs:
        size = _latent_dim(run.read_experiment(), run)
        pca = centered_weights(components[:size].T, components[:size], training.mean)
        for method, weights in _fitted(run, training, size, float(values[size - 1])):
            comparison = compare_with_pca(weights, pca, training=training, test=test)
            study.rows.append(
                LinearRow(run=run.path.name, latent_dim=size, method=method, comparison=comparison)
            )
            _keep(study, method, weights, pca, splits.train.shape)
    return study


def _fitted(
    run: RunFolder, training: Moments, size: int, smallest: float
) -> Iterator[tuple[Method, LinearWeights]]:
    model, _ = load_model(run.model)
    trained = LinearWeights(*model.get_weights())
    yield "gradient", trained
    yield "exact", finish_exactly(trained, training)
    seed = run.read_experiment().plan.seed
    penalty = _PENALTY * smallest
    yield "regularized", train_regularized(training, latent_dim=size, penalty=penalty, seed=seed)


def _keep(
    study: LinearStudy,
    method: Method,
    weights: LinearWeights,
    pca: LinearWeights,
    shape: tuple[int | None, int | None, int],
) -> None:
    """Keep the first directions as images, those of the widest code so far."""
    count = min(_SHOWN, len(pca.decoder))
    if count < len(study.components.get("PCA", ())):
        return
    # A row of a decoder is a direction of its own making; only the penalty makes it one of PCA's.
    found = weights.decoder if method == "gradient" else decoder_directions(weights)
    matched = match_directions(found, pca.decoder)[0]
    images = (count, *(size or 0 for size in shape))
    study.components["PCA"] = pca.decoder[:count].reshape(images).astype(np.float32)
    study.components[method] = matched[:count].reshape(images).astype(np.float32)


def _latent_dim(experiment: Experiment, run: RunFolder) -> int:
    options = experiment.network_options
    activations = {options.activation, options.code_activation, options.output_activation}
    linear = activations == {"linear"} and not options.units and not options.tied
    if experiment.network_or_default != "dense" or not linear or options.latent_dim is None:
        raise ConfigurationError(
            f"Only a linear autoencoder can be compared with PCA: network dense, units [], and "
            f"activation, code_activation and output_activation linear. {run.path} is none."
        )
    return options.latent_dim
