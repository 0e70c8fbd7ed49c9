"""``hourglass gallery``."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, Final

import cyclopts
from cyclopts import Parameter

from hourglass.cli.libraries import prepare_keras
from hourglass.cli.options import DataOptions, DeviceOptions, OutputOptions, RunsOptions
from hourglass.cli.output import print_json, print_line, print_lines
from hourglass.cli.telling import tell_group
from hourglass.errors import CollapseError, ConfigurationError
from hourglass.records import (
    Experiment,
    GroupPlan,
    gallery_names,
    gallery_path,
    read_entry,
    to_json,
)
from hourglass.runs import GroupFolder

app = cyclopts.App(name="gallery", help="Experiments that come with Hourglass, each by its name.")

_QUICK_NOTE: Final = (
    "A first look: one epoch on the small sample, two rows and Hourglass' own choice. It shows "
    "that everything runs and what the pictures are; it cannot show which method is better, nor "
    "the figures of the full data."
)


@app.default
def list_entries() -> None:
    """List the entries, a line each."""
    names = gallery_names()
    width = max(map(len, names))
    for name in names:
        print_line(f"{name:<{width}}  {read_entry(name).about}")


@app.command
def show(name: Annotated[str, Parameter(help="Name of an entry.")], /) -> None:
    """Print an entry as a TOML file, to copy and change."""
    print_lines(gallery_path(name).read_text(encoding="utf-8").rstrip())


@app.command
def run(
    entry: Annotated[str | None, Parameter(help="Name of an entry, or a TOML file.")] = None,
    /,
    *,
    all: Annotated[  # noqa: A002 - it is called so on the command line
        bool, Parameter(negative="", help="Run all entries, one after the other.")
    ] = False,
    quick: Annotated[
        bool, Parameter(negative="", help="A first look: one epoch on the small sample.")
    ] = False,
    data: Annotated[
        str | None, Parameter(help="Other data than the entry's: a name, or a path.")
    ] = None,
    output: Annotated[
        Path | None, Parameter(help="Folder of the group; finished runs in it are kept.")
    ] = None,
    data_options: DataOptions = DataOptions(),
    device_options: DeviceOptions = DeviceOptions(),
    output_options: OutputOptions = OutputOptions(),
    runs_options: RunsOptions = RunsOptions(),
) -> None:
    """Run an entry: every run of it, a comparison, and one report."""
    plans = [_asked(plan, quick=quick, data=data) for plan in _plans(entry, all=all)]
    if all and output is not None:
        raise ConfigurationError("--all takes no --output; --runs says where the groups go.")
    prepare_keras(debug=output_options.debug, device=device_options.device)
    notes = (_QUICK_NOTE,) if quick else ()
    groups = []
    for plan in plans:
        path = output or runs_options.runs / (f"{plan.name}-quick" if quick else plan.name)
        groups.append(_run(plan, path, notes, data_options, output_options))
    if all:
        _compare(groups, runs_options.runs / f"gallery{'-quick' if quick else ''}.html", notes)
    if not quick:
        # One epoch is too short to judge what learned nothing; the tables have the flag.
        _refuse_collapse(plans, groups)


def _compare(groups: Sequence[GroupFolder], path: Path, notes: Sequence[str]) -> None:
    from hourglass.report import write_gallery_report

    print_line(f"All of them compared: {write_gallery_report(groups, path, notes=notes)}")


def _refuse_collapse(plans: Sequence[GroupPlan], groups: Sequence[GroupFolder]) -> None:
    """End with an error if a run collapsed that was not expected to."""
    unexpected = [
        f"{plan.name}/{member.name}"
        for plan, group in zip(plans, groups, strict=True)
        for member in plan.members
        if not member.experiment.classifies
        and group.run(member.name).read_scores().collapsed
        and member.experiment.expected != "collapse"
    ]
    if unexpected:
        raise CollapseError(
            f"{', '.join(unexpected)} learned nothing that depends on the input; everything is "
            'kept. Where that is what is to be shown, the run says expected = "collapse".'
        )


def _plans(entry: str | None, *, all: bool) -> list[GroupPlan]:  # noqa: A002
    if all == (entry is not None):
        raise ConfigurationError(
            f"Name one entry or say --all. There is: {', '.join(gallery_names())}."
        )
    return [read_entry(name) for name in (gallery_names() if entry is None else [entry])]


def _asked(plan: GroupPlan, *, quick: bool, data: str | None) -> GroupPlan:
    plan = plan.a_first_look() if quick else plan
    return plan if data is None else plan.on(data)


def _run(
    plan: GroupPlan,
    path: Path,
    notes: Sequence[str],
    data_options: DataOptions,
    output_options: OutputOptions,
) -> GroupFolder:
    """Run one group and tell what it found."""
    from hourglass.cli.output import errors, teller
    from hourglass.experiment import run_group
    from hourglass.training import ProgressBar

    with ExitStack() as terminal:

        def callbacks(experiment: Experiment) -> Sequence[Any]:
            # A bar gives the terminal back also when its training is interrupted.
            bar = ProgressBar(errors(), experiment.plan.batch_size, quiet=output_options.quiet)
            return (terminal.enter_context(bar),)

        group = run_group(
            plan,
            path,
            notes=notes,
            data_dir=data_options.data_dir,
            offline=data_options.offline,
            callbacks=callbacks,
            tell=teller(output_options.quiet),
        )
    if output_options.json:
        print_json(to_json(group.read_record()))
    else:
        tell_group(group)
    return group
