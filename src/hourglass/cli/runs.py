"""``hourglass runs``."""

from typing import Annotated

import cyclopts
from cyclopts import Parameter

from hourglass.cli.options import OutputOptions, RunsOptions
from hourglass.cli.output import print_json, print_line, print_table
from hourglass.cli.telling import tell_scores
from hourglass.errors import HourglassError
from hourglass.records import to_json
from hourglass.runs import RunFolder, find_run, list_runs

app = cyclopts.App(name="runs", help="List, show and find runs.")

RunName = Annotated[str, Parameter(help="Path or name of a run, or `latest`.")]


@app.command(name="list")
def list_(
    *,
    output_options: OutputOptions = OutputOptions(),
    runs_options: RunsOptions = RunsOptions(),
) -> None:
    """List all runs with their errors, the newest last."""
    folders = list_runs(runs_options.runs)
    if not folders:
        print_line(f"There is no run in {runs_options.runs}. Make one: hourglass demo")
        return
    print_table(
        f"Runs in {runs_options.runs}",
        ("run", "status", "split", "MSE", "best baseline"),
        [_row(folder) for folder in folders],
    )


@app.command
def show(
    run: RunName,
    /,
    *,
    output_options: OutputOptions = OutputOptions(),
    runs_options: RunsOptions = RunsOptions(),
) -> None:
    """Show what was asked for, what it was done with, and the scores."""
    folder = find_run(run, runs_options.runs)
    if output_options.json:
        print_json(to_json(folder.read_record()))
        return
    record = folder.read_record()
    print_line(folder.read_experiment().to_toml())
    print_line(f"{record.status}, started {record.started}, {record.steps:,} steps")
    print_line(f"again: {record.command}")
    if record.status == "finished":
        tell_scores(folder.read_scores(), json=False)


@app.command
def path(run: RunName, /, *, runs_options: RunsOptions = RunsOptions()) -> None:
    """Print the folder of a run."""
    print_line(str(find_run(run, runs_options.runs).path.resolve()))


def _row(folder: RunFolder) -> tuple[str, ...]:
    try:
        status = folder.read_record().status
        scores = folder.read_scores() if status == "finished" else None
    except HourglassError:
        return folder.path.name, "damaged", "", "", ""
    if scores is None:
        return folder.path.name, status, "", "", ""
    best = scores.best_baseline
    return (
        folder.path.name,
        status,
        scores.split,
        f"{scores.model.mse:.5f}",
        f"{best.mse:.5f} ({best.label})",
    )
