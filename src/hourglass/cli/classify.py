"""``hourglass classify``."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from hourglass.bundles import find_model
from hourglass.cli.libraries import prepare_keras
from hourglass.cli.options import (
    RANGE,
    RUN_OR_FILE,
    DataOptions,
    DeviceOptions,
    OutputOptions,
    RunsOptions,
)
from hourglass.cli.output import teller
from hourglass.cli.telling_classes import tell_predictions
from hourglass.cli.telling_files import progress_of_files


def classify(
    run: Annotated[str, Parameter(help=RUN_OR_FILE)],
    inputs: Annotated[tuple[Path, ...], Parameter(help="Image files, or folders that hold some.")],
    /,
    *,
    output: Annotated[Path, Parameter(help="The table of predictions; it ends in .csv.")],
    top: Annotated[
        int | None, Parameter(help="Classes named for each file; 3 by default, or all of fewer.")
    ] = None,
    error: Annotated[
        float | None,
        Parameter(
            help="Share of images whose class may be missing from their set; 0.05 by default."
        ),
    ] = None,
    unknown: Annotated[
        float | None,
        Parameter(
            help="Share of images like those of the training that may be flagged as unknown; "
            "0.01 by default."
        ),
    ] = None,
    sheet: Annotated[
        Path | None, Parameter(help="A PNG file that shows the files that are least sure.")
    ] = None,
    max_pixels: Annotated[
        int | None, Parameter(help="Refuse files with more pixels; 256,000,000 by default.")
    ] = None,
    range: Annotated[str | None, Parameter(help=RANGE, allow_leading_hyphen=True)] = None,  # noqa: A002 - as users type it
    data_options: DataOptions = DataOptions(),
    device_options: DeviceOptions = DeviceOptions(),
    output_options: OutputOptions = OutputOptions(),
    runs_options: RunsOptions = RunsOptions(),
) -> None:
    """Name the class of each image file, say how sure that is, and flag what is unknown.

    Files are brought to the form of the training images. Probabilities are calibrated on the
    validation images of the run. A file is unsure if no class or several come into question, and
    unknown if it is unlike the training images. Where sub-folders are called like classes, the
    accuracy is printed. A command that was stopped goes on when it is given again, and a finished
    table is left alone.
    """
    folder = find_model(run, runs_options.runs)
    prepare_keras(debug=output_options.debug, device=device_options.device)
    from hourglass.experiment import classify_files, require_all_done

    given: dict[str, Any] = {"max_pixels": max_pixels, "value_range": range}
    with progress_of_files(output_options.quiet) as progress:
        done = classify_files(
            folder,
            inputs,
            output,
            top=top,
            error=error,
            unknown=unknown,
            sheet=sheet,
            data_dir=data_options.data_dir,
            offline=data_options.offline,
            tell=teller(output_options.quiet),
            # Which files failed is a result, so it is told also where the story is not.
            tell_failed=teller(quiet=False),
            progress=progress,
            **{name: value for name, value in given.items() if value is not None},
        )
    tell_predictions(done, json=output_options.json)
    require_all_done(done.failed, done.files, output)
