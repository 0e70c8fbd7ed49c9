"""The images of a file of latents that are nearest to another image."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import ConfigurationError, OutputExistsError
from hourglass.evaluation import NeighborsSearch
from hourglass.experiment.codes import load_latent_model
from hourglass.experiment.embed_source import form_of, seen_by
from hourglass.experiment.file_ranges import find_ranges
from hourglass.figures import LabeledPicture, labeled_pictures
from hourglass.files import exists
from hourglass.images import decode_thumbnail, encode_thumbnail, write_image_file
from hourglass.images.memory import as_unit_range
from hourglass.inference import encode
from hourglass.records import (
    LatentRows,
    LatentsFacts,
    MetricName,
    SimilarImage,
    SimilarImages,
)
from hourglass.runs import TrainedModel, read_latents

_COLUMNS = 6


def similar_images(
    run: TrainedModel,
    image: Path,
    latents: Path,
    *,
    count: int = 10,
    metric: MetricName = "euclidean",
    sheet: Path | None = None,
) -> SimilarImages:
    """Find the images whose latents are nearest to those of an image.

    Parameters
    ----------
    run
        The run that the latents were made with.
    image
        An image file; it is brought to the model's form as the others were.
    latents
        A file of latents, as ``embed_images`` writes it.
    count
        How many are wanted.
    metric
        ``euclidean``, or ``cosine``: 1 less the cosine of the angle.
    sheet
        A new PNG file that shows the image and what was found.

    Raises
    ------
    ConfigurationError
        If the latents are those of another model, or a value cannot be.
    DataError
        If the image or the file of latents cannot be read.
    MissingPathError
        If one of them is not there.
    OutputExistsError
        If the sheet exists.
    WriteError
        If it cannot be written.
    """
    facts, rows = read_latents(latents)
    sha256, seen = seen_by(run)
    require_latents_of(sha256, facts, latents)
    if sheet is not None:
        require_sheet_of(sheet, rows, latents)
    # One image says little of black and white: those that it is held against have said it.
    known = {**seen.ranges, **facts.request.ranges}
    ranges, notes = find_ranges([image], None, known)
    form = replace(form_of(seen), ranges=ranges)
    pixels = form.read(image).pixels
    found = NeighborsSearch(rows.latents, metric).nearest(_latent(run, pixels), count)
    result = SimilarImages(
        image=str(image),
        latents=str(latents),
        metric=metric,
        searched=len(rows),
        found=tuple(
            _row(rows, int(position), float(distance))
            for position, distance in zip(*found, strict=True)
        ),
        sheet=None if sheet is None else str(sheet),
        notes=(*notes, *form.files_read.lines(ranges)),
    )
    if sheet is not None:
        asked = LabeledPicture(decode_thumbnail(encode_thumbnail(pixels)), (image.name, "asked"))
        _write_sheet(sheet, asked, rows, found.positions, result)
    return result


def require_latents_of(sha256: str, facts: LatentsFacts, latents: Path) -> None:
    """Refuse latents that another model made: its numbers mean other things.

    Raises
    ------
    ConfigurationError
        If it did.
    """
    found = facts.request.model_sha256
    if found != sha256:
        raise ConfigurationError(
            f"{latents} holds latents of another model: its weights have SHA-256 {found[:12]}, and "
            f"those of this run {sha256[:12]}. Name the run that made it, or `hourglass embed` the "
            "images with this one."
        )


def require_sheet_of(sheet: Path, rows: LatentRows, latents: Path) -> None:
    """Refuse a sheet that cannot be written, before anything is computed.

    Raises
    ------
    ConfigurationError
        If it is no PNG file, or there are no small pictures to show.
    OutputExistsError
        If it exists.
    """
    if sheet.suffix.lower() != ".png":
        raise ConfigurationError(f"The sheet is a PNG file; --sheet {sheet} names none.")
    if exists(sheet):
        raise OutputExistsError(f"{sheet} exists already. Choose another --sheet.")
    if rows.thumbnails is None:
        raise ConfigurationError(
            f"{latents} has no small pictures to show. Make it again with `hourglass embed "
            "--thumbnails`, or leave --sheet out."
        )


def picture_of(rows: LatentRows, position: int) -> NDArray[np.float32]:
    """Return the small picture of a row, shape (height, width, channels).

    Raises
    ------
    ConfigurationError
        If there are none.
    DataError
        If it is damaged.
    """
    if rows.thumbnails is None:
        raise ConfigurationError("There are no small pictures.")
    return decode_thumbnail(rows.thumbnails[position])


def _latent(run: TrainedModel, pixels: NDArray[np.generic]) -> NDArray[np.float32]:
    model, _ = load_latent_model(run)
    return encode(model, as_unit_range(pixels)[None]).reshape(-1)


def _row(rows: LatentRows, position: int, distance: float) -> SimilarImage:
    return SimilarImage(
        id=int(rows.ids[position]),
        path=rows.paths[position],
        label="" if rows.labels is None else rows.labels[position],
        distance=distance,
    )


def _write_sheet(
    sheet: Path,
    asked: LabeledPicture,
    rows: LatentRows,
    positions: NDArray[np.int64],
    result: SimilarImages,
) -> None:
    pictures = [
        LabeledPicture(picture_of(rows, int(position)), (one.path, f"{one.distance:.4f}"))
        for position, one in zip(positions, result.found, strict=True)
    ]
    lines = [pictures[start : start + _COLUMNS] for start in range(0, len(pictures), _COLUMNS)]
    paper = labeled_pictures([[asked], *lines])
    write_image_file(sheet, paper.astype(np.float32) / 255.0)
