"""``hourglass interpolate``."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from hourglass.bundles import find_model
from hourglass.cli.libraries import prepare_keras
from hourglass.cli.options import RUN_OR_FILE, DataOptions, DebugOptions, DeviceOptions, RunsOptions
from hourglass.cli.output import print_line, teller


def interpolate(
    run: Annotated[str, Parameter(help=RUN_OR_FILE)],
    ends: Annotated[
        tuple[str, ...],
        Parameter(help="Two positions in the test split, or image files; by default two classes."),
    ] = (),
    /,
    *,
    output: Annotated[Path, Parameter(help="The strip, a new PNG file.")],
    steps: Annotated[int, Parameter(help="How many images, both ends included.")] = 10,
    data_options: DataOptions = DataOptions(),
    device_options: DeviceOptions = DeviceOptions(),
    debug_options: DebugOptions = DebugOptions(),
    runs_options: RunsOptions = RunsOptions(),
) -> None:
    """Decode what lies between two images in a run's code to one strip."""
    folder = find_model(run, runs_options.runs)
    prepare_keras(debug=debug_options.debug, device=device_options.device)
    from hourglass.experiment import interpolate_images

    line = interpolate_images(
        folder,
        output,
        ends,
        steps=steps,
        data_dir=data_options.data_dir,
        offline=data_options.offline,
        tell=teller(quiet=False),
    )
    print_line(line)
