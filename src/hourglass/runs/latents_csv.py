"""Latents as a table in text: columns ``id, path, label, digest, z0, z1, …``.

What the file says about itself lies beside it, in ``NAME.csv.json``. Nine digits tell each float32
from its neighbors, so that nothing is lost. A map adds ``projection_x`` and ``projection_y``,
thumbnails add ``image``: a PNG as a data URL.
"""

import base64
import csv
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Final, final

import numpy as np

from hourglass.errors import DataError
from hourglass.files import derived_name, write_bytes, write_csv
from hourglass.records import LatentRows, LatentsFacts
from hourglass.runs.latents_format import (
    MOST_FACTS_BYTES,
    LatentsFormat,
    Rows,
    facts_from_bytes,
    facts_to_bytes,
)

_URL: Final = "data:image/png;base64,"


@final
class CsvLatents(LatentsFormat):
    """A row of text for each image, and a file of JSON beside them."""

    suffix = ".csv"
    thumbnails = False

    def companions(self, path: Path) -> tuple[Path, ...]:
        """Return the place of the facts."""
        return (path.with_name(derived_name(path.name, after=".json")),)

    def write(self, path: Path, facts: LatentsFacts, rows: Rows) -> None:
        """Write the facts, then the table: where there is a table, it is whole."""
        (beside,) = self.companions(path)
        write_bytes(beside, facts_to_bytes(facts))
        lines = (line for part in rows() for line in _lines(facts, part))
        write_csv(path, chain([_columns(facts)], lines))

    def read_facts(self, path: Path) -> LatentsFacts:
        """Read the file beside the table."""
        (beside,) = self.companions(path)
        if not beside.is_file():
            raise DataError(f"{beside.name}, which belongs to it, is missing.")
        if beside.stat().st_size > MOST_FACTS_BYTES:
            raise DataError("its facts are too long.")
        return facts_from_bytes(beside.read_bytes())

    def read(self, path: Path, facts: LatentsFacts) -> LatentRows:
        """Read all lines."""
        if path.stat().st_size < facts.rows * 2 * facts.numbers:
            raise DataError(
                f"it is too short for {facts.rows:,} rows of {facts.numbers:,} numbers."
            )
        expected = _columns(facts)
        with path.open(encoding="utf-8", newline="") as file:
            lines = csv.reader(file, strict=True)
            found = next(lines, [])
            if found != expected:
                raise DataError(f"its columns are {_few(found)} and not {_few(expected)}.")
            return _rows(facts, lines)


def _columns(facts: LatentsFacts) -> list[str]:
    columns = ["id", "path", *(["label"] if facts.labeled else []), "digest"]
    columns += [f"z{number}" for number in range(facts.numbers)]
    if facts.request.map is not None:
        columns += ["projection_x", "projection_y"]
    return columns + (["image"] if facts.request.thumbnails else [])


def _few(columns: list[str]) -> str:
    return ", ".join(columns if len(columns) <= 8 else [*columns[:5], "…", columns[-1]])


def _lines(facts: LatentsFacts, part: LatentRows) -> Iterator[list[str]]:
    for row in range(len(part)):
        line = [str(part.ids[row]), part.paths[row]]
        if part.labels is not None:
            line.append(part.labels[row])
        line.append(part.digests[row].tobytes().hex())
        line += [f"{value:.9g}" for value in part.latents[row].tolist()]
        if part.places is not None:
            line += [f"{value:.9g}" for value in part.places[row].tolist()]
        if part.thumbnails is not None:
            line.append(_URL + base64.b64encode(part.thumbnails[row]).decode())
        yield line


def _rows(facts: LatentsFacts, lines: Iterator[list[str]]) -> LatentRows:
    latents = np.empty((facts.rows, facts.numbers), np.float32)
    places = None if facts.request.map is None else np.empty((facts.rows, 2), np.float32)
    texts: dict[str, list[Any]] = {"id": [], "path": [], "label": [], "digest": [], "image": []}
    columns = _columns(facts)
    start = columns.index("z0")
    end = start + facts.numbers
    number = -1
    for number, line in enumerate(lines):
        if number >= facts.rows or len(line) != len(columns):
            raise DataError(f"line {number + 2} has {len(line)} fields, or is one too many.")
        latents[number] = np.array(line[start:end], np.float32)
        if places is not None:
            places[number] = np.array(line[end : end + 2], np.float32)
        for column in texts.keys() & set(columns):
            texts[column].append(line[columns.index(column)])
    if number + 1 != facts.rows:
        raise DataError(f"it has {number + 1:,} rows in place of {facts.rows:,}.")
    digests = np.frombuffer(bytes.fromhex("".join(texts["digest"])), np.uint8)
    return LatentRows(
        ids=np.array(texts["id"], np.int64),
        paths=tuple(texts["path"]),
        labels=tuple(texts["label"]) if facts.labeled else None,
        latents=latents,
        digests=digests.reshape(facts.rows, -1),
        thumbnails=tuple(map(_picture, texts["image"])) if facts.request.thumbnails else None,
        places=places,
    )


def _picture(url: str) -> bytes:
    if not url.startswith(_URL):
        raise DataError("an image is no data URL of a PNG.")
    return base64.b64decode(url.removeprefix(_URL), validate=True)
