"""``hourglass denoise``."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from hourglass.bundles import find_model
from hourglass.cli.libraries import prepare_keras
from hourglass.cli.options import RUN_OR_FILE, DeviceOptions, OutputOptions, RunsOptions
from hourglass.cli.output import teller
from hourglass.cli.telling_files import progress_of_files, tell_denoised


def denoise(
    run: Annotated[str, Parameter(help=RUN_OR_FILE)],
    inputs: Annotated[tuple[Path, ...], Parameter(help="Image files, or folders that hold some.")],
    /,
    *,
    output: Annotated[Path, Parameter(help="Folder of the results.")],
    strength: Annotated[
        float, Parameter(help="Share of the correction, from 0 (the file's pixels) to 1.")
    ] = 1.0,
    noise_level: Annotated[
        float | None,
        Parameter(
            help="Standard deviation of the noise, white is 1, if it is known; else it is "
            "estimated. It is compared with what the run was trained for."
        ),
    ] = None,
    sheet: Annotated[
        Path | None,
        Parameter(help="A new PNG file that shows up to twelve files before and after."),
    ] = None,
    max_pixels: Annotated[
        int | None, Parameter(help="Refuse files with more pixels; 256,000,000 by default.")
    ] = None,
    device_options: DeviceOptions = DeviceOptions(),
    output_options: OutputOptions = OutputOptions(),
    runs_options: RunsOptions = RunsOptions(),
) -> None:
    """Denoise image files of any size; each stays the kind of file that it is.

    PNG, JPEG, WebP and TIFF keep format, 8 or 16 bits, alpha, EXIF and color profile; other
    formats, such as BMP and GIF, become PNG. Folders are done with the tree below them, and what
    is left out of them is counted. Nothing is ever written over: files that are done already are
    left alone, so that a stopped command is gone on with by giving it again.
    """
    folder = find_model(run, runs_options.runs)
    prepare_keras(debug=output_options.debug, device=device_options.device)
    from hourglass.experiment import denoise_files, require_all_done

    limits = {} if max_pixels is None else {"max_pixels": max_pixels}
    with progress_of_files(output_options.quiet) as progress:
        done = denoise_files(
            folder,
            inputs,
            output,
            strength=strength,
            noise_level=noise_level,
            sheet=sheet,
            # Which files failed is a result, so it is told also where the story is not.
            tell=teller(quiet=False),
            progress=progress,
            **limits,
        )
    tell_denoised(done, output, json=output_options.json, tell=teller(output_options.quiet))
    require_all_done(done.count("failed"), len(done.files), output)
