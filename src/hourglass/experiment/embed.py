"""The latents of many images, written to one file."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from hourglass.errors import DataError, OutputExistsError
from hourglass.experiment.codes import load_latent_model
from hourglass.experiment.embed_map import (
    GivenMap,
    map_of,
    placed,
    places_of,
    read_given_map,
)
from hourglass.experiment.embed_parts import encode_part, images_in_a_part, rows_of
from hourglass.experiment.embed_request import EmbedOptions, request_of, require_possible
from hourglass.experiment.embed_source import (
    FilesSource,
    ImageSource,
    SplitName,
    form_of,
    seen_by,
    source_of_data,
)
from hourglass.files import derived_name, exists, locked, remove_folder, remove_leftovers
from hourglass.models import LatentModel
from hourglass.records import (
    EmbeddedImages,
    LatentRows,
    LatentsFacts,
    LatentsMap,
    LatentsRequest,
)
from hourglass.runs import (
    LatentsParts,
    PartsPlan,
    TrainedModel,
    latents_format,
    map_path,
    parts_folder,
    read_latents_facts,
    write_latents_map,
)

Tell = Callable[[str], None]
Progress = Callable[[float, int], None]


class _Job(NamedTuple):
    """All that is needed to make a file of latents."""

    output: Path
    model: LatentModel
    source: ImageSource
    request: LatentsRequest
    given: GivenMap | None


def embed_images(
    run: TrainedModel,
    inputs: Sequence[Path],
    output: Path,
    *,
    data: str | None = None,
    split: SplitName = "test",
    options: EmbedOptions = EmbedOptions(),
    data_dir: Path | None = None,
    offline: bool = False,
    tell: Tell = lambda line: None,
    progress: Progress = lambda done, images: None,
) -> EmbeddedImages:
    """Write the latents of image files, or of a data set, to one file.

    They are encoded in parts that are kept until all are there: a command that was stopped goes on
    where it was, encodes nothing twice, and ends with the same bytes. A variational autoencoder
    gives the means of its codes.

    Parameters
    ----------
    run
        A run whose network has a code.
    inputs
        Image files, and folders whose files are taken with the tree below them.
    output
        A file that ends in ``.parquet``, ``.npz`` or ``.csv``. One that is there and was made of
        the same images by the same model is left alone.
    data, split
        In place of files: a data set, and which of its images.
    options
        Thumbnails and map.
    data_dir, offline
        Where data come from.
    tell
        Called with a line for each image that failed, and for what was guessed of folders.
    progress
        Called with the number of images that are done and of all.

    Returns
    -------
    EmbeddedImages
        Images that failed are told there too; all others are done.

    Raises
    ------
    BusyError
        If another command is writing the output.
    ConfigurationError
        If the run has no code, or a value or a library is missing.
    DataError
        If no image can be read.
    MissingPathError
        If an input does not exist, cannot be reached, or is a folder without an image file.
    OutputExistsError
        If the output is there and was made of something else.
    WriteError
        If it cannot be written.
    """
    form = latents_format(output)
    require_possible(inputs, data, options)
    model, _ = load_latent_model(run)
    sha256, seen = seen_by(run)
    given = None if options.on_map is None else read_given_map(options.on_map, sha256)
    source: ImageSource
    if data is None:
        source = FilesSource(inputs, form_of(seen), seen.ranges, options.frames, options.range)
    else:
        source = source_of_data(
            data,
            split,
            seen,
            experiment=run.read_experiment(),
            option=options.range,
            data_dir=data_dir,
            offline=offline,
        )
    for note in source.notes:
        tell(note)
    request = request_of(sha256, seen, source, options, given, default=form.thumbnails)
    job = _Job(output, model, source, request, given)
    busy = f"Another command is writing {output}. Wait until it is done, or end it."
    lock = output.with_name(derived_name(output.name, before=".", after=".lock"))
    with locked(lock, busy=busy):
        if exists(output):
            return _done_before(job, tell)
        _require_room(job)
        remove_leftovers(output.parent, {path.name for path in _made(job)})
        done = _embedded(job, tell, progress)
    for line in source.of_files_read():
        tell(line)
    return done


def _done_before(job: _Job, tell: Tell) -> EmbeddedImages:
    """Leave a finished file alone, if it is what was asked for.

    A command that was killed after its last step has left parts; they are removed.
    """
    facts = read_latents_facts(job.output)
    if facts.request != job.request:
        raise OutputExistsError(
            f"{job.output} exists already and was made of other images, by another model, or with "
            "other options. Choose another --output, or remove that one."
        )
    remove_folder(parts_folder(job.output))
    for reason in facts.reasons.values():
        tell(reason)
    return EmbeddedImages(
        output=str(job.output), facts=facts, encoded=0, done_before=True, map_file=_map_file(job)
    )


def _require_room(job: _Job) -> None:
    """Refuse to replace what belongs to something else: only own parts say that it is ours."""
    for path in _made(job)[1:]:
        if exists(path) and not exists(parts_folder(job.output)):
            raise OutputExistsError(
                f"{path} exists already and would be written beside {job.output}. Choose another "
                "--output, or remove it."
            )


def _made(job: _Job) -> list[Path]:
    """Return the files that are written: the one that was asked for, and those beside it."""
    beside = latents_format(job.output).companions(job.output)
    maps = [map_path(job.output)] if _fits_a_map(job) else []
    return [job.output, *beside, *maps]


def _fits_a_map(job: _Job) -> bool:
    return job.request.map is not None and job.given is None


def _map_file(job: _Job) -> str | None:
    return str(map_path(job.output)) if _fits_a_map(job) else None


def _parts(job: _Job) -> LatentsParts:
    numbers = job.model.code_size
    return LatentsParts(
        job.output,
        PartsPlan(
            request=job.request,
            numbers=numbers,
            images_each=images_in_a_part(numbers),
            changed=job.source.changed,
        ),
    )


def _embedded(job: _Job, tell: Tell, progress: Progress) -> EmbeddedImages:
    parts = _parts(job)
    encoded, reasons, rows = 0, {}, 0
    for number in range(parts.plan.count):
        positions = parts.positions(number)
        part = parts.read(number)
        if part is None:
            part = encode_part(
                job.model,
                job.source,
                positions,
                thumbnails=job.request.thumbnails,
                progress=partial(_advance, progress, positions.start, len(job.source)),
            )
            parts.write(number, part)
            encoded += len(part)
        progress(positions.stop, len(job.source))
        rows += len(part)
        for position, reason in part.reasons.items():
            tell(reason)
            reasons[position] = reason
    facts = _facts(job, rows, reasons)
    _write(job, parts, facts, tell)
    parts.remove()
    return EmbeddedImages(
        output=str(job.output), facts=facts, encoded=encoded, map_file=_map_file(job)
    )


def _advance(progress: Progress, before: int, images: int, done: int) -> None:
    progress(before + done, images)


def _facts(job: _Job, rows: int, reasons: dict[int, str]) -> LatentsFacts:
    if not rows:
        first = next(iter(reasons.values()))
        raise DataError(f"None of {len(job.source):,} images can be read. The first: {first}")
    told = islice(reasons.items(), LatentsFacts.MOST_REASONS)
    return LatentsFacts(
        request=job.request,
        rows=rows,
        numbers=job.model.code_size,
        labeled=job.source.labeled,
        failed=len(reasons),
        reasons={job.source.name(position): reason for position, reason in told},
        not_listed=dict(job.source.left_out),
    )


def _write(job: _Job, parts: LatentsParts, facts: LatentsFacts, tell: Tell) -> None:
    """Write the map, if one was fitted, and then the file, so that where it is, all is there."""
    on = _map(job, parts, tell)
    places = None if on is None else places_of(parts, on)
    if on is not None and job.given is None:
        write_latents_map(map_path(job.output), on)

    def rows() -> Iterable[LatentRows]:
        found = rows_of(parts, job.source, facts.labeled)
        return found if places is None else placed(found, places)

    latents_format(job.output).write(job.output, facts, rows)


def _map(job: _Job, parts: LatentsParts, tell: Tell) -> LatentsMap | None:
    if job.given is not None:
        return job.given.map
    return None if job.request.map is None else map_of(parts, tell)
