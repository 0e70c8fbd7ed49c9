"""A run, measured again from its model file."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

from hourglass.bundles import load_classifier, load_model
from hourglass.errors import ConfigurationError, DataError, MissingPathError
from hourglass.experiment.classification import measure_classifier
from hourglass.experiment.material import load_material
from hourglass.experiment.no_reference import estimate
from hourglass.experiment.table import measure
from hourglass.files import exists
from hourglass.images import Splits
from hourglass.records import (
    DATA_SETS,
    Classification,
    Estimates,
    Experiment,
    Scores,
    is_bare_name,
)
from hourglass.runs import TrainedModel

# Other processors round other ways; a figure of another split is further off than this.
_TOLERANCE: Final = 1e-3


def evaluate_run(
    run: TrainedModel,
    *,
    split: Literal["test", "validation"] = "test",
    data_dir: Path | None = None,
    offline: bool = False,
    tell: Callable[[str], None] = lambda line: None,
) -> Scores:
    """Score the model of a run, and its baselines, on one split of the run's own data.

    Figures that the run has on record for the same split are compared with those measured now;
    ``tell`` gets a line for each that is not what it says it is.

    Raises
    ------
    DataError
        If the data are not those that the run was trained on: training and test images could
        have changed places.
    ConfigurationError
        If clean images are not known; ``estimate_run`` says what can be said without.
    """
    experiment = require_clean(run)
    model, _ = load_model(run.model)
    splits = load_splits_of(run, data_dir=data_dir, offline=offline)
    scores = measure(model, experiment, splits, split, tell=tell).scores
    if run.measured:
        for line in disagreements(run.read_scores(), scores):
            tell(line)
    return scores


def estimate_run(
    run: TrainedModel,
    *,
    split: Literal["test", "validation"] = "test",
    data_dir: Path | None = None,
    offline: bool = False,
) -> Estimates:
    """Estimate how well the model of a run restores its own data, without clean images.

    Raises
    ------
    DataError
        If the data are not those that the run was trained on.
    """
    model, _ = load_model(run.model)
    splits = load_splits_of(run, data_dir=data_dir, offline=offline)
    return estimate(model, run.read_experiment(), splits, split).estimates


def evaluate_classifier(
    run: TrainedModel,
    *,
    split: Literal["test", "validation"] = "test",
    data_dir: Path | None = None,
    offline: bool = False,
    tell: Callable[[str], None] = lambda line: None,
) -> Classification:
    """Score the classifier of a run, and its baselines, on one split of the run's own data.

    Accuracies that the run has on record for the same split are compared with those measured now;
    ``tell`` gets a line for each that is not what it says it is.

    Raises
    ------
    ConfigurationError
        If the model of the run is no classifier.
    DataError
        If the data are not those that the run was trained on.
    """
    model, _ = load_classifier(run.model)
    splits = load_splits_of(run, data_dir=data_dir, offline=offline)
    found = measure_classifier(model, run.read_experiment(), splits, split, tell=tell)
    if run.classified:
        for line in _apart(
            run.read_classification(), found.classification, "accuracy", "accuracy", digits=4
        ):
            tell(line)
    return found.classification


def require_clean(run: TrainedModel) -> Experiment:
    """Return the experiment of a run whose clean images are known.

    Raises
    ------
    ConfigurationError
        If they are not.
    """
    experiment = run.read_experiment()
    if not experiment.knows_clean:
        raise ConfigurationError(
            f"{run.path} was trained on noisy files whose clean images are not known, so errors "
            "against them cannot be measured. `hourglass evaluate` without other words says what "
            "can be estimated."
        )
    return experiment


def load_splits_of(run: TrainedModel, *, data_dir: Path | None, offline: bool) -> Splits:
    """Load the data of a run, split as they were when it was trained.

    A model that was handed on tells the last part of a path alone: such data are looked for in
    ``data_dir``, then in the working folder.

    Raises
    ------
    DataError
        If they are not what they were.
    MissingPathError
        If they are nowhere to be found.
    """
    experiment, record = run.read_experiment(), run.read_record()
    at_hand = _at_hand(experiment, run.path, data_dir)
    if not record.ranges and at_hand.folder.range is None:
        # Runs of older versions took the ends of the type, whatever was in the files.
        at_hand = replace(at_hand, folder=replace(at_hand.folder, range="dtype"))
    splits = load_material(at_hand, data_dir=data_dir, offline=offline)
    if (splits.fingerprint, splits.split_hash) != (record.data_fingerprint, record.split_hash):
        raise DataError(
            f"{experiment.data} is not what {run.path} was trained on: its fingerprint is "
            f"{splits.fingerprint[:12]}, the run's {record.data_fingerprint[:12]}. Restore the "
            "images of that day, or train again."
        )
    return splits


def _at_hand(experiment: Experiment, path: Path, data_dir: Path | None) -> Experiment:
    """Return an experiment whose names of files and folders are paths that exist."""
    return experiment.with_paths(
        {
            key: _place(name, path, data_dir)
            for key, name in experiment.paths.items()
            if name not in DATA_SETS and is_bare_name(name)
        }
    )


def _place(name: str, path: Path, data_dir: Path | None) -> str:
    """Return where a file or folder lies, of which the name alone is known."""
    for place in (Path(name) if data_dir is None else data_dir / name, Path(name)):
        if exists(place):
            return str(place)
    raise MissingPathError(
        f"{path} was trained on {name}, which is not here. Say with --data-dir which folder holds "
        "it, or go to that folder."
    )


def disagreements(recorded: Scores, measured: Scores) -> Iterator[str]:
    """Yield a line for each figure on record that was not measured on the split it names."""
    return _apart(recorded, measured, "mse", "MSE", digits=5)


def _apart(
    recorded: Scores | Classification,
    measured: Scores | Classification,
    figure: str,
    word: str,
    digits: int,
) -> Iterator[str]:
    """Yield a line for each method whose figure on record is not the one measured now."""
    if recorded.split != measured.split:
        return
    found = {method.method: getattr(method, figure) for method in measured.methods}
    for method in recorded.methods:
        then, now = getattr(method, figure), found.get(method.method)
        if now is not None and not math.isclose(then, now, rel_tol=_TOLERANCE):
            yield (
                f"Warning: the record says that the {method.label} has {word} {then:.{digits}f} on "
                f"the {recorded.split} split, and measured now it is {now:.{digits}f}. The record "
                "was changed, or measured on other images: do not quote it."
            )
