"""``hourglass runs``."""

import json
from dataclasses import asdict, dataclass
from typing import Annotated

import cyclopts
from cyclopts import Parameter

from hourglass.bundles import BundleFile, find_model
from hourglass.cli.options import RUN_OR_FILE, OutputOptions, RunsOptions
from hourglass.cli.output import print_json, print_line, print_lines, print_table
from hourglass.cli.telling import tell_scores
from hourglass.cli.telling_cards import tell_card
from hourglass.cli.telling_classes import tell_classification
from hourglass.cli.telling_estimates import tell_estimates
from hourglass.errors import HourglassError, printable
from hourglass.records import RunRecord, to_json
from hourglass.runs import RunFolder, list_runs

app = cyclopts.App(name="runs", help="List, show and find runs.")

RunName = Annotated[str, Parameter(help=RUN_OR_FILE)]


@app.command(name="list")
def list_(
    *,
    output_options: OutputOptions = OutputOptions(),
    runs_options: RunsOptions = RunsOptions(),
) -> None:
    """List all runs with their errors, the newest last."""
    lines = [_line(folder) for folder in list_runs(runs_options.runs)]
    if output_options.json:
        print_json(json.dumps([asdict(line) for line in lines], indent=2).encode() + b"\n")
        return
    if not lines:
        print_line(f"There is no run in {runs_options.runs}. Make one: hourglass demo")
        return
    print_table(
        f"Runs in {runs_options.runs}",
        ("run", "status", "split", "MSE or accuracy", "best baseline"),
        [_cells(line) for line in lines],
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
    folder = find_model(run, runs_options.runs)
    if isinstance(folder, BundleFile):
        tell_card(folder, json=output_options.json)
        return
    record = folder.read_record()
    if output_options.json:
        print_json(_shown(folder, record))
        return
    print_lines(folder.read_experiment().to_toml())
    print_line(f"{record.status}, started {record.started}, {record.steps:,} steps")
    print_line(f"again: {record.command}")
    if record.status != "finished":
        return
    experiment = folder.read_experiment()
    if experiment.classifies:
        tell_classification(folder.read_classification(), json=False)
    if experiment.estimates:
        tell_estimates(folder.read_estimates(), json=False)
    if experiment.knows_clean and not experiment.classifies:
        tell_scores(folder.read_scores(), json=False)


@app.command
def path(run: RunName, /, *, runs_options: RunsOptions = RunsOptions()) -> None:
    """Print where a run lies."""
    print_line(str(find_model(run, runs_options.runs).path.resolve()))


def _shown(folder: RunFolder, record: RunRecord) -> bytes:
    finished = record.status == "finished"
    experiment = folder.read_experiment()
    parts: dict[str, object] = {"record": record, "experiment": experiment, "scores": None}
    if finished and experiment.classifies:
        parts["classification"] = folder.read_classification()
    elif finished and experiment.knows_clean:
        parts["scores"] = folder.read_scores()
    if finished and experiment.estimates:
        parts["estimates"] = folder.read_estimates()
    texts = {name: to_json(part) if part else b"null" for name, part in parts.items()}
    return json.dumps({name: json.loads(text) for name, text in texts.items()}).encode() + b"\n"


@dataclass(frozen=True, kw_only=True)
class _Line:
    """A run in a list; what was not measured is ``None``."""

    run: str
    status: str
    split: str | None = None
    mse: float | None = None
    best_baseline: str | None = None
    best_baseline_mse: float | None = None
    accuracy: float | None = None
    best_baseline_accuracy: float | None = None


def _line(folder: RunFolder) -> _Line:
    name = printable(folder.path.name)
    try:
        status = folder.read_record().status
        if status == "finished" and folder.classified:
            return _line_of_classifier(name, folder)
        scores = folder.read_scores() if status == "finished" and folder.knows_clean else None
    except HourglassError:
        return _Line(run=name, status="damaged")
    if scores is None:
        return _Line(run=name, status=status)
    best = scores.best_baseline
    return _Line(
        run=name,
        status=status,
        split=scores.split,
        mse=scores.model.mse,
        best_baseline=best.label,
        best_baseline_mse=best.mse,
    )


def _line_of_classifier(name: str, folder: RunFolder) -> _Line:
    found = folder.read_classification()
    return _Line(
        run=name,
        status="finished",
        split=found.split,
        accuracy=found.model.accuracy,
        best_baseline=found.best_baseline.label,
        best_baseline_accuracy=found.best_baseline.accuracy,
    )


def _cells(line: _Line) -> tuple[str, ...]:
    if line.accuracy is not None:
        return (
            line.run,
            line.status,
            str(line.split),
            f"accuracy {line.accuracy:.4f}",
            f"{line.best_baseline_accuracy:.4f} ({line.best_baseline})",
        )
    if line.mse is None:
        return line.run, line.status, "", "", ""
    return (
        line.run,
        line.status,
        str(line.split),
        f"{line.mse:.5f}",
        f"{line.best_baseline_mse:.5f} ({line.best_baseline})",
    )
