"""``hourglass similar``."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from hourglass.bundles import find_model
from hourglass.cli.libraries import prepare_keras
from hourglass.cli.options import RUN_OR_FILE, DeviceOptions, OutputOptions, RunsOptions
from hourglass.cli.telling_latents import tell_duplicates, tell_similar
from hourglass.errors import ConfigurationError
from hourglass.runs import read_latents_facts


def similar(
    run: Annotated[str | None, Parameter(help=RUN_OR_FILE)] = None,
    image: Annotated[Path | None, Parameter(help="The image file that others are like.")] = None,
    /,
    *,
    latents: Annotated[
        Path, Parameter(name="--in", help="The file of latents to look in, of `hourglass embed`.")
    ],
    count: Annotated[int | None, Parameter(help="How many images; 10 by default.")] = None,
    metric: Annotated[
        Literal["euclidean", "cosine"] | None,
        Parameter(help="What nearness is; euclidean by default."),
    ] = None,
    duplicates: Annotated[
        bool,
        Parameter(
            negative="",
            help="In place of RUN and IMAGE: find all images that are there twice, or nearly.",
        ),
    ] = False,
    within: Annotated[
        float | None,
        Parameter(help="With --duplicates: latents are near up to this distance."),
    ] = None,
    output: Annotated[
        Path | None, Parameter(help="With --duplicates: a new .csv or .json file of all pairs.")
    ] = None,
    sheet: Annotated[Path | None, Parameter(help="A new PNG file that shows what was found.")] = (
        None
    ),
    device_options: DeviceOptions = DeviceOptions(),
    output_options: OutputOptions = OutputOptions(),
    runs_options: RunsOptions = RunsOptions(),
) -> None:
    """Find the images that are most like one, or all that are there twice."""
    _require_question(run, image, duplicates=duplicates, of_duplicates=(within, output))
    if duplicates and (count is not None or metric is not None):
        raise ConfigurationError("--count and --metric are for one image; leave them out.")
    # A file that is refused is refused before libraries take their seconds to load.
    read_latents_facts(latents)
    folder = None if run is None else find_model(run, runs_options.runs)
    prepare_keras(debug=output_options.debug, device=device_options.device)
    from hourglass.experiment import find_duplicates, similar_images

    if folder is None or image is None:
        found = find_duplicates(latents, within=within, output=output, sheet=sheet)
        tell_duplicates(found, json=output_options.json)
        return
    result = similar_images(
        folder,
        image,
        latents,
        count=10 if count is None else count,
        metric=metric or "euclidean",
        sheet=sheet,
    )
    tell_similar(result, json=output_options.json)


def _require_question(
    run: str | None, image: Path | None, *, duplicates: bool, of_duplicates: tuple[object, ...]
) -> None:
    """Refuse words that do not belong together."""
    if duplicates and run is not None:
        raise ConfigurationError("--duplicates needs no run and no image; leave them out.")
    if not duplicates and image is None:
        raise ConfigurationError(
            "Name a run and an image: hourglass similar RUN IMAGE --in LATENTS. With --duplicates "
            "neither is needed."
        )
    if not duplicates and any(word is not None for word in of_duplicates):
        raise ConfigurationError("--within and --output go with --duplicates. Add it.")
