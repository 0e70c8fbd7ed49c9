"""``hourglass denoise``."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from hourglass.cli.libraries import prepare_keras
from hourglass.cli.options import DebugOptions, DeviceOptions, RunsOptions
from hourglass.cli.output import print_line, teller
from hourglass.runs import find_run


def denoise(
    run: Annotated[str, Parameter(help="Path or name of a run, or `latest`.")],
    inputs: Annotated[tuple[Path, ...], Parameter(help="PNG files, or folders that hold some.")],
    /,
    *,
    output: Annotated[Path, Parameter(help="Folder of the results.")],
    device_options: DeviceOptions = DeviceOptions(),
    debug_options: DebugOptions = DebugOptions(),
    runs_options: RunsOptions = RunsOptions(),
) -> None:
    """Denoise PNG files; names are kept, and files that are done already are left alone."""
    folder = find_run(run, runs_options.runs)
    prepare_keras(debug=debug_options.debug, device=device_options.device)
    from hourglass.experiment import denoise_files

    # Which files failed is a result, so it is told also where the story is not.
    count = denoise_files(folder, inputs, output, tell=teller(quiet=False))
    print_line(f"{count} files written to {output}.")
