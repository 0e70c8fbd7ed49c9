"""``hourglass sample``."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from hourglass.bundles import find_model
from hourglass.cli.libraries import prepare_keras
from hourglass.cli.options import RUN_OR_FILE, DataOptions, DebugOptions, DeviceOptions, RunsOptions
from hourglass.cli.output import print_line


def sample(
    run: Annotated[str, Parameter(help=RUN_OR_FILE)],
    /,
    *,
    output: Annotated[Path, Parameter(help="The sheet, a new PNG file.")],
    count: Annotated[int, Parameter(help="How many images.")] = 32,
    seed: Annotated[int, Parameter(help="Where the codes come from.")] = 0,
    data_options: DataOptions = DataOptions(),
    device_options: DeviceOptions = DeviceOptions(),
    debug_options: DebugOptions = DebugOptions(),
    runs_options: RunsOptions = RunsOptions(),
) -> None:
    """Decode random codes to one sheet of images, and say where the codes come from."""
    folder = find_model(run, runs_options.runs)
    prepare_keras(debug=debug_options.debug, device=device_options.device)
    from hourglass.experiment import sample_images

    line = sample_images(
        folder,
        output,
        count=count,
        seed=seed,
        data_dir=data_options.data_dir,
        offline=data_options.offline,
    )
    print_line(line)
