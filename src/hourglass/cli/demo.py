"""``hourglass demo``."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from hourglass.cli.options import DataOptions, DeviceOptions, OutputOptions, RunsOptions
from hourglass.cli.train import new_path, train_and_tell


def demo(
    *,
    output: Annotated[
        Path | None, Parameter(help="Folder of the new run; it must not exist.")
    ] = None,
    device_options: DeviceOptions = DeviceOptions(),
    output_options: OutputOptions = OutputOptions(),
    runs_options: RunsOptions = RunsOptions(),
) -> None:
    """Train a denoiser for less than a minute on the images that come with Hourglass."""
    from hourglass.records import DEMO

    path = output or new_path(runs_options.runs, DEMO)
    train_and_tell(DEMO, path, DataOptions(offline=True), device_options, output_options)
