"""``hourglass report``."""

from typing import Annotated

from cyclopts import Parameter

from hourglass.bundles import find_model, require_run
from hourglass.cli.options import DebugOptions, RunsOptions
from hourglass.cli.output import print_line
from hourglass.runs import find_group


def report(
    run: Annotated[str, Parameter(help="Path or name of a run or a group, or `latest`.")],
    /,
    *,
    debug_options: DebugOptions = DebugOptions(),
    runs_options: RunsOptions = RunsOptions(),
) -> None:
    """Write the report of a run or a group again from its files."""
    group = find_group(run, runs_options.runs)
    if group is not None:
        from hourglass.report import write_group_report

        print_line(str(write_group_report(group)))
        return
    folder = require_run(
        find_model(run, runs_options.runs),
        "A report also shows the training's history and the images that were measured, which stay "
        "in the folder of the run.",
    )
    from hourglass.report import write_report

    print_line(str(write_report(folder)))
