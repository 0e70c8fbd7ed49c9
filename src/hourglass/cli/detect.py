"""``hourglass detect``."""

from pathlib import Path
from typing import Annotated, Any, Literal

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
from hourglass.cli.telling_detection import tell_detection
from hourglass.cli.telling_files import progress_of_files


def detect(
    run: Annotated[str, Parameter(help=RUN_OR_FILE)],
    inputs: Annotated[tuple[Path, ...], Parameter(help="Image files, or folders that hold some.")],
    /,
    *,
    output: Annotated[Path, Parameter(help="Folder of the results.")],
    false_alarms: Annotated[
        float | None,
        Parameter(
            help="Share of normal images that may be flagged; by default 0.01, or the lowest that "
            "so few held-out normal images can promise."
        ),
    ] = None,
    normal: Annotated[
        str | None,
        Parameter(
            help="Other normal images, which the run has not seen, to take the threshold from in "
            "place of the run's own: a data set or a path."
        ),
    ] = None,
    normal_label: Annotated[
        tuple[str, ...],
        Parameter(
            negative="",
            help="Name of a folder in IN whose files are normal, all others being anomalies: the "
            "methods are compared on them. May be given more than once.",
        ),
    ] = (),
    heat_maps: Annotated[
        Literal["worst", "all", "none"],
        Parameter(help="Which files get a picture of where they are unlike normal images."),
    ] = "worst",
    max_pixels: Annotated[
        int | None, Parameter(help="Refuse files with more pixels; 256,000,000 by default.")
    ] = None,
    range: Annotated[str | None, Parameter(help=RANGE, allow_leading_hyphen=True)] = None,  # noqa: A002 - as users type it
    data_options: DataOptions = DataOptions(),
    device_options: DeviceOptions = DeviceOptions(),
    output_options: OutputOptions = OutputOptions(),
    runs_options: RunsOptions = RunsOptions(),
) -> None:
    """Tell which image files are anomalies: unlike the normal images that a run learned from.

    The images that the run was trained on count as normal, all of them. The threshold is such
    that of other normal images at most the asked share is flagged, and the share that really was
    is printed beside it. Files are read as those of the training were. The output gets a table of
    all files, a sheet of the worst, and heat maps; a stopped command is gone on with by giving it
    again.
    """
    folder = find_model(run, runs_options.runs)
    prepare_keras(debug=output_options.debug, device=device_options.device)
    from hourglass.experiment import detect_files, require_all_done

    given: dict[str, Any] = {
        "false_alarms": false_alarms,
        "max_pixels": max_pixels,
        "value_range": range,
    }
    with progress_of_files(output_options.quiet) as progress:
        found = detect_files(
            folder,
            inputs,
            output,
            normal=normal,
            normal_labels=normal_label,
            heat_maps=heat_maps,
            data_dir=data_options.data_dir,
            offline=data_options.offline,
            tell=teller(output_options.quiet),
            # Which files failed is a result, so it is told also where the story is not.
            tell_failed=teller(quiet=False),
            progress=progress,
            **{name: value for name, value in given.items() if value is not None},
        )
    tell_detection(found, output, json=output_options.json)
    require_all_done(found.failed, found.files, output)
