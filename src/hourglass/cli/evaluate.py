"""``hourglass evaluate``."""

from typing import Annotated, Literal

from cyclopts import Parameter

from hourglass.cli.libraries import prepare_keras
from hourglass.cli.options import DataOptions, OutputOptions, RunsOptions
from hourglass.cli.telling import tell_scores
from hourglass.runs import find_run


def evaluate(
    run: Annotated[str, Parameter(help="Path or name of a run, or `latest`.")],
    /,
    *,
    split: Annotated[
        Literal["test", "validation"], Parameter(help="Which images to measure on.")
    ] = "test",
    data_options: DataOptions = DataOptions(),
    output_options: OutputOptions = OutputOptions(),
    runs_options: RunsOptions = RunsOptions(),
) -> None:
    """Measure a run and its baselines again, from the model file and the data."""
    folder = find_run(run, runs_options.runs)
    prepare_keras(debug=output_options.debug)
    from hourglass.experiment import evaluate_run

    scores = evaluate_run(
        folder, split=split, data_dir=data_options.data_dir, offline=data_options.offline
    )
    tell_scores(scores, json=output_options.json)
