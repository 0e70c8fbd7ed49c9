"""A folder of image files becomes a data set."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError
from hourglass.images.arrangement import MOST_LISTED, Arrangement
from hourglass.images.bring import Form, type_at_rest
from hourglass.images.files import CACHE_BYTES, FileImages, FileSource
from hourglass.images.labels_table import arrange_labeled
from hourglass.images.listing import Listing, in_order
from hourglass.images.memory import images_from
from hourglass.images.paired import PairedImages
from hourglass.images.partners import find_partners
from hourglass.images.promise import Images
from hourglass.images.reader import MOST_PIXELS
from hourglass.images.split import DataSet
from hourglass.images.survey import Survey, survey, tell_bad
from hourglass.images.value_range import RangeScan
from hourglass.records import FolderOptions, FolderRecord, ValueRange, dtype_range

#: Images of one size whose pixels take less are kept in memory.
IN_MEMORY_BYTES: Final = 1 << 30


def load_folder(
    folder: Path,
    options: FolderOptions = FolderOptions(),
    *,
    in_memory: int = IN_MEMORY_BYTES,
    cache_bytes: int = CACHE_BYTES,
    learned: Mapping[str, ValueRange] | None = None,
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
    in_memory
        Bytes up to which images of one size are kept in memory; others are read from their files
        when they are asked for. Nothing of this follows from the machine.
    cache_bytes
        Bytes of those that are kept after they were read.
    learned
        What black and white were to the model that the images are for.

    Raises
    ------
    DataError
        If there is no image, the arrangement is ambiguous, or files cannot be used: each is named
        with its reason, unless they are to be skipped and others are left in every split.
    """
    arrangement = arrange_labeled(folder, options)
    scan = RangeScan(options.range, learned)
    found = survey(arrangement.listing, options, in_memory, scan)
    _require_usable(found, arrangement, options)
    form = _form(found, options)
    record = _record(found, form, arrangement.listing, options)
    return _data_set(arrangement, found, _parts(arrangement, found, form, cache_bytes), record)


def load_paired_folders(
    folder: Path,
    partner: Path,
    options: FolderOptions = FolderOptions(),
    *,
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
    options, in_memory, cache_bytes
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
    # Noisy images and their partners have one black and white.
    scan = RangeScan(options.range)
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
    return _data_set(noisy, pair[0][1], pairs, record)


def _data_set(
    arrangement: Arrangement, found: Survey, parts: Mapping[str, Images], record: FolderRecord
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
        not_listed=in_order(arrangement.listing.left_out),
    )
    return DataSet(
        name=folder.resolve().name or str(folder),
        train=parts["train"],
        validation=parts.get("validation"),
        test=parts.get("test"),
        source=str(folder),
        folder=record,
        ranges=found.scan.ranges()[0].by_type,
        groups=groups,
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
    if max(form.channels for form in forms) >= 3:
        color = replace(options, color="rgb")
        forms = _form(seen, color), _form(target, color)
    channels = min(form.channels for form in forms)
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
    all_alpha = found.channels.keys() <= {2, 4} and found.veiled > 0
    color = options.color or ("gray" if found.channels.keys() <= {1, 2} else "rgb")
    channels = (1 if color == "gray" else 3) + all_alpha
    known = found.scan.ranges()[0].by_type
    ranges = {name: known[name] for name in sorted(found.depths) if name in known}
    dtype = type_at_rest(found.depths, ranges)
    most = options.max_pixels or MOST_PIXELS
    return Form(options.resize_to, options.crop_to, channels, dtype, most, ranges)


def _in_memory(source: FileSource, arrangement: Arrangement, found: Survey) -> Mapping[str, Images]:
    pixels, name = _array(found.kept or [], source), str(arrangement.listing.root)
    return {
        split: images_from(name, pixels[part], *_labels(arrangement, found.good[part]))
        for split, part in _ranges(found, arrangement)
    }


def _array(kept: list[NDArray[Any] | None], source: FileSource) -> NDArray[Any]:
    """Return the pixels of all images in one array, and give up what they were kept in."""
    form, sides = source.form, source.sides[0].tolist()
    shape = (len(kept), *sides, form.channels)
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
        values = None if image is None else form.bring_values(image)
        pixels[number] = source.decoded(number) if values is None else values
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
        bytes=area * form.channels * np.dtype(form.dtype).itemsize,
        smallest=found.smallest,
        largest=found.largest,
        formats=_formats(found, listing),
        resize=None if options.resize is None else str(options.resize),
        crop=None if options.crop is None else str(options.crop),
        skipped=len(found.failures),
        reasons={
            str(listing[position]): reason
            for position, reason in list(found.failures.items())[:most]
        },
        notes=tuple(_notes(found, form)),
    )


def _formats(found: Survey, listing: Listing) -> Mapping[str, int]:
    endings = (os.path.splitext(listing.name(int(number)))[1] for number in found.good)  # noqa: PTH122
    counted = Counter(ending.lower().removeprefix(".") or "without an ending" for ending in endings)
    return dict(sorted(counted.items()))


def _notes(found: Survey, form: Form) -> Iterator[str]:
    """Yield a sentence for each thing that was done to images of some kinds."""
    gray = sum(found.channels[channels] for channels in (1, 2))
    color = len(found.good) - gray
    if form.channels >= 3 and gray:
        yield f"Gray images given three equal channels: {gray:,}."
    if form.channels <= 2 and color:
        yield f"Color images made gray: {color:,}."
    if form.channels in (1, 3) and found.veiled:
        yield f"Images whose alpha hides something and was left out: {found.veiled:,}."
    if form.dtype == "uint16" and found.depths["uint8"]:
        yield f"Images of 8 bits widened to 16: {found.depths['uint8']:,}."
    if form.dtype == "float32" and len(found.depths) > 1:
        kinds = [
            f"{count:,} {name} ({form.ranges.get(name, dtype_range(name)).rounded})"
            for name, count in sorted(found.depths.items())
        ]
        yield f"Images of several types, each with its own black and white: {', '.join(kinds)}."
    yield from found.scan.ranges()[1]
    if found.animated:
        yield f"Files with several frames, of which the first was taken: {found.animated:,}."
