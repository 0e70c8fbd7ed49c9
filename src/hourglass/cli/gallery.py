"""``hourglass gallery``."""

import hashlib
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, Final

import cyclopts
from cyclopts import Parameter

from hourglass.cli.libraries import prepare_keras
from hourglass.cli.options import DataOptions, DeviceOptions, OutputOptions, RunsOptions
from hourglass.cli.output import print_json, print_line, print_lines, teller
from hourglass.cli.telling import tell_group
from hourglass.errors import CollapseError, ConfigurationError, MissingPathError
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

# A name of 255 bytes, with an ending and room for what a system puts beside a file.
_LONGEST_NAME: Final = 160
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
    entries: Annotated[
        tuple[str, ...], Parameter(help="Names of entries, or TOML files; several share one page.")
    ] = (),
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
        Path | None,
        Parameter(help="Folder of the group, for one entry; finished runs in it are kept."),
    ] = None,
    data_options: DataOptions = DataOptions(),
    device_options: DeviceOptions = DeviceOptions(),
    output_options: OutputOptions = OutputOptions(),
    runs_options: RunsOptions = RunsOptions(),
) -> None:
    """Run one entry or several: every run, a comparison, and one report for each.

    Several entries, or all, also share one page that sets their runs side by side. With --json each
    entry prints one JSON document, one after the other.
    """
    plans = [_asked(plan, quick=quick, data=data) for plan in _plans(entries, all=all)]
    together = all or len(plans) > 1
    if together and output is not None:
        raise ConfigurationError(
            "--output is the folder of one entry. For several, choose the folder that their groups "
            "go into with --runs."
        )
    prepare_keras(debug=output_options.debug, device=device_options.device)
    notes = (_QUICK_NOTE,) if quick else ()
    groups = []
    for plan in plans:
        path = output or runs_options.runs / (f"{plan.name}-quick" if quick else plan.name)
        groups.append(_run(plan, path, notes, data_options, output_options))
    if together:
        name = "gallery" if all else _page_name([plan.name for plan in plans])
        page = runs_options.runs / f"{name}{'-quick' if quick else ''}.html"
        _compare(groups, page, notes, json=output_options.json)
    if not quick:
        # One epoch is too short to judge what learned nothing; the tables have the flag.
        _refuse_collapse(plans, groups)


def _page_name(names: Sequence[str]) -> str:
    """Return the name of a page of several entries, which a file can have."""
    joined = "+".join(names)
    if len(joined.encode()) <= _LONGEST_NAME:
        return joined
    digest = hashlib.sha256(joined.encode()).hexdigest()[:8]
    return f"gallery-of-{len(names)}-{digest}"


def _compare(
    groups: Sequence[GroupFolder], path: Path, notes: Sequence[str], *, json: bool
) -> None:
    from hourglass.report import write_gallery_report

    # With --json standard output is for JSON alone.
    tell = teller(quiet=False) if json else print_line
    tell(f"All of them compared: {write_gallery_report(groups, path, notes=notes)}")


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


def _plans(entries: Sequence[str], *, all: bool) -> list[GroupPlan]:  # noqa: A002
    """Return what the entries say; what cannot be read is named, all of it at once."""
    if all == bool(entries):
        raise ConfigurationError(
            f"Name one or more entries, or say --all. There is: {', '.join(gallery_names())}."
        )
    plans: dict[str, tuple[str, GroupPlan]] = {}
    errors, repeated = [], []
    for entry in gallery_names() if all else entries:
        try:
            plan = read_entry(entry)
        except (ConfigurationError, MissingPathError) as error:
            errors.append(error)
            continue
        if plan.name not in plans:
            plans[plan.name] = entry, plan
        elif _file_of(plans[plan.name][0]) == _file_of(entry):
            repeated.append(entry)
        else:
            errors.append(
                ConfigurationError(
                    f"{plans[plan.name][0]} and {entry} would both make the group {plan.name!r}. "
                    "Rename one."
                )
            )
    if errors:
        raise errors[0] if len(errors) == 1 else ConfigurationError(" ".join(map(str, errors)))
    if repeated:
        teller(quiet=False)(f"Named more than once, run once: {', '.join(repeated)}.")
    return [plan for _, plan in plans.values()]


def _file_of(entry: str) -> Path:
    path = Path(entry)
    return (path if path.suffix == ".toml" else gallery_path(entry)).resolve()


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
    from hourglass.cli.output import errors
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
