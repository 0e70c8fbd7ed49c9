"""``hourglass data``."""

from typing import Annotated, Literal

import cyclopts
from cyclopts import Parameter
from rich.progress import DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

from hourglass.cli.options import RANGE, DataOptions, OutputOptions
from hourglass.cli.output import errors, print_json, print_line, print_table
from hourglass.images import DataFacts, describe, fetch, places
from hourglass.records import DATA_SETS, FolderOptions, FolderRecord, left_out_line, to_json

app = cyclopts.App(name="data", help="List, show, fetch and find data sets.")

DataName = Annotated[str, Parameter(help="Name of a data set.")]


@app.command(name="list")
def list_(*, data_options: DataOptions = DataOptions()) -> None:
    """List the named data sets and where each is found."""
    print_table(
        "Data sets",
        ("name", "found"),
        [(name, _where(name, data_options)) for name in sorted(DATA_SETS)],
    )


@app.command
def show(
    data: Annotated[str, Parameter(help="Name of a data set, or a path.")],
    /,
    *,
    splits: Annotated[
        Literal["auto", "folders", "none"] | None,
        Parameter(help="Whether sub-folders are splits, as `hourglass train` takes it."),
    ] = None,
    range: Annotated[str | None, Parameter(help=RANGE, allow_leading_hyphen=True)] = None,  # noqa: A002 - as users type it
    data_options: DataOptions = DataOptions(),
    output_options: OutputOptions = OutputOptions(),
) -> None:
    """Show size, shape, classes and fingerprint of a data set."""
    folder = FolderOptions(splits=splits or "auto", range=range)
    facts = describe(data, data_options.data_dir, data_options.offline, folder=folder)
    if output_options.json:
        print_json(to_json(facts))
        return
    for line in _lines(facts):
        print_line(line)


@app.command(name="fetch")
def fetch_(data: DataName, /, *, data_options: DataOptions = DataOptions()) -> None:
    """Make sure that a named data set is on this machine; download it if need be."""
    with Progress(
        TextColumn("{task.description}"),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=errors(),
        disable=not errors().is_terminal,
        transient=True,
    ) as bars:
        tasks: dict[str, TaskID] = {}

        def advance(file: str, size: int) -> None:
            if file not in tasks:
                tasks[file] = bars.add_task(file, total=None)
            bars.advance(tasks[file], size)

        path = fetch(data, data_options.data_dir, offline=data_options.offline, progress=advance)
    print_line(str(path))


@app.command
def path(data: DataName, /, *, data_options: DataOptions = DataOptions()) -> None:
    """Print every place where a data set is looked for, in that order."""
    for place in places(data, data_options.data_dir):
        print_line(f"{place.location}: {'found' if place.found else place.reason}")


def _where(name: str, data_options: DataOptions) -> str:
    found = [place for place in places(name, data_options.data_dir) if place.found]
    return found[0].location if found else f"nowhere yet: hourglass data fetch {name}"


def _lines(facts: DataFacts) -> list[str]:
    counts = ", ".join(f"{count:,} {split}" for split, count in facts.images.items())
    shape = " × ".join("any" if size is None else str(size) for size in facts.image_shape)
    return [
        f"name         {facts.name}",
        f"images       {counts}",
        f"shape        {shape} ({facts.dtype}), {facts.bytes / 1e6:.1f} MB",
        *(f"range        {one.rounded} ({name})" for name, one in facts.ranges.items()),
        f"classes      {', '.join(facts.classes) or 'none'}",
        f"fingerprint  {facts.fingerprint}",
        f"source       {facts.source}",
        *(f"note         {note}" for note in facts.notes),
        *(_of_a_folder(facts.folder) if facts.folder is not None else ()),
    ]


def _of_a_folder(folder: FolderRecord) -> list[str]:
    formats = ", ".join(f"{count:,} {ending}" for ending, count in folder.formats.items())
    left_out, more = folder.left_out()
    not_listed = left_out_line(folder.not_listed)
    return [
        f"sizes        {folder.sizes}",
        f"formats      {formats}",
        *(f"note         {note}" for note in folder.notes),
        *(f"left out     {file}" for file in left_out),
        *([f"left out     {more:,} more"] if more else []),
        *(
            [f"left out     {not_listed.removeprefix('Left out: ').rstrip('.')}"]
            if not_listed
            else []
        ),
    ]
