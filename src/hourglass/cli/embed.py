"""``hourglass embed``."""

from pathlib import Path
from typing import Annotated, Literal

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
from hourglass.cli.telling_files import progress_of_files
from hourglass.cli.telling_latents import tell_embedded
from hourglass.records import FrameChoice
from hourglass.runs import latents_format


def embed(
    run: Annotated[str, Parameter(help=RUN_OR_FILE)],
    inputs: Annotated[
        tuple[Path, ...], Parameter(help="Image files, or folders that hold some.")
    ] = (),
    /,
    *,
    output: Annotated[
        Path, Parameter(help="The file of latents; it ends in .parquet, .npz or .csv.")
    ],
    data: Annotated[
        str | None, Parameter(help="In place of files: name of a data set, or a path.")
    ] = None,
    split: Annotated[
        Literal["train", "validation", "test", "all"],
        Parameter(help="With --data: which of its images."),
    ] = "test",
    thumbnails: Annotated[
        bool | None,
        Parameter(help="Give each row a small picture; by default .parquet has them."),
    ] = None,
    map: Annotated[  # noqa: A002 - the word that users type
        Literal["pca", "tsne"] | None,
        Parameter(help="Give each row a place on a map, and keep the map beside the output."),
    ] = None,
    on_map: Annotated[
        Path | None,
        Parameter(help="Place the rows on a map that an earlier command has kept (.map.npz)."),
    ] = None,
    seed: Annotated[int, Parameter(help="Where a map starts from.")] = 0,
    frames: Annotated[
        FrameChoice,
        Parameter(help="Take the first frame or page of each file, or all of them."),
    ] = "first",
    range: Annotated[str | None, Parameter(help=RANGE, allow_leading_hyphen=True)] = None,  # noqa: A002 - as users type it
    data_options: DataOptions = DataOptions(),
    device_options: DeviceOptions = DeviceOptions(),
    output_options: OutputOptions = OutputOptions(),
    runs_options: RunsOptions = RunsOptions(),
) -> None:
    """Write the latents of images to one file, to search, to cluster and to look at.

    Files are brought to the model's form as its training did it; each that cannot be read is
    named, and the others are done. A command that was stopped goes on when it is given again, and
    a finished file is left alone.
    """
    folder = find_model(run, runs_options.runs)
    latents_format(output)
    prepare_keras(debug=output_options.debug, device=device_options.device)
    from hourglass.experiment import EmbedOptions, embed_images, require_all_done

    with progress_of_files(output_options.quiet) as progress:
        done = embed_images(
            folder,
            inputs,
            output,
            data=data,
            split=split,
            options=EmbedOptions(
                thumbnails=thumbnails,
                map=map,
                on_map=on_map,
                seed=seed,
                frames=frames,
                range=range,
            ),
            data_dir=data_options.data_dir,
            offline=data_options.offline,
            # Which files failed is a result, so it is told also where the story is not.
            tell=teller(quiet=False),
            progress=progress,
        )
    tell_embedded(done, json=output_options.json)
    require_all_done(done.facts.failed, done.facts.request.count, output)
