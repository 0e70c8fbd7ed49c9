"""Which images of a file of latents are there twice, exactly or nearly."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import ConfigurationError, OutputExistsError, require_not_negative
from hourglass.evaluation import (
    LEAST_DISTANCES,
    distances_between,
    joined,
    near_pairs,
    unusually_near,
)
from hourglass.experiment.similar import picture_of, require_sheet_of
from hourglass.figures import LabeledPicture, labeled_pictures
from hourglass.files import exists, write_bytes, write_csv
from hourglass.images import write_image_file
from hourglass.records import DuplicatePair, Duplicates, LatentRows, LikenessKind, to_json
from hourglass.runs import read_latents
from hourglass.seeds import generator

_MOST_PAIRS: Final = 1_000_000
# What is usual among small pictures is known from so many of them.
_MOST_COMPARED: Final = 2_000
_MOST_GROUPS: Final = 24
_MOST_IN_A_ROW: Final = 8
_SEED: Final = 0


class _Near(NamedTuple):
    """Pairs of rows that are near in the latents, and what near is.

    Attributes
    ----------
    pairs
        Positions of rows, shape (pairs, 2).
    distances
        Shape (pairs,).
    within
        The distance up to which they are; ``None`` where there are too few rows.
    usual
        Pairs of each row with its nearest, of all or of some, shape (some, 2).
    """

    pairs: NDArray[np.int64]
    distances: NDArray[np.float64]
    within: float | None
    usual: NDArray[np.int64]


def find_duplicates(
    latents: Path,
    *,
    within: float | None = None,
    output: Path | None = None,
    sheet: Path | None = None,
) -> Duplicates:
    """Find images that are the same pixel by pixel, and images that are nearly the same.

    Exact copies have one digest of their own pixels, whatever the kind of file. Of all others
    those are near whose latents are nearer to each other than is usual between an image and its
    nearest (``unusually_near``) and whose small pictures are, by the same rule, too: what the
    latents suggest the pixels confirm. Without small pictures nothing is confirmed.

    Parameters
    ----------
    latents
        A file of latents, as ``embed_images`` writes it.
    within
        Distance up to which latents are near; by default it follows from the file.
    output
        A new CSV or JSON file for the table.
    sheet
        A new PNG file that shows the groups.

    Raises
    ------
    ConfigurationError
        If a value cannot be.
    DataError
        If the file cannot be read, or what is near cannot be told from so few images.
    MissingPathError
        If it is not there.
    OutputExistsError
        If a result exists.
    WriteError
        If a result cannot be written.
    """
    if within is not None:
        require_not_negative("within", within)
    _require_table(output)
    _, rows = read_latents(latents)
    if sheet is not None:
        require_sheet_of(sheet, rows, latents)
    exact, first = _exact(rows)
    near = _near(rows, first, within)
    limit = _limit(rows, near.usual)
    found, refuted = _confirmed(rows, near, limit)
    pairs = _numbered(rows, [*_as_exact(rows, exact), *found])
    result = Duplicates(
        latents=str(latents),
        images=len(rows),
        within=near.within,
        difference_within=limit,
        rule=_rule(within, near.within, limit),
        refuted=refuted,
        pairs=pairs,
    )
    return _written(result, rows, output, sheet)


def _require_table(output: Path | None) -> None:
    if output is None:
        return
    if output.suffix.lower() not in (".csv", ".json"):
        raise ConfigurationError(f"The table is a CSV or JSON file; --output {output} names none.")
    if exists(output):
        raise OutputExistsError(f"{output} exists already. Choose another --output.")


def _exact(rows: LatentRows) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return pairs of each copy with the first of its kind, and which rows are firsts."""
    digests = np.ascontiguousarray(rows.digests).view(f"V{rows.digests.shape[1]}").ravel()
    _, first, kind = np.unique(digests, return_index=True, return_inverse=True)
    of_each = first[kind]
    copies = np.flatnonzero(of_each != np.arange(len(rows)))
    return np.stack([of_each[copies], copies], axis=1), np.sort(first)


def _near(rows: LatentRows, first: NDArray[np.int64], within: float | None) -> _Near:
    vectors = rows.latents[first]
    nothing = np.empty((0, 2), np.int64)
    if len(first) < 2 or (within is None and len(first) <= LEAST_DISTANCES):
        return _Near(nothing, np.empty(0), within, nothing)
    found = near_pairs(vectors, within=within, most=_MOST_PAIRS)
    return _Near(first[found.pairs], found.distances, found.within, first[found.usual])


def _limit(rows: LatentRows, usual: NDArray[np.int64]) -> float | None:
    """Return the difference up to which small pictures are nearer than is usual."""
    if rows.thumbnails is None or len(usual) <= LEAST_DISTANCES:
        return None
    if len(usual) > _MOST_COMPARED:
        chosen = generator(_SEED, "compared").choice(len(usual), _MOST_COMPARED, replace=False)
        usual = usual[np.sort(chosen)]
    differences = np.array([_difference(rows, pair) for pair in usual])
    return unusually_near(differences[np.isfinite(differences)])


def _difference(rows: LatentRows, pair: NDArray[np.int64]) -> float:
    """Return the root mean squared difference of two small pictures, infinite for two sizes."""
    one, other = (picture_of(rows, int(position)) for position in pair)
    if one.shape != other.shape:
        return float("inf")
    return float(np.sqrt(np.square(one - other).mean()))


def _confirmed(
    rows: LatentRows, near: _Near, limit: float | None
) -> tuple[list[DuplicatePair], int]:
    """Return the pairs that their pictures do not refute, and how many these do."""
    kept = []
    for pair, distance in zip(near.pairs, near.distances, strict=True):
        difference = None if rows.thumbnails is None else _difference(rows, pair)
        if difference is None or limit is None:
            kept.append(_pair(rows, pair, "unconfirmed", float(distance), difference))
        elif difference <= limit:
            kept.append(_pair(rows, pair, "near", float(distance), difference))
    return kept, len(near.pairs) - len(kept)


def _as_exact(rows: LatentRows, exact: NDArray[np.int64]) -> list[DuplicatePair]:
    distances = distances_between(rows.latents, *exact.T)
    return [
        _pair(rows, pair, "exact", float(distance), None if rows.thumbnails is None else 0.0)
        for pair, distance in zip(exact, distances, strict=True)
    ]


def _pair(
    rows: LatentRows,
    pair: NDArray[np.int64],
    kind: LikenessKind,
    distance: float,
    difference: float | None,
) -> DuplicatePair:
    first, second = sorted(map(int, pair))
    return DuplicatePair(
        group=0,
        kind=kind,
        first_id=int(rows.ids[first]),
        first_path=rows.paths[first],
        second_id=int(rows.ids[second]),
        second_path=rows.paths[second],
        distance=distance,
        difference=difference,
    )


def _numbered(rows: LatentRows, pairs: list[DuplicatePair]) -> tuple[DuplicatePair, ...]:
    """Return pairs by group; groups are counted in the order of their first image."""
    if not pairs:
        return ()
    ids = np.array([(pair.first_id, pair.second_id) for pair in pairs])
    positions = np.searchsorted(rows.ids, ids)
    group_of = joined(positions, len(rows))[positions[:, 0]]
    order = sorted(range(len(pairs)), key=lambda number: tuple(ids[number]))
    numbers: dict[int, int] = {}
    for number in order:
        numbers.setdefault(int(group_of[number]), len(numbers) + 1)
    with_groups = [replace(pairs[one], group=numbers[int(group_of[one])]) for one in order]
    return tuple(sorted(with_groups, key=lambda pair: pair.group))


def _rule(given: float | None, within: float | None, limit: float | None) -> str:
    if within is None:
        return f"Too few images to tell what is near: at least {LEAST_DISTANCES + 1} are needed."
    where = [f"latents within {within:.4g}{'' if given is None else ' as given'}"]
    where += [] if limit is None else [f"pictures within {limit:.4g}"]
    if given is not None and limit is None:
        return f"Near: {where[0]}."
    return (
        f"Near: {' and '.join(where)}. What was not given lies three deviations below the usual "
        "distance of an image to its nearest, in logarithms."
    )


def _written(
    result: Duplicates, rows: LatentRows, output: Path | None, sheet: Path | None
) -> Duplicates:
    shown = sheet is not None and bool(result.pairs)
    result = replace(
        result,
        output=None if output is None else str(output),
        sheet=str(sheet) if shown else None,
    )
    if output is not None:
        is_json = output.suffix.lower() == ".json"
        if is_json:
            write_bytes(output, to_json(result))
        else:
            write_csv(output, _table(result))
    if sheet is not None and shown:
        write_image_file(sheet, _sheet(result, rows).astype(np.float32) / 255.0)
    return result


def _table(result: Duplicates) -> Iterator[Iterable[object]]:
    yield DuplicatePair.__dataclass_fields__
    yield from (asdict(pair).values() for pair in result.pairs)


def _sheet(result: Duplicates, rows: LatentRows) -> NDArray[np.uint8]:
    """Return a row for each of the first groups: its first image, and those that are like it."""
    groups: defaultdict[int, dict[int, str]] = defaultdict(dict)
    for pair in result.pairs:
        groups[pair.group].setdefault(pair.first_id, f"group {pair.group}")
        told = pair.kind if pair.kind == "exact" else f"{pair.kind} {pair.distance:.3g}"
        groups[pair.group].setdefault(pair.second_id, told)
    lines = []
    for group in islice(groups.values(), _MOST_GROUPS):
        positions = np.searchsorted(rows.ids, list(group)[:_MOST_IN_A_ROW])
        lines.append(
            [
                LabeledPicture(picture_of(rows, int(position)), (rows.paths[position], told))
                for position, told in zip(positions, group.values(), strict=False)
            ]
        )
    return labeled_pictures(lines)
