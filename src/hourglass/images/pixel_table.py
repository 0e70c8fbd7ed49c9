"""Images in a table of text, one a row: a class and the values of all pixels."""

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError
from hourglass.images.arrangement import SPLIT_WORDS
from hourglass.images.labels_table import (
    FILE_COLUMNS,
    LABEL_COLUMNS,
    SPLIT_COLUMNS,
    find_column,
    numbered,
    plain_name,
)
from hourglass.images.listing import natural_key
from hourglass.images.memory import images_from, require_memory
from hourglass.images.split import DataSet
from hourglass.images.text_table import open_lines, separator_of

_LEAST_SIDE: Final = 4
_TOGETHER: Final = 4 << 20
_NUMBERS_OF_ROWS: Final = frozenset({"", "id", "index", "imageid", "unnamed0", "rowid"})


@dataclass(slots=True)
class _Columns:
    """Which columns of a table hold what, by position.

    Attributes
    ----------
    pixels
        Positions of the pixels, row by row of an image.
    label, split
        Those of the class and of the split, where there are any.
    notes
        What was assumed, a sentence each.
    headed
        Whether the first line names the columns.
    """

    pixels: list[int]
    label: int | None = None
    split: int | None = None
    notes: list[str] = field(default_factory=list)
    headed: bool = True

    @property
    def side(self) -> int:
        return math.isqrt(len(self.pixels))


def load_pixel_table(path: Path) -> DataSet:
    """Load a CSV file, or one with ``;`` or tabs, that holds a gray image in each row.

    Parameters
    ----------
    path
        A column for each pixel, row by row of a square image: whole numbers from 0 to 255, or
        fractions from 0 to 1; and perhaps one of classes and one of splits, named as in a table
        of labels. Without names the class comes first.

    Raises
    ------
    DataError
        If it is no such table, or damaged.
    """
    size = path.stat().st_size
    # A value takes two letters at least, and four bytes at most.
    require_memory(2 * size, str(path))
    with open_lines(path) as lines:
        first = next(lines, "")
        separator = separator_of(first)
        names = [name.strip().strip('"') for name in first.rstrip("\r\n").split(separator)]
        columns = _columns(names, path)
        if not columns.headed:
            lines = _before(first, lines)
        pixels, texts = _parsed(lines, separator, len(names), columns, path)
    pixels = pixels.reshape(len(pixels), columns.side, columns.side, 1)
    labels, class_names = None, None
    if columns.label is not None:
        labels, class_names = numbered(texts[columns.label], f"{path}, column of classes,")
        if len(class_names) == 1 and not columns.headed:
            raise DataError(
                f"The first column of {path}, taken for the class because no line names the "
                f"columns, is {class_names[0]} everywhere. Name the columns in a first line: label "
                "and pixel0, pixel1 and so on."
            )
    rows = _rows_of_splits(texts, columns, len(pixels), path)
    parts = {
        split: images_from(
            str(path), pixels[chosen], None if labels is None else labels[chosen], class_names
        )
        for split, chosen in rows.items()
    }
    return DataSet(
        name=path.stem,
        train=parts["train"],
        validation=parts.get("validation"),
        test=parts.get("test"),
        source=str(path),
        notes=tuple(columns.notes),
    )


def square_side(count: int) -> int | None:
    """Return the side of a square of so many pixels; ``None`` if there is none or a tiny one."""
    side = math.isqrt(count)
    return side if side**2 == count and side >= _LEAST_SIDE else None


def _columns(names: Sequence[str], path: Path) -> _Columns:
    """Tell which columns hold pixels: all but those of other names, a square number of them."""
    if _are_data(names):
        return _unnamed(len(names), path)
    label = find_column(names, LABEL_COLUMNS, path, "classes")
    split = find_column(names, SPLIT_COLUMNS, path, "split")
    aside = [
        index
        for index, name in enumerate(names)
        if index not in (label, split) and plain_name(name) in _NUMBERS_OF_ROWS
    ]
    pixels = [index for index in range(len(names)) if index not in (label, split, *aside)]
    if square_side(len(pixels)) is None:
        if {plain_name(name) for name in names} & set(FILE_COLUMNS):
            raise DataError(
                f"{path} names files and holds no pixels. Give the folder of these files, and this "
                f"table with --labels {path}."
            )
        raise DataError(_tell_no_square(len(pixels), path))
    columns = _Columns(pixels, label, split)
    side = columns.side
    if (by_name := sorted(pixels, key=lambda index: natural_key(names[index]))) != pixels:
        columns.pixels = by_name
        columns.notes.append("Columns of pixels were sorted by the numbers in their names.")
    classes = f"classes in {names[label]}" if label is not None else "no classes"
    columns.notes.append(
        f"{len(pixels):,} columns were read as images of {side}×{side}, row by row; {classes}."
    )
    if aside:
        columns.notes.append(
            f"Ignored columns: {', '.join(names[i] or 'one without a name' for i in aside)}."
        )
    return columns


def _unnamed(count: int, path: Path) -> _Columns:
    if (side := square_side(count)) is not None:
        note = (
            f"No line names the columns: {count:,} were read as images of {side}×{side}, no class."
        )
        return _Columns(list(range(count)), notes=[note], headed=False)
    if (side := square_side(count - 1)) is not None:
        note = (
            "No line names the columns: the first was read as the class, the other "
            f"{count - 1:,} as images of {side}×{side}, row by row."
        )
        return _Columns(list(range(1, count)), label=0, notes=[note], headed=False)
    raise DataError(_tell_no_square(count, path))


def _are_data(names: Sequence[str]) -> bool:
    """Tell whether a first line holds values; numbers that count up are names."""
    try:
        numbers = [float(name) for name in names]
    except ValueError:
        return False
    return any(after - before != 1 for before, after in pairwise(numbers))


def _tell_no_square(count: int, path: Path) -> str:
    return (
        f"{path} has {count:,} columns that could be pixels, and a square number of them was "
        f"expected ({_LEAST_SIDE}×{_LEAST_SIDE} or more, such as 784 for 28×28) beside one for the "
        "class, named label. Save images that are not square or have colors with np.savez(path, "
        "images=..., labels=...)."
    )


def _before(first: str, lines: Iterator[str]) -> Iterator[str]:
    yield first
    yield from lines


def _parsed(
    lines: Iterator[str], separator: str, width: int, columns: _Columns, path: Path
) -> tuple[NDArray[Any], Mapping[int, list[str]]]:
    """Read all rows, some at a time; return pixels, and the texts of the other columns.

    Whole numbers to 255 are kept as bytes: the text of a row takes more room than its pixels.
    """
    texts: dict[int, list[str]] = {index: [] for index in set(range(width)) - set(columns.pixels)}
    pieces: list[NDArray[Any]] = []
    together, read = max(1, _TOGETHER // width), int(columns.headed)
    while some := list(islice(lines, together)):
        values = _values(some, separator, texts, columns, path, read, width)
        read += len(some)
        if len(values):
            pieces.append(_as_bytes(values[:, columns.pixels]))
    if not pieces:
        raise DataError(f"{path} has no row of pixels.")
    least, most = min(piece.min() for piece in pieces), max(piece.max() for piece in pieces)
    fractions = any(piece.dtype.kind == "f" for piece in pieces)
    if least < 0 or most > (1 if fractions else 255):
        raise DataError(
            f"Pixels in a table are whole numbers from 0 to 255 or fractions from 0 to 1; those of "
            f"{path} go from {least:g} to {most:g}. Scale them."
        )
    if not fractions and most == 1:
        columns.notes.append("All pixels are 0 or 1: 1 was taken for white.")
        return np.concatenate(pieces).astype(np.float32), texts
    return np.concatenate(pieces), texts


def _values(
    lines: Sequence[str],
    separator: str,
    texts: Mapping[int, list[str]],
    columns: _Columns,
    path: Path,
    read: int,
    width: int,
) -> NDArray[np.float32]:
    """Return the values of some lines, shape (rows, columns); texts go to their lists."""

    def keep(index: int, text: str) -> float:
        texts[index].append(text.strip())
        return 0.0

    some = [line for line in lines if line.strip()]
    if not some:
        return np.empty((0, width), np.float32)
    try:
        values: NDArray[np.float32] = np.loadtxt(
            some,
            np.float32,
            comments=None,
            delimiter=separator,
            converters={index: partial(keep, index) for index in texts},
            ndmin=2,
            encoding=None,
            quotechar='"',
        )
    except ValueError as error:
        raise _bad_line(lines, separator, columns, path, read, width) from error
    if values.shape[1] != width or not np.isfinite(values).all():
        raise _bad_line(lines, separator, columns, path, read, width)
    return values


def _bad_line(
    lines: Sequence[str], separator: str, columns: _Columns, path: Path, read: int, width: int
) -> DataError:
    """Return what is wrong in the first line that is no row of the table."""
    for number, line in enumerate(lines, read + 1):
        fields = next(csv.reader([line], delimiter=separator), [])
        if fields and len(fields) != width:
            return DataError(
                f"{path}, line {number:,}: {width:,} values were expected, as in the first line, "
                f"and {len(fields):,} came."
            )
        for index in columns.pixels if fields else ():
            if not _is_number(fields[index]):
                return DataError(
                    f"{path}, line {number:,}: a number was expected in column {index + 1:,}, and "
                    f"{fields[index]!r} came."
                )
    return DataError(f"{path} has lines after line {read:,} that are no rows of numbers.")


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _as_bytes(values: NDArray[np.float32]) -> NDArray[Any]:
    whole = (values == np.rint(values)).all() and values.min() >= 0 and values.max() <= 255
    return values.astype(np.uint8) if whole else values


def _rows_of_splits(
    texts: Mapping[int, list[str]], columns: _Columns, count: int, path: Path
) -> Mapping[str, NDArray[np.int64]]:
    if columns.split is None:
        return {"train": np.arange(count)}
    words = [SPLIT_WORDS.get(text.casefold()) for text in texts[columns.split]]
    if None in words or "train" not in words:
        raise DataError(
            f"The column of splits in {path} holds "
            f"{', '.join(sorted(set(texts[columns.split]))[:5])}; train, and perhaps val and test, "
            "were expected. Rename the column or its values."
        )
    found = np.array(words)
    return {
        str(split): np.flatnonzero(found == split)
        for split in ("train", "validation", "test")
        if split in words
    }
