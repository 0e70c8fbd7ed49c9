"""Labels in a table: the class, the split and the group of each file of a folder."""

import importlib.util
import math
import os
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import ConfigurationError, DataError, MissingPathError, nearest
from hourglass.images.arrangement import SPLIT_WORDS, Arrangement, arrange
from hourglass.images.decode import IMAGE_EXTENSIONS
from hourglass.images.listing import Listing, images_below, natural_key
from hourglass.images.text_table import open_lines, rows_of
from hourglass.records import FolderOptions

# What tables call them, without case, spaces and signs. A table may hold several that name files:
# the first of these counts, and whether it fits is checked against the folder.
FILE_COLUMNS: Final = (
    *("filename", "filepath", "path", "file", "imagepath", "imagefile", "imagename", "image"),
    *("imgpath", "imgfile", "imgname", "img", "imageid", "imgid", "idcode", "fileid", "id"),
)
LABEL_COLUMNS: Final = (
    *("label", "labels", "class", "classname", "classlabel", "classid", "category"),
    *("categoryname", "target", "diagnosis", "dx", "species", "breed"),
)
SPLIT_COLUMNS: Final = ("split", "subset", "partition", "set", "usage", "fold")
_SPLITS: Final = ("train", "validation", "test")
_MEANING: Final = {"file": "files", "label": "classes", "split": "splits", "group": "groups"}
_MOST_NAMED: Final = 5
_MOST_FLOATS: Final = 100
_FEW_ROWS: Final = 20
_BESIDE: Final = "metadata.csv"


@dataclass(frozen=True, slots=True)
class _Rows:
    """The columns of a table that are used, by what they say, and the name of each of them."""

    source: Path
    values: Mapping[str, Sequence[str]]
    columns: Mapping[str, str]
    notes: tuple[str, ...]


def arrange_labeled(folder: Path, options: FolderOptions) -> Arrangement:
    """List the images of a folder with the classes that a table or their sub-folders say.

    Parameters
    ----------
    folder
        As ``arrange`` takes it.
    options
        ``labels``, ``groups`` and ``skip_bad`` are looked at.

    Raises
    ------
    DataError
        If the table cannot be read, its columns are not clear, or rows and files do not belong
        together one to one; or as ``arrange`` raises it.
    MissingPathError
        If there is no such table.
    ConfigurationError
        If groups are asked for and there is no table.
    """
    notes: tuple[str, ...] = ()
    beside = folder / _BESIDE
    if options.labels_table is not None:
        return _arranged_by(_existing(options.labels_table), folder, options)
    if options.labels is None and beside.is_file():
        try:
            return _arranged_by(beside, folder, replace(options, skip_bad=False), labels=True)
        except DataError as error:
            notes = (f"Labels were not taken from {beside}: {error}",)
    if options.groups is not None:
        raise ConfigurationError(
            f"groups = {options.groups} names a column of a table of labels, and there is none "
            f"that fits. Give it with labels = FILE (--labels FILE). {' '.join(notes)}".strip()
        )
    arrangement = arrange(folder, options.label_source, options.splits)
    return replace(arrangement, notes=(*arrangement.notes, *notes))


def plain_name(column: str) -> str:
    """Return the name of a column without case, spaces and signs."""
    return "".join(letter for letter in column.casefold() if letter.isalnum())


def find_column(names: Sequence[str], known: Sequence[str], source: Path, what: str) -> int | None:
    """Return the position of the one column that has one of the known names.

    Raises
    ------
    DataError
        If there are several.
    """
    plain = [plain_name(name) for name in names]
    found = [index for index, name in enumerate(plain) if name in known]
    if len(found) > 1:
        raise DataError(
            f"{source} has several columns that could hold the {what}: "
            f"{', '.join(names[index] for index in found)}. Keep one of them."
        )
    return found[0] if found else None


def numbered(values: Sequence[str], source: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return classes as numbers, and their names: numbers by size, others as people sort them.

    Raises
    ------
    DataError
        If the values measure something and are no classes.
    """
    names, numbers, counts = np.unique(
        np.array(values, dtype=object), return_inverse=True, return_counts=True
    )
    measures = _as_numbers(names)
    if measures is not None and any(value % 1 for value in measures):
        if len(names) > min(_MOST_FLOATS, max(10, len(values) / 2)):
            raise DataError(
                f"{source} holds {len(names):,} different numbers, from {min(measures):g} to "
                f"{max(measures):g}: a measurement and no classes. Call the column of classes "
                "label, or go without classes."
            )
    elif len(values) > _FEW_ROWS and counts.max() == 1:
        raise DataError(
            f"{source} has another value for each of the {len(values):,} images, the first "
            f"{values[0]!r}: these are no classes. Call the column of classes label, or "
            "go without classes."
        )
    keys: list[Any] = list(measures) if measures is not None else list(map(natural_key, names))
    order = sorted(range(len(names)), key=lambda index: (keys[index], names[index]))
    rank = np.empty(len(names), np.int64)
    rank[order] = np.arange(len(names))
    return rank[numbers], tuple(str(names[index]) for index in order)


def _as_numbers(names: Iterable[str]) -> list[float] | None:
    try:
        numbers = [float(name) for name in names]
    except ValueError:
        return None
    return numbers if all(map(math.isfinite, numbers)) else None


def _existing(table: str) -> Path:
    path = Path(table).expanduser()
    if not path.is_file():
        raise MissingPathError(
            f"There is no table of labels {table}.{nearest(table, ('folders', 'none'))} labels is "
            "folders, none, or the path of a CSV, TSV or Parquet file."
        )
    return path


def _arranged_by(
    table: Path, folder: Path, options: FolderOptions, *, labels: bool = False
) -> Arrangement:
    """Arrange the files of a folder as a table says; ``labels`` insists on a column of them."""
    rows = _read(table, options.groups)
    if labels and "label" not in rows.values:
        raise DataError(f"it has no column of classes, such as {', '.join(LABEL_COLUMNS[:4])}.")
    if "split" in rows.values:
        listing = Listing(folder)
        listing.extend(images_below(folder, folder, listing.left_out))
        given = Arrangement(listing, {"train": len(listing)}, np.empty(0, np.int64), ())
    if "split" not in rows.values or not len(given.listing):
        given = arrange(folder, "none", options.splits)
    row_of, left_out, notes = _matched(rows, given.listing, skip_bad=options.skip_bad)
    kept = np.flatnonzero(row_of >= 0)
    splits = np.repeat(list(given.splits), list(given.splits.values()))[kept]
    if "split" in rows.values:
        splits = np.array([rows.values["split"][row] for row in row_of[kept]])
    order = np.concatenate([np.flatnonzero(splits == split) for split in _SPLITS])
    kept, splits = kept[order], splits[order]
    counts = {split: int((splits == split).sum()) for split in _SPLITS if (splits == split).any()}
    if "train" not in counts:
        raise DataError(f"{table} leaves no image of {folder} to train on.")
    classes: NDArray[np.int64] = np.full(len(kept), -1)
    class_names: tuple[str, ...] = ()
    if "label" in rows.values:
        values = [rows.values["label"][row] for row in row_of[kept]]
        classes, class_names = numbered(values, f"{table}, column {rows.columns['label']},")
    groups = None
    if "group" in rows.values:
        values = [rows.values["group"][row] for row in row_of[kept]]
        groups = np.unique(np.array(values, dtype=object), return_inverse=True)[1]
        _require_apart(values, splits, rows)
    listing = given.listing
    if not np.array_equal(kept, np.arange(len(listing))):
        names = (os.fsencode(given.listing.name(int(index))) for index in kept)
        listing = Listing(folder, names, given.listing.left_out)
    said = ", ".join(f"{_MEANING[what]} in {column}" for what, column in rows.columns.items())
    return Arrangement(
        listing,
        counts,
        classes,
        class_names,
        notes=(*given.notes, f"Labels from {table}: {said}.", *rows.notes, *notes),
        groups=groups,
        left_out=left_out,
    )


def _require_apart(groups: Sequence[str], splits: NDArray[Any], rows: _Rows) -> None:
    """Refuse a group that lies in two splits already."""
    homes: dict[str, set[str]] = {}
    for group, split in zip(groups, splits, strict=True):
        homes.setdefault(group, set()).add(str(split))
    torn = [group for group, found in homes.items() if len(found) > 1]
    if torn:
        raise DataError(
            f"{len(torn):,} of {len(homes):,} groups ({rows.columns['group']} in {rows.source}) "
            f"lie in two splits: {_first(torn)}. Put each into one split, or leave the splits or "
            "the groups out."
        )


def _read(path: Path, groups: str | None) -> _Rows:
    """Read the columns of a table that say something of files."""
    names, read = _opened(path)
    plain = [plain_name(name) for name in names]
    known = [name for name in FILE_COLUMNS if name in plain]
    asked = None if groups is None else _column_of_groups(names, groups, path)
    label = _label_column(names, read, path, but=asked)
    split, of_rows, notes = _split_column(names, read, path)
    if not known or (label is None and split is None and asked is None):
        raise DataError(
            f"{path} has the columns {', '.join(names) or 'none'}; one with the names of files was "
            "expected (file_name, file, path, image or image_id) and one with their classes "
            "(label, class, category, target or diagnosis). The first line must name the columns."
        )
    found = {"file": plain.index(known[0]), "label": label, "split": split, "group": asked}
    used = {what: index for what, index in found.items() if index is not None}
    values = dict(zip(used, read(list(used.values())), strict=True))
    if split is not None:
        values["split"] = of_rows
    if not values["file"]:
        raise DataError(f"{path} names no file: it has no rows.")
    columns = {what: names[index] for what, index in used.items()}
    return _Rows(path, values, columns, tuple(notes))


def _label_column(
    names: Sequence[str],
    read: Callable[[Sequence[int]], list[list[str]]],
    path: Path,
    but: int | None,
) -> int | None:
    """Return the column of classes; of several that part the files alike, the one with words."""
    found = [
        index
        for index, name in enumerate(names)
        if plain_name(name) in LABEL_COLUMNS and index != but
    ]
    if len(found) < 2:
        return found[0] if found else None
    columns = read(found)
    if all(_say_the_same(columns[0], other) for other in columns[1:]):
        words = [_as_numbers(set(column)) is None for column in columns]
        return found[words.index(True) if any(words) else 0]
    raise DataError(
        f"{path} has several columns that could hold the classes: "
        f"{', '.join(names[index] for index in found)}. Keep one of them, or rename the others."
    )


def _say_the_same(column: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether two columns part the rows alike, as names and numbers of classes do."""
    return len(set(zip(column, other, strict=True))) == len(set(column)) == len(set(other))


def _column_of_groups(names: Sequence[str], groups: str, path: Path) -> int:
    for spelled in (lambda name: name, str.casefold, plain_name):
        found = [index for index, name in enumerate(names) if spelled(name) == spelled(groups)]
        if len(found) == 1:
            return found[0]
    raise DataError(
        f"{path} has no column {groups!r} to group by.{nearest(groups, names)} Its columns are "
        f"{', '.join(names)}."
    )


def _split_column(
    names: Sequence[str], read: Callable[[Sequence[int]], list[list[str]]], path: Path
) -> tuple[int | None, list[str], list[str]]:
    """Return the column of splits, the split of each row, and a note for each other candidate."""
    found: dict[int, list[str]] = {}
    notes = []
    for index in [place for place, name in enumerate(names) if plain_name(name) in SPLIT_COLUMNS]:
        values = read([index])[0]
        others = sorted({value for value in values if value.casefold() not in SPLIT_WORDS})
        if len(others) == len(set(values)):
            notes.append(
                f"Column {names[index]} holds no names of splits ({_first(others)}), and was "
                "ignored."
            )
        elif others:
            raise DataError(
                f"Column {names[index]} of {path} holds names of splits and others: "
                f"{_first([value or 'an empty cell' for value in others])}. Use train, val and "
                "test."
            )
        else:
            found[index] = [SPLIT_WORDS[value.casefold()] for value in values]
    columns = list(found.values())
    if any(column != columns[0] for column in columns[1:]):
        raise DataError(
            f"{path} has several columns of splits that differ: "
            f"{', '.join(names[index] for index in found)}. Keep one of them."
        )
    return next(iter(found), None), columns[0] if columns else [], notes


def _opened(path: Path) -> tuple[list[str], Callable[[Sequence[int]], list[list[str]]]]:
    """Return the names of the columns of a table, and what reads some of them."""
    with path.open("rb") as file:
        if file.read(4) == b"PAR1":
            return _opened_parquet(path)

    def read(indices: Sequence[int]) -> list[list[str]]:
        with open_lines(path) as lines:
            rows = islice(rows_of(lines, path), 1, None)
            columns = list(zip(*([row[index] for index in indices] for row in rows), strict=True))
        return [list(column) for column in columns] or [[] for _ in indices]

    with open_lines(path) as lines:
        return next(rows_of(lines, path), []), read


def _opened_parquet(path: Path) -> tuple[list[str], Callable[[Sequence[int]], list[list[str]]]]:
    if importlib.util.find_spec("pyarrow") is None:
        raise ConfigurationError(
            f"{path} is a Parquet file, which needs pyarrow: pip install "
            '"hourglass-autoencoders[parquet]". A CSV file does without.'
        )
    import pyarrow
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(path)
    except pyarrow.ArrowException as error:
        raise DataError(f"{path} is no whole Parquet file: {error}") from error
    schema = file.schema_arrow

    def read(indices: Sequence[int]) -> list[list[str]]:
        for index in indices:
            if pyarrow.types.is_nested(schema.types[index]):
                raise DataError(
                    f"Column {schema.names[index]} of {path} holds more than a text or a number a "
                    "row: images inside a Parquet file are not read. Write them as files, and "
                    "their names into a column."
                )
        found = file.read(columns=[schema.names[index] for index in indices])
        columns = (found.column(schema.names[index]).to_pylist() for index in indices)
        return [["" if value is None else str(value) for value in column] for column in columns]

    return list(schema.names), read


def _matched(
    rows: _Rows, listing: Listing, *, skip_bad: bool
) -> tuple[NDArray[np.int64], dict[str, str], list[str]]:
    """Find the row of each file.

    Returns
    -------
    NDArray
        Position of the row of each file, −1 where it has none, shape (files,).
    dict
        Why a file has none, by its path.
    list
        What was assumed, a sentence each.
    """
    files = _Files(listing)
    names = rows.values["file"]
    found = files.find_all(names)
    row_of = np.full(len(listing), -1)
    reasons: dict[int, str] = {}
    repeated = []
    facts = {what: values for what, values in rows.values.items() if what != "file"}
    for row, file in enumerate(found):
        if file < 0:
            continue
        first = int(row_of[file])
        empty = [rows.columns[what] for what, values in facts.items() if not values[row]]
        apart = [what for what, values in facts.items() if values[row] != values[first]]
        if empty:
            reasons.setdefault(file, f"its row has no {' and no '.join(empty)}")
        elif first < 0:
            row_of[file] = row
        elif apart:
            pair = " and ".join(facts[apart[0]][each] for each in (first, row))
            reasons.setdefault(file, f"it has rows with {rows.columns[apart[0]]} {pair}")
        elif _parts(names[first]) != _parts(names[row]):
            reasons.setdefault(file, f"both {names[first]} and {names[row]} could be it")
        else:
            repeated.append(names[row])
    row_of[list(reasons)] = -1
    for file in np.flatnonzero(row_of < 0).tolist():
        reasons.setdefault(file, "it has no row")
    bad = []
    for sign, what in ((_NOWHERE, "no file"), (_SEVERAL, "more than one file")):
        if lost := [names[row] for row, file in enumerate(found) if file == sign]:
            bad.append(f"{len(lost):,} of {len(found):,} rows name {what}: {_first(lost)}")
    notes = [f"Ignored: {sentence}." for sentence in bad]
    notes += [f"{how}: {count:,}." for how, count in files.guesses.items()]
    if repeated:
        notes.append(f"Rows that repeat another one: {len(repeated):,} ({_first(repeated)}).")
    if reasons:
        lacking = [f"{listing.name(file)} ({reason})" for file, reason in sorted(reasons.items())]
        bad.append(f"{len(reasons):,} of {len(listing):,} files lack a row: {_first(lacking)}")
    if bad and (not skip_bad or len(reasons) == len(listing)):
        raise DataError(
            f"{rows.source} and {listing.root} do not match: {'; '.join(bad)}. Fix the "
            "table or the folder, or skip what does not match (--skip-bad)."
        )
    where = rows.source
    left_out = {
        str(listing[file]): f"{reason} in {where}" for file, reason in sorted(reasons.items())
    }
    return row_of, left_out, notes


def _first(values: Sequence[str]) -> str:
    more = len(values) - _MOST_NAMED
    return ", ".join(values[:_MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")


_NOWHERE: Final = -1
_SEVERAL: Final = -2


class _Files:
    """The files of a listing, found by what a table calls them.

    Attributes
    ----------
    guesses
        Numbers of files that were found by less than their path, by how.
    """

    def __init__(self, listing: Listing) -> None:
        self.guesses: Counter[str] = Counter()
        paths: dict[str, int] = {}
        names: dict[str, int] = {}
        stems: dict[str, int] = {}
        for index in range(len(listing)):
            path = "/".join(_parts(listing.name(index)))
            name = path.rpartition("/")[2]
            _put(paths, path, index)
            _put(names, name, index)
            for key in {_stem(path), _stem(name)}:
                _put(stems, key, index)
        self._paths = paths
        self._above = _parts(str(listing.root.resolve()))
        self._guessed = (
            (paths, str, "Files matched by the end of their path"),
            (names, str, "Files matched by name alone"),
            (stems, _stem, "Files matched by name without the ending"),
        )

    def find_all(self, values: Sequence[str]) -> list[int]:
        """Return the position of the file that each row names, or that it names none or several.

        Where rows name one file in several ways, those that are less sure of it name none.
        """
        found = [self._find(value) for value in values]
        surest: dict[int, int] = {}
        for file, doubt, _ in found:
            surest[file] = min(doubt, surest.get(file, doubt))
        self.guesses.update(how for file, doubt, how in found if how and doubt == surest[file])
        return [file if file < 0 or doubt == surest[file] else _NOWHERE for file, doubt, _ in found]

    def _find(self, value: str) -> tuple[int, int, str]:
        """Return the position of a file, how much doubt there is, and how it was guessed."""
        parts = _parts(value)
        ends = ["/".join(parts[start:]) for start in range(len(parts))]
        if (found := self._paths.get("/".join(parts), _NOWHERE)) != _NOWHERE:
            return found, 0, ""
        for known, spelled, how in self._guessed:
            for start, end in enumerate(ends):
                if (found := known.get(spelled(end), _NOWHERE)) != _NOWHERE:
                    # A path that begins with the folders above is that of the file for certain.
                    above = self._above[-start:] if start else []
                    return found, 1 + (above != parts[:start]), how if found >= 0 else ""
        return _NOWHERE, 0, ""


def _parts(value: str) -> list[str]:
    # macOS writes é as two letters, and Windows parts folders by backslashes.
    path = unicodedata.normalize("NFC", value).replace("\\", "/")
    return [part for part in path.split("/") if part not in ("", ".")]


def _stem(path: str) -> str:
    stem, ending = os.path.splitext(path)  # noqa: PTH122 - a million times
    return stem if ending.lower() in IMAGE_EXTENSIONS else path


def _put(known: dict[str, int], key: str, index: int) -> None:
    known[key] = _SEVERAL if key in known else index
