"""``hourglass reconstruct``."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from hourglass.bundles import find_model
from hourglass.cli.libraries import prepare_keras
from hourglass.cli.options import (
    RUN_OR_FILE,
    DeviceOptions,
    FileOptions,
    OutputOptions,
    RunsOptions,
)
from hourglass.cli.output import teller
from hourglass.cli.telling_files import tell_file_scores


def reconstruct(
    run: Annotated[str, Parameter(help=RUN_OR_FILE)],
    inputs: Annotated[tuple[Path, ...], Parameter(help="Image files, or folders that hold some.")],
    /,
    *,
    output: Annotated[Path, Parameter(help="Folder of the results.")],
    file_options: FileOptions = FileOptions(),
    device_options: DeviceOptions = DeviceOptions(),
    output_options: OutputOptions = OutputOptions(),
    runs_options: RunsOptions = RunsOptions(),
) -> None:
    """Rebuild image files as they are and say how well; files that are done are left alone."""
    folder = find_model(run, runs_options.runs)
    prepare_keras(debug=output_options.debug, device=device_options.device)
    from hourglass.experiment import reconstruct_files, require_all_done

    # Which files failed is a result, so it is told also where the story is not.
    scores = reconstruct_files(
        folder,
        inputs,
        output,
        frames=file_options.frames,
        value_range=file_options.range,
        tell=teller(quiet=False),
    )
    tell_file_scores(scores, output, json=output_options.json)
    require_all_done(scores.failed, scores.files, output, scores.incomplete)
