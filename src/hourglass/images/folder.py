"""A folder of image files becomes a data set."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError
from hourglass.images.arrangement import MOST_LISTED, Arrangement
from hourglass.images.bring import Form, type_at_rest
from hourglass.images.decode import count_frames
from hourglass.images.files import CACHE_BYTES, FileImages, FileSource
from hourglass.images.form import Channels
from hourglass.images.labels_table import arrange_labeled
from hourglass.images.listing import Listing, every_frame_line, sorted_counts
from hourglass.images.memory import images_from
from hourglass.images.paired import PairedImages
from hourglass.images.partners import find_partners
from hourglass.images.promise import Images
from hourglass.images.reader import MOST_PIXELS
from hourglass.images.split import DataSet
from hourglass.images.survey import Survey, survey, tell_bad
from hourglass.images.value_range import RangeScan
from hourglass.images.workers import in_order
from hourglass.records import FolderOptions, FolderRecord, ValueRange

_SPLITS: Final = 3
#: Images of one size whose pixels take less are kept in memory.
IN_MEMORY_BYTES: Final = 1 << 30


def load_folder(
    folder: Path,
    options: FolderOptions = FolderOptions(),
    *,
    learned: Mapping[str, ValueRange] = MappingProxyType({}),
    in_memory: int = IN_MEMORY_BYTES,
    cache_bytes: int = CACHE_BYTES,
) -> DataSet:
    """Check every image of a folder, and load them or make them ready to be read.

    Parameters
    ----------
    folder
        Holds image files; or sub-folders of them, whose names are the classes; or splits, as
        ``split_folders`` recognizes them, each holding either. What is left out is counted in the
        record.
    options
        What is to be done with the images.
    learned
        What black and white were to a model that works on them, by type.
    in_memory
        Bytes up to which images of one size are kept in memory; others are read from their files
        when they are asked for. Nothing of this follows from the machine.
    cache_bytes
        Bytes of those that are kept after they were read.

    Raises
    ------
    DataError
        If there is no image, the arrangement is ambiguous, or files cannot be used: each is named
        with its reason, unless they are to be skipped and others are left in every split.
    """
    arrangement = _with_frames(arrange_labeled(folder, options), options)
    scan = RangeScan(options.range, learned)
    found = survey(arrangement.listing, options, in_memory, scan)
    _require_usable(found, arrangement, options)
    form = _form(found, options)
    record = _record(found, form, arrangement.listing, options)
    parts = _parts(arrangement, found, form, cache_bytes)
    return _data_set(arrangement, found, form, parts, record)


def load_paired_folders(
    folder: Path,
    partner: Path,
    options: FolderOptions = FolderOptions(),
    *,
    learned: Mapping[str, ValueRange] = MappingProxyType({}),
    in_memory: int = IN_MEMORY_BYTES,
    cache_bytes: int = CACHE_BYTES,
) -> DataSet:
    """Load noisy images and, from another folder, what each is compared with.

    Parameters
    ----------
    folder
        The noisy images, as ``load_folder`` takes them; their splits and classes are those of
        the pairs.
    partner
        Holds a file of the same size for each, found as ``find_partners`` says.
    options, learned, in_memory, cache_bytes
        As ``load_folder`` takes them, for both.

    Returns
    -------
    DataSet
        Of ``PairedImages``.

    Raises
    ------
    DataError
        If partners are missing or not clear; or as ``load_folder`` raises it, for both, and for
        partners of another size: with ``skip_bad`` such pairs are left out.
    """
    noisy = arrange_labeled(folder, options)
    partners, notes = find_partners(noisy.listing, partner, options)
    given = replace(noisy, listing=partners)
    noisy = replace(noisy, notes=(*noisy.notes, *notes))
    noisy, given = _with_frames(noisy, options), _with_frames(given, options)
    if not np.array_equal(noisy.listing.files, given.listing.files):
        raise DataError(
            f"The files of {folder} and those of {partner} differ in their numbers of frames, so "
            "that it is not clear which frames belong together. Say --frames first, or split them."
        )
    # What is compared has to be scaled alike.
    scan = RangeScan(options.range, learned)
    pair = [(each, survey(each.listing, options, in_memory, scan)) for each in (noisy, given)]
    _refuse_other_sizes(pair[0][1], pair[1][1])
    usable = np.intersect1d(pair[0][1].good, pair[1][1].good)
    for _, found in pair:
        found.keep_only(usable)
    for arrangement, found in pair:
        _require_usable(found, arrangement, options)
    forms = _common_forms(pair[0][1], pair[1][1], options)
    seen, target = (
        _parts(arrangement, found, form, cache_bytes)
        for (arrangement, found), form in zip(pair, forms, strict=True)
    )
    records = [
        _record(found, form, arrangement.listing, options)
        for (arrangement, found), form in zip(pair, forms, strict=True)
    ]
    failed = pair[0][1].failures.keys() | pair[1][1].failures.keys()
    record = replace(
        records[0],
        skipped=len(failed),
        reasons={**records[0].reasons, **records[1].reasons},
    )
    pairs = {part: PairedImages(target[part], seen[part]) for part in seen}
    data_set = _data_set(noisy, pair[0][1], forms[0], pairs, record)
    return replace(data_set, ranges=scan.ranges()[0].by_type)


def _with_frames(arrangement: Arrangement, options: FolderOptions) -> Arrangement:
    """Return an arrangement with every frame of its files, where that is asked for."""
    if options.frames == "first":
        return arrangement
    listing, most = arrangement.listing, options.max_pixels or MOST_PIXELS
    counts = np.fromiter(in_order(partial(count_frames, max_pixels=most), listing), np.int64)
    if not (counts > 1).any():
        return arrangement
    starts = np.cumsum([0, *arrangement.splits.values()])
    splits = {
        split: int(counts[start:end].sum())
        for split, (start, end) in zip(arrangement.splits, pairwise(starts), strict=True)
    }
    groups, notes = arrangement.groups, arrangement.notes
    if groups is None and len(splits) < _SPLITS:
        groups = np.arange(len(listing))
        if splits["train"] and starts[1] <= _SPLITS - len(splits):
            groups = None
            notes = (
                *notes,
                f"Frames of one file lie in several splits, as there are only {starts[1]} files: "
                "neighbors look alike, so scores will flatter the model.",
            )
    return replace(
        arrangement,
        listing=listing.with_frames(counts),
        splits=splits,
        classes=np.repeat(arrangement.classes, counts),
        groups=None if groups is None else np.repeat(groups, counts),
        notes=notes,
    )


def _data_set(
    arrangement: Arrangement,
    found: Survey,
    form: Form,
    parts: Mapping[str, Images],
    record: FolderRecord,
) -> DataSet:
    folder, groups = arrangement.listing.root, arrangement.groups
    if groups is not None:
        groups = groups[found.good[dict(_ranges(found, arrangement))["train"]]]
    left_out = arrangement.left_out
    record = replace(
        record,
        skipped=record.skipped + len(left_out),
        reasons=dict(list({**record.reasons, **left_out}.items())[: FolderRecord.MOST_REASONS]),
        notes=(*arrangement.notes, *record.notes),
        not_listed=sorted_counts(arrangement.listing.left_out),
    )
    return DataSet(
        name=folder.resolve().name or str(folder),
        train=parts["train"],
        validation=parts.get("validation"),
        test=parts.get("test"),
        source=str(folder),
        folder=record,
        groups=groups,
        bands=form.channels.bands,
        ranges=form.ranges.by_type,
    )


def _parts(
    arrangement: Arrangement, found: Survey, form: Form, cache_bytes: int
) -> Mapping[str, Images]:
    """Return the images of each split, in memory or to be read."""
    source = FileSource(
        arrangement.listing, found.good, found.sides, found.digests, form, cache_bytes
    )
    if found.kept is None:
        return _streamed(source, arrangement, found)
    return _in_memory(source, arrangement, found)


def _refuse_other_sizes(seen: Survey, target: Survey) -> None:
    """Make a bad file of each partner whose size is not that of its noisy image."""
    both, first, second = np.intersect1d(seen.good, target.good, return_indices=True)
    sides = seen.sides[first], target.sides[second]
    for position, *pair in zip(both, *sides, strict=True):
        want, have = ("×".join(map(str, side)) for side in pair)
        if want != have:
            target.failures[int(position)] = f"it is {have}, and its noisy image {want}"
    target.keep_only(np.setdiff1d(target.good, np.fromiter(target.failures, np.int64)))


def _common_forms(seen: Survey, target: Survey, options: FolderOptions) -> tuple[Form, Form]:
    """Return the forms of noisy images and of their partners, with as many channels each."""
    forms = _form(seen, options), _form(target, options)
    bands = {form.channels.bands for form in forms}
    if len(bands) > 1:
        raise DataError(
            f"Noisy images have {forms[0].channels}, and their partners {forms[1].channels}. Both "
            "need the same channels."
        )
    if max(form.channels.colors for form in forms) == 3:
        color = replace(options, color="rgb")
        forms = _form(seen, color), _form(target, color)
    channels = min((form.channels for form in forms), key=lambda one: one.total)
    return replace(forms[0], channels=channels), replace(forms[1], channels=channels)


def _require_usable(found: Survey, arrangement: Arrangement, options: FolderOptions) -> None:
    files, bad = len(arrangement.listing), len(found.failures)
    empty = [split for split, part in _ranges(found, arrangement) if part.start == part.stop]
    if not bad or (options.skip_bad and not empty):
        return
    reasons = tell_bad(found.failures, arrangement.listing, MOST_LISTED)
    more = f" and {bad - len(reasons):,} more" if bad > len(reasons) else ""
    what = "Mend or remove them, or go on without them (--skip-bad)."
    if empty and options.skip_bad:
        what = f"No image is left for {' and '.join(empty)}. Mend them."
    raise DataError(
        f"{bad:,} of {files:,} files cannot be read as images: {', '.join(reasons)}{more}. {what}"
    )


def _ranges(found: Survey, arrangement: Arrangement) -> Iterator[tuple[str, slice]]:
    """Yield each split with where its files lie among those that can be used."""
    start = 0
    for split, count in arrangement.splits.items():
        first, last = np.searchsorted(found.good, [start, start + count])
        yield split, slice(int(first), int(last))
        start += count


def _form(found: Survey, options: FolderOptions) -> Form:
    """Return what all images are brought to: no more channels or bits than some of them have."""
    ranges, _ = found.scan.ranges()
    # Those of partners may have other types.
    by_type = {name: one for name, one in ranges.by_type.items() if name in found.types}
    ranges = replace(ranges, by_type=by_type)
    dtype = type_at_rest(found.types, by_type)
    most = options.max_pixels or MOST_PIXELS
    return Form(options.resize_to, options.crop_to, _channels(found, options), dtype, most, ranges)


def _channels(found: Survey, options: FolderOptions) -> Channels:
    """Return which channels all images are brought to."""
    bands = max(channels.bands for channels in found.channels)
    colors = max(channels.colors for channels in found.channels)
    if options.color is not None:
        wanted = 1 if options.color == "gray" else 3
        if bands and wanted != colors:
            raise DataError(
                f"color = {options.color} was asked for, and the images have "
                f"{Channels(colors, bands)}, which stay what they are. Leave color out."
            )
        colors = wanted
    all_alpha = all(channels.alpha for channels in found.channels) and found.veiled > 0
    return Channels(colors, bands, all_alpha and not bands)


def _in_memory(source: FileSource, arrangement: Arrangement, found: Survey) -> Mapping[str, Images]:
    pixels, name = _array(found.kept or [], source), str(arrangement.listing.root)
    return {
        split: images_from(name, pixels[part], *_labels(arrangement, found.good[part]))
        for split, part in _ranges(found, arrangement)
    }


def _array(kept: list[tuple[NDArray[Any], Channels] | None], source: FileSource) -> NDArray[Any]:
    """Return the pixels of all images in one array, and give up what they were kept in."""
    form, sides = source.form, source.sides[0].tolist()
    shape = (len(kept), *sides, form.channels.total)
    try:
        pixels = np.empty(shape, form.dtype)
    except MemoryError as error:
        size = np.prod(shape) * np.dtype(form.dtype).itemsize / 2**30
        raise DataError(
            f"{len(kept):,} images of {'×'.join(map(str, shape[1:]))} need {size:,.1f} GiB of "
            "memory. Use fewer or smaller images."
        ) from error
    for number in reversed(range(len(kept))):
        image = kept.pop()
        if image is None:
            pixels[number] = source.decoded(number)
        else:
            path = source.listing[int(source.positions[number])]
            pixels[number] = form.bring_values(*image, path)
    return pixels


def _streamed(source: FileSource, arrangement: Arrangement, found: Survey) -> Mapping[str, Images]:
    return {
        split: FileImages(
            source,
            np.arange(part.start, part.stop),
            *_labels(arrangement, found.good[part]),
        )
        for split, part in _ranges(found, arrangement)
    }


def _labels(
    arrangement: Arrangement, positions: NDArray[np.int64]
) -> tuple[NDArray[np.int64] | None, Sequence[str] | None]:
    """Return the labels of files and the names of all classes, ``None`` where there are none."""
    labels = arrangement.classes[positions]
    return None if labels[0] < 0 else labels, arrangement.class_names or None


def _record(found: Survey, form: Form, listing: Listing, options: FolderOptions) -> FolderRecord:
    area = int(found.sides.astype(np.int64).prod(axis=1).sum())
    most = FolderRecord.MOST_REASONS
    return FolderRecord(
        kind="files" if found.kept is None else "memory",
        files=len(found.good),
        bytes=area * form.channels.total * np.dtype(form.dtype).itemsize,
        smallest=found.smallest,
        largest=found.largest,
        formats=_formats(found, listing),
        resize=None if options.resize is None else str(options.resize),
        crop=None if options.crop is None else str(options.crop),
        skipped=len(found.failures),
        reasons={
            listing.shown(position): reason
            for position, reason in list(found.failures.items())[:most]
        },
        notes=tuple(_notes(found, form, listing)),
    )


def _formats(found: Survey, listing: Listing) -> Mapping[str, int]:
    endings = (os.path.splitext(listing.name(int(number)))[1] for number in found.good)  # noqa: PTH122
    counted = Counter(ending.lower().removeprefix(".") or "without an ending" for ending in endings)
    return dict(sorted(counted.items()))


def _notes(found: Survey, form: Form, listing: Listing) -> Iterator[str]:
    """Yield a sentence for each thing that was done to images of some kinds."""
    gray = sum(count for channels, count in found.channels.items() if channels.colors == 1)
    color = len(found.good) - gray
    if form.channels.bands:
        yield f"Channels beyond color are data: every image has {form.channels}."
    elif form.channels.colors == 3 and gray:
        yield f"Gray images given three equal channels: {gray:,}."
    elif form.channels.colors == 1 and color:
        yield f"Color images made gray: {color:,}."
    if not form.channels.alpha and found.veiled:
        yield f"Images whose alpha hides something and was left out: {found.veiled:,}."
    if form.dtype == "uint16" and found.types["uint8"]:
        yield f"Images of 8 bits widened to 16: {found.types['uint8']:,}."
    yield from found.scan.ranges()[1]
    if listing.has_frames:
        files = len({listing.name(int(position)) for position in found.good})
        yield every_frame_line(len(found.good), files)
    elif found.animated:
        yield (
            f"Files with several frames, of which the first was taken: {found.animated:,}. Say "
            "--frames all to take every one."
        )
