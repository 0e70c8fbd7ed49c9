"""A run, measured again from its model file."""

from pathlib import Path
from typing import Literal

from hourglass.bundles import load_model
from hourglass.errors import DataError
from hourglass.experiment.table import measure
from hourglass.images import load_splits
from hourglass.records import Scores
from hourglass.runs import RunFolder


def evaluate_run(
    run: RunFolder,
    *,
    split: Literal["test", "validation"] = "test",
    data_dir: Path | None = None,
    offline: bool = False,
) -> Scores:
    """Score the model of a run, and its baselines, on one split of the run's own data.

    Raises
    ------
    DataError
        If the data are not those that the run was trained on: training and test images could
        have changed places.
    """
    experiment = run.read_experiment()
    record = run.read_record()
    model, _ = load_model(run.model)
    splits = load_splits(
        experiment.data, seed=experiment.plan.seed, data_dir=data_dir, offline=offline
    )
    if (splits.fingerprint, splits.split_hash) != (record.data_fingerprint, record.split_hash):
        raise DataError(
            f"{experiment.data} is not what {run.path} was trained on: its fingerprint is "
            f"{splits.fingerprint[:12]}, the run's {record.data_fingerprint[:12]}. Restore the "
            "images of that day, or train again."
        )
    return measure(model, experiment, splits, split).scores
