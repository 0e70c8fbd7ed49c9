"""Which images of a file of latents are there twice, exactly or nearly."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import ConfigurationError, OutputExistsError, require_not_negative
from hourglass.evaluation import (
    LEAST_DISTANCES,
    distances_among,
    distances_between,
    joined,
    nearest_positions,
    pairs_within,
    unusually_near,
)
from hourglass.experiment.similar import picture_of, require_sheet_of
from hourglass.figures import LabeledPicture, labeled_pictures
from hourglass.files import exists, write_bytes, write_csv
from hourglass.images import recompressed, write_image_file
from hourglass.records import DuplicatePair, Duplicates, LatentRows, LikenessKind, to_json
from hourglass.runs import read_latents
from hourglass.seeds import generator

_MOST_PAIRS: Final = 1_000_000
# What is usual is known from so many latents, and from so many pictures.
_MOST_LATENTS: Final = 2_000
_MOST_PICTURES: Final = 1_000
# A copy has seldom seen a worse JPEG. Two copies of one image differ by more than either from it.
_QUALITY: Final = 50
_SLACK: Final = 1.5
# No copy is looked for further away; JPEG changes photographs by a third of it at most.
_LARGEST_DIFFERENCE: Final = 0.15
# Digits of one kind lie nearer to each other than four deviations tell.
_DEVIATIONS: Final = 5.0
# One of 256 levels of gray.
_LEVEL: Final = 1 / 255
# A network that gives so many images the latents of others has not learned to tell them apart.
_MANY: Final = 0.1
_ALL_PAIRS_OF: Final = 20
_MOST_GROUPS: Final = 24
_MOST_IN_A_ROW: Final = 8
_SEED: Final = 0


@final
class _Pictures:
    """Small pictures, compared at half their size.

    There JPEG changes little, because it errs in single pixels most; another image differs there
    as much as in full.

    Attributes
    ----------
    always
        The difference up to which two are near whatever they show.
    """

    def __init__(self, rows: LatentRows, first: NDArray[np.int64]) -> None:
        self._rows = rows
        # Eight bits are as true as the pictures are, and a quarter of what floats take.
        self._halves = {
            position: np.rint(255 * _half(picture_of(rows, position))).astype(np.uint8)
            for position in first.tolist()
        }
        self._changes: dict[int, float] = {}
        self.always = max(_LEVEL, self._unusual(first) or 0.0)

    def difference(self, one: int, other: int) -> float:
        """Return the root mean squared difference of two, infinite for two sizes."""
        return _difference(self._half(one), self._half(other))

    def limit(self, one: int, other: int) -> float:
        """Return the difference up to which two count as copies of one image.

        Whatever they show up to ``always``; where saving as JPEG changes one of them more, up to
        what that does to it.
        """
        return max(self.always, _SLACK * max(self._change(one), self._change(other)))

    def near(self, pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which pairs are near, shape (pairs,)."""
        near = np.empty(len(pairs), np.bool_)
        for number, (one, other) in enumerate(pairs.tolist()):
            difference = self.difference(one, other)
            # To save a picture takes far longer than to compare two.
            near[number] = difference <= self.always or (
                difference <= _LARGEST_DIFFERENCE and difference <= self.limit(one, other)
            )
        return near

    def _half(self, position: int) -> NDArray[np.float32]:
        return self._halves[position].astype(np.float32) / np.float32(255)

    def _change(self, position: int) -> float:
        """Return how much saving as JPEG changes one."""
        if position not in self._changes:
            picture = picture_of(self._rows, position)
            saved = recompressed(picture, _QUALITY)
            self._changes[position] = _difference(_half(picture), _half(saved))
        return self._changes[position]

    def _unusual(self, first: NDArray[np.int64]) -> float | None:
        """Return the difference that lies far below what is usual between different images."""
        some = _sample(first, _MOST_PICTURES)
        halves = [self._half(position) for position in some.tolist()]
        if len({half.shape for half in halves}) != 1:
            return None
        vectors = np.stack([half.ravel() for half in halves])
        distances = distances_among(vectors) / np.sqrt(vectors.shape[1])
        changes = np.array([self._change(position) for position in some.tolist()])
        copies = distances <= _SLACK * np.maximum(changes[:, None], changes)
        # One of each group of copies: four hundred empty pages are one page here.
        groups = joined(np.argwhere(copies), len(some))
        different = np.unique(groups, return_index=True)[1]
        return unusually_near(
            distances[np.ix_(different, different)],
            len(first) * len(different) // len(some),
            deviations=_DEVIATIONS,
        )


class _Near(NamedTuple):
    """Pairs of rows that are near, and what near is.

    Attributes
    ----------
    pairs
        Positions of rows, shape (pairs, 2).
    within
        The distance of latents up to which they are; ``None`` where the pictures decide.
    refuted
        How many more the latents suggest and the pictures refute.
    chains
        As in ``Duplicates``.
    warnings
        What the file does not tell.
    """

    pairs: NDArray[np.int64] = np.empty((0, 2), np.int64)
    within: float | None = None
    refuted: int = 0
    chains: int = 0
    warnings: tuple[str, ...] = ()


def find_duplicates(
    latents: Path,
    *,
    within: float | None = None,
    output: Path | None = None,
    sheet: Path | None = None,
) -> Duplicates:
    """Find images that are the same pixel by pixel, and images that are nearly the same.

    Exact copies have one digest of their own pixels, whatever the kind of file. Of all others the
    latents name each image's nearest, and the small pictures decide: two are near if they differ no
    more than saving one of them as JPEG would change it, or far less than different images of this
    file do (``unusually_near``). How many images have a copy does not matter to either. Without
    small pictures the latents alone suggest pairs, none is confirmed, and a warning says so.

    Parameters
    ----------
    latents
        A file of latents, as ``embed_images`` writes it.
    within
        Distance up to which latents are near, so that pictures are compared; by default each
        image's nearest is.
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
    pictures = None if rows.thumbnails is None else _Pictures(rows, first)
    near = _near(rows, first, within, pictures)
    result = Duplicates(
        latents=str(latents),
        images=len(rows),
        within=near.within,
        difference_within=None if pictures is None else pictures.always,
        rule=_rule(within, near.within, pictures),
        refuted=near.refuted,
        pairs=_numbered(rows, [*_as_exact(rows, exact), *_as_near(rows, near, pictures)]),
        chains=near.chains,
        warnings=near.warnings,
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


def _near(
    rows: LatentRows,
    first: NDArray[np.int64],
    within: float | None,
    pictures: _Pictures | None,
) -> _Near:
    vectors = rows.latents[first]
    if len(first) < 2:
        return _Near(within=within)
    if within is not None:
        suggested = first[pairs_within(vectors, within, most=_MOST_PAIRS)[0]]
        if pictures is None:
            return _Near(suggested, within)
        near = pictures.near(suggested)
        return _Near(suggested[near], within, refuted=int((~near).sum()))
    if pictures is None:
        return _near_by_latents(vectors, first)
    return _near_by_pictures(vectors, first, pictures)


def _near_by_latents(vectors: NDArray[np.float32], first: NDArray[np.int64]) -> _Near:
    warning = (
        "There are no small pictures, and latents alone cannot tell copies from images that are "
        "merely alike: near copies can be missing here, and pairs that are none. Run `hourglass "
        "embed --thumbnails` again, or set the distance with --within."
    )
    some = _sample(np.arange(len(vectors)), _MOST_LATENTS)
    within = unusually_near(distances_among(vectors[some]), len(vectors))
    if within is None:
        return _Near(warnings=(warning,))
    pairs = first[pairs_within(vectors, within, most=_MOST_PAIRS)[0]]
    return _Near(pairs, within, warnings=(warning,))


def _near_by_pictures(
    vectors: NDArray[np.float32], first: NDArray[np.int64], pictures: _Pictures
) -> _Near:
    """Return pairs that latents name and pictures confirm.

    Each image is compared with its nearest. Those that are near make groups, and then each image of
    a group with its nearest in other groups, until no more join (Borůvka 1926, for a spanning
    tree): two pairs of copies of one image become one group, and frames of a film one chain.
    """
    found = np.empty((0, 2), np.int64)
    asked, groups = np.arange(len(vectors)), np.arange(len(vectors))
    warnings: tuple[str, ...] = ()
    while len(np.unique(groups[asked])) >= 2:
        nearest = asked[nearest_positions(vectors[asked], groups[asked])]
        pairs = np.unique(np.sort(np.stack([asked, nearest], axis=1), axis=1), axis=0)
        near = pictures.near(first[pairs])
        if len(asked) == len(vectors) and not len(found):
            warnings = _undistinguished(vectors, pairs[~near])
        found = np.concatenate([found, pairs[near]])
        groups = joined(found, len(vectors))
        # A group that has found none beside it is done, unless one that grows finds it.
        asked = np.flatnonzero(np.isin(groups, groups[pairs[near]]))
    pairs, chains = _within_groups(first[found], pictures)
    return _Near(pairs, chains=chains, warnings=warnings)


def _undistinguished(vectors: NDArray[np.float32], different: NDArray[np.int64]) -> tuple[str, ...]:
    """Return a warning if different images have the same latents: their nearest is then any."""
    same = different[distances_between(vectors, *different.T) == 0]
    count = len(np.unique(same))
    if count <= _MANY * len(vectors):
        return ()
    return (
        f"{count:,} of {len(vectors):,} images have exactly the latents of one that looks "
        "different. This network does not tell them apart, so near copies can be missing. Embed "
        "the images with another one, or compare all of them with --within 0.",
    )


def _within_groups(pairs: NDArray[np.int64], pictures: _Pictures) -> tuple[NDArray[np.int64], int]:
    """Return all near pairs of small groups, those that are known of large ones, and the chains."""
    if not len(pairs):
        return pairs, 0
    members, positions = np.unique(pairs, return_inverse=True)
    positions = positions.reshape(pairs.shape)
    group_of = joined(positions, len(members))
    kept, chains = [np.empty((0, 2), np.int64)], 0
    order = np.argsort(group_of, kind="stable")
    for group in np.split(members[order], np.flatnonzero(np.diff(group_of[order])) + 1):
        large = len(group) > _ALL_PAIRS_OF
        # Of a large group the first image is compared with all others.
        one, other = np.triu_indices(1 if large else len(group), k=1, m=len(group))
        candidates = np.stack([group[one], group[other]], axis=1)
        near = pictures.near(candidates)
        chains += int(not near.all())
        if not large:
            kept.append(candidates[near])
    sizes = np.bincount(group_of)
    known = pairs[sizes[group_of[positions[:, 0]]] > _ALL_PAIRS_OF]
    return np.unique(np.concatenate([*kept, known]), axis=0), chains


def _sample(positions: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    if len(positions) <= most:
        return positions
    chosen = generator(_SEED, "compared").choice(len(positions), most, replace=False)
    return positions[np.sort(chosen)]


def _half(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return means over 2×2 pixels, shape (⌈height / 2⌉, ⌈width / 2⌉, channels)."""
    height, width = picture.shape[:2]
    if height % 2 or width % 2:
        picture = np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    upper, lower = picture[::2], picture[1::2]
    half: NDArray[np.float32] = upper[:, ::2] + upper[:, 1::2] + lower[:, ::2] + lower[:, 1::2]
    return half / np.float32(4)


def _difference(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    if one.shape != other.shape:
        return float("inf")
    return float(np.sqrt(np.square(one - other).mean()))


def _as_exact(rows: LatentRows, exact: NDArray[np.int64]) -> list[DuplicatePair]:
    difference = None if rows.thumbnails is None else 0.0
    distances = distances_between(rows.latents, *exact.T)
    return [
        _pair(rows, pair, "exact", float(distance), difference)
        for pair, distance in zip(exact, distances, strict=True)
    ]


def _as_near(rows: LatentRows, near: _Near, pictures: _Pictures | None) -> Iterator[DuplicatePair]:
    distances = distances_between(rows.latents, *near.pairs.T)
    for pair, distance in zip(near.pairs, distances, strict=True):
        if pictures is None:
            yield _pair(rows, pair, "unconfirmed", float(distance), None)
        else:
            one, other = map(int, pair)
            yield replace(
                _pair(rows, pair, "near", float(distance), pictures.difference(one, other)),
                difference_within=pictures.limit(one, other),
            )


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


def _rule(given: float | None, within: float | None, pictures: _Pictures | None) -> str:
    far_below = "far below what is usual between different images here"
    if pictures is None and within is None:
        return (
            f"Too few images to tell what is near by latents alone: at least {LEAST_DISTANCES + 1} "
            "that differ are needed. Set the distance with --within."
        )
    where = []
    if within is not None:
        where.append(f"latents within {within:.4g}, {far_below if given is None else 'as given'}")
    if pictures is not None:
        usual = far_below if pictures.always > _LEVEL else "one level of gray"
        where.append(
            f"small pictures within {pictures.always:.4g}, {usual}, or within {_SLACK:g} times "
            f"what saving one of the two as JPEG of quality {_QUALITY} changes; copies that were "
            "cropped, moved or made brighter can differ more"
        )
    return f"Near: {'; and '.join(where)}."


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
