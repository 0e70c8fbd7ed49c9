"""Which noise factor to train with: every model at every level."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from hourglass.baselines import Pairs
from hourglass.bundles import load_model
from hourglass.errors import ConfigurationError
from hourglass.evaluation import peak_signal_to_noise
from hourglass.experiment.evaluate import load_splits_of
from hourglass.experiment.pairs import error_of, error_of_input, freeze_pairs
from hourglass.images import Splits
from hourglass.models import ImageModel
from hourglass.records import NoiseStudy
from hourglass.runs import RunFolder


def study_noise(
    runs: Sequence[RunFolder], *, data_dir: Path | None = None, offline: bool = False
) -> NoiseStudy:
    """Test runs that were trained at different noise factors at each of these factors.

    Parameters
    ----------
    runs
        Finished runs with Gaussian noise, on one split of one data set.
    data_dir, offline
        Where data come from.

    Returns
    -------
    NoiseStudy
        The choice is made on validation alone.

    Raises
    ------
    ConfigurationError
        If a run was trained on something else than one level of Gaussian noise.
    """
    levels = [_level(run) for run in runs]
    splits = load_splits_of(runs[0], data_dir=data_dir, offline=offline)
    models = [load_model(run.model)[0] for run in runs]
    validation, test = (_errors(models, levels, splits, split) for split in ("validation", "test"))
    inputs = [error_of_input(_pairs(splits, level, "validation")) for level in levels]
    gains = peak_signal_to_noise(validation) - peak_signal_to_noise(np.array(inputs))
    means = gains.mean(axis=1)
    clean = freeze_pairs(splits.validation, None, "validation")
    return NoiseStudy(
        trained_on=tuple(levels),
        tested_on=tuple(levels),
        gains=_rows(gains),
        mean_gains=tuple(means.tolist()),
        clean_mse=tuple(error_of(model, clean) for model in models),
        test_mse=_rows(test),
        chosen=levels[int(means.argmax())],
    )


def _errors(
    models: Sequence[ImageModel], levels: Sequence[float], splits: Splits, split: str
) -> np.ndarray:
    """Return the error of each model (rows) at each level (columns)."""
    columns = []
    for level in levels:
        pairs = _pairs(splits, level, split)
        columns.append([error_of(model, pairs) for model in models])
    return np.array(columns).T


def _pairs(splits: Splits, level: float, split: str) -> Pairs:
    return freeze_pairs(getattr(splits, split), f"gaussian:{level:g}", split)


def _rows(matrix: np.ndarray) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in matrix.tolist())


def _level(run: RunFolder) -> float:
    corruption = run.read_experiment().corruption or ""
    kind, _, level = corruption.partition(":")
    try:
        if kind != "gaussian":
            raise ValueError(kind)
        return float(level)
    except ValueError as error:
        raise ConfigurationError(
            f"A study of noise factors needs runs with one level of Gaussian noise; {run.path} "
            f"was trained on {corruption or 'clean images'}."
        ) from error
