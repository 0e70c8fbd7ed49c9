"""Which file of another folder belongs to each image: by name, or in order."""

import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Final

from hourglass.errors import DataError
from hourglass.images.arrangement import listed
from hourglass.images.listing import Listing, images_below, natural_key
from hourglass.records import FolderOptions

_WAYS: Final[tuple[tuple[Callable[[str], str], str], ...]] = (
    (lambda name: _stem(name), "Paired by name without the ending"),
    (lambda name: _stem(name).casefold(), "Paired by name in spite of other capital letters"),
)


def find_partners(
    noisy: Listing, partner: Path, options: FolderOptions
) -> tuple[Listing, tuple[str, ...]]:
    """Find the partner of each image.

    A partner has the same path from its folder on, after ``clean_name`` has replaced a part of
    it; else the same but for its ending or for capital letters, where one file alone fits. With
    ``pair_by = "order"`` names are sorted, numbers in them by their size, and not compared.

    Parameters
    ----------
    noisy
        The images.
    partner
        Folder of the partners.
    options
        ``clean_name`` and ``pair_by`` are looked at.

    Returns
    -------
    Listing
        The partners, in the order of the images.
    tuple
        A sentence for each way of pairing but the same name.

    Raises
    ------
    DataError
        If an image has no partner, or more than one fits.
    """
    names = [noisy.name(index) for index in range(len(noisy))]
    if options.pair_by == "order":
        return _in_order(noisy, names, partner)
    wanted, notes = _renamed(noisy, names, partner, options)
    found: dict[int, str] = {
        index: name for index, name in enumerate(wanted) if (partner / name).is_file()
    }
    others: list[str] = []
    if len(found) < len(names):
        listing = Listing(partner, images_below(partner, partner))
        others = [listing.name(index) for index in range(len(listing))]
        notes += _guessed(wanted, others, found, noisy, partner)
    if len(found) < len(names):
        missing = [name for index, name in enumerate(names) if index not in found]
        raise DataError(_tell_missing(missing, noisy, others, partner, options))
    _require_one_each([found[index] for index in range(len(names))], names, noisy.root, partner)
    files = (os.fsencode(found[index]) for index in range(len(names)))
    return Listing(partner, files), tuple(notes)


def _renamed(
    noisy: Listing, names: Sequence[str], partner: Path, options: FolderOptions
) -> tuple[Sequence[str], list[str]]:
    """Return the names that partners should have."""
    if options.clean_name is None:
        return names, []
    part, other = options.replacement
    without = [name for name in names if part not in name]
    # In one folder an image without that part would be its own partner.
    if len(without) == len(names) or (without and partner.resolve() == noisy.root.resolve()):
        raise DataError(
            f"clean_name = {options.clean_name} replaces {part!r}, and {len(without):,} of "
            f"{len(names):,} names in {noisy.root} do not hold it, the first {without[0]}. Give a "
            "part of these names, with capital letters as they stand."
        )
    wanted = [name.replace(part, other) for name in names]
    kept = f"; names without it: {len(without):,}" if without else ""
    return wanted, [f"Paired by replacing {part!r} with {other!r} in the names{kept}."]


def _guessed(
    wanted: Sequence[str],
    others: Sequence[str],
    found: dict[int, str],
    noisy: Listing,
    partner: Path,
) -> list[str]:
    """Add partners whose names differ a little, where one file alone fits."""
    notes = []
    for spelled, what in _WAYS:
        known: Mapping[str, list[str]] = defaultdict(list)
        for other in others:
            known[spelled(other)].append(other)
        new = {
            index: known[spelled(name)]
            for index, name in enumerate(wanted)
            if index not in found and spelled(name) in known
        }
        if unclear := {index: files for index, files in new.items() if len(files) > 1}:
            index, files = next(iter(unclear.items()))
            raise DataError(
                f"{len(unclear):,} images of {noisy.root} could have several partners in "
                f"{partner}: {noisy.name(index)} goes with {listed(files)}. Keep one of them."
            )
        found |= {index: files[0] for index, files in new.items()}
        if new:
            index, files = next(iter(new.items()))
            notes.append(f"{what}: {len(new):,}, such as {noisy.name(index)} with {files[0]}.")
    return notes


def _require_one_each(
    partners: Sequence[str], names: Sequence[str], root: Path, partner: Path
) -> None:
    first: dict[str, str] = {}
    for name, other in zip(names, partners, strict=True):
        if other in first:
            raise DataError(
                f"{first[other]} and {name} in {root} would both have the partner {other} in "
                f"{partner}. Every image needs one of its own: take one of the two away."
            )
        first[other] = name


def _in_order(
    noisy: Listing, names: Sequence[str], partner: Path
) -> tuple[Listing, tuple[str, ...]]:
    listing = Listing(partner, images_below(partner, partner))
    others = sorted((listing.name(index) for index in range(len(listing))), key=natural_key)
    if len(others) != len(names):
        raise DataError(
            f"Pairs in order need as many images on both sides; {noisy.root} has {len(names):,} "
            f"and {partner} {len(others):,}. Add the missing ones, or pair by name."
        )
    order = sorted(range(len(names)), key=lambda index: natural_key(names[index]))
    files = dict(zip(order, others, strict=True))
    first, last = (f"{names[index]} with {files[index]}" for index in (order[0], order[-1]))
    return (
        Listing(partner, (os.fsencode(files[index]) for index in range(len(names)))),
        (f"Paired in the order of their names: {first}, to {last}.",),
    )


def _tell_missing(
    missing: Sequence[str],
    noisy: Listing,
    others: Sequence[str],
    partner: Path,
    options: FolderOptions,
) -> str:
    there = f"has {len(others):,} images, the first {others[0]}" if others else "has no image"
    advice = ["Add the missing files, or remove these images."]
    if others and len(others) == len(noisy):
        advice.insert(0, "To pair the files in the order of their names, add --pair-by order.")
    if others and options.clean_name is None:
        part = _difference(missing, others)
        hint = (
            f"--clean-name {part} would pair them all."
            if part
            else "If a part of the names differs, add --clean-name NOISY=GT with these parts."
        )
        advice.insert(0, hint)
    return (
        f"{len(missing):,} of {len(noisy):,} images of {noisy.root} have no partner of the same "
        f"name in {partner}: {listed(missing)}. {partner} {there}. {' '.join(advice)}"
    )


def _difference(names: Sequence[str], others: Sequence[str]) -> str:
    """Return the replacement that turns every name into one of the others, if there is one."""
    name, other = (_stem(min(some, key=natural_key)) for some in (names, others))
    start = _alike(name, other)
    end = _alike(name[start:][::-1], other[start:][::-1])
    part, instead = (each[start : len(each) - end] for each in (name, other))
    known = set(map(_stem, others))
    fits = (
        part
        and "=" not in part
        and all(part in each and _stem(each.replace(part, instead)) in known for each in names)
    )
    return f"{part}={instead}" if fits else ""


def _alike(name: str, other: str) -> int:
    """Return how many letters two names begin with alike."""
    return sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(name, other, strict=False))
    )


def _stem(name: str) -> str:
    return os.path.splitext(name)[0]  # noqa: PTH122 - a million times
