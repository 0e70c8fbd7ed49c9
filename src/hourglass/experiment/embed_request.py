"""What is asked of a file of latents."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hourglass.errors import ConfigurationError
from hourglass.evaluation import require_map
from hourglass.experiment.embed_map import GivenMap
from hourglass.experiment.embed_source import ImageSource
from hourglass.records import FrameChoice, LatentsRequest, MapName, Preprocessing, RangeOption


@dataclass(frozen=True, kw_only=True, slots=True)
class EmbedOptions:
    """What else is wanted of a file of latents.

    Attributes
    ----------
    thumbnails
        Whether rows have a small picture; ``None`` for what suits the kind of file: Parquet has
        them, the others do not.
    map
        The kind of map that rows get a place on: ``pca`` or ``tsne``.
    on_map
        A map that was made before, to place the rows on.
    seed
        Which latents a map is fitted to, and where it starts from.
    frames
        ``first`` takes the first frame or page of each file, ``all`` every one.
    range
        What black and white are in the files, as in ``FolderOptions``; by default also what the
        model learned.
    """

    thumbnails: bool | None = None
    map: MapName | None = None
    on_map: Path | None = None
    seed: int = 0
    frames: FrameChoice = "first"
    range: RangeOption | None = None


def require_possible(inputs: Sequence[Path], data: str | None, options: EmbedOptions) -> None:
    """Refuse words that do not belong together, and a map whose library is missing.

    Raises
    ------
    ConfigurationError
        If they do not, or it is.
    """
    if options.map is not None:
        require_map(options.map)
    if bool(inputs) == (data is not None):
        raise ConfigurationError(
            "Name image files and folders, or a data set with --data, and not both."
        )
    if options.map is not None and options.on_map is not None:
        raise ConfigurationError(
            "--map fits a new map and --on-map takes one that is there. Give one of them."
        )


def request_of(
    sha256: str,
    seen: Preprocessing,
    source: ImageSource,
    options: EmbedOptions,
    given: GivenMap | None,
    *,
    default: bool,
) -> LatentsRequest:
    """Return what a file of latents is made of; ``default`` says whether it has thumbnails."""
    return LatentsRequest(
        model_sha256=sha256,
        images=source.words,
        images_sha256=source.fingerprint,
        count=len(source),
        image_shape=seen.image_shape,
        resize=seen.resize,
        crop=seen.crop,
        color=seen.color,
        thumbnails=default if options.thumbnails is None else options.thumbnails,
        map=options.map if given is None else given.map.facts.kind,
        map_seed=0 if options.map is None else options.seed,
        placed_on=None if given is None else given.sha256,
        ranges=dict(source.ranges),
    )
