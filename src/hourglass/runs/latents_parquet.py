"""Latents as Parquet, in the form that Embedding Atlas reads.

Columns: ``id``, ``path``, ``label`` (where known), ``digest``, ``latents`` (a list of float32 of
one length), ``projection_x`` and ``projection_y`` (where there is a map) and ``image``. Embedding
Atlas shows a column of images whose values have a field ``bytes``, and perhaps ``path`` (its page
"Data Formats", section "Image Data"), and takes the places of rows from two columns and vectors
from one (its page "Command Line Tool": ``--x projection_x --y projection_y``,
``--vector latents``, ``--image image``). Hugging Face's data sets keep images in the same way.

What the file says about itself is JSON under the key ``hourglass`` of its metadata. Only text is
compressed and nothing is kept in dictionaries, so that how much a file unpacks to is known before
it is unpacked.
"""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, final

import numpy as np

from hourglass.errors import ConfigurationError, DataError
from hourglass.files import atomic_write
from hourglass.records import DIGEST_BYTES, LatentRows, LatentsFacts
from hourglass.runs.latents_format import LatentsFormat, Rows, facts_from_bytes, facts_to_bytes

_KEY: Final = b"hourglass"
_TEXTS: Final = ("path", "label")
_UNQUESTIONED: Final = 64 << 20
_MOST_PER_BYTE: Final = 2_000
_DICTIONARIES: Final = {"PLAIN_DICTIONARY", "RLE_DICTIONARY"}


@final
class ParquetLatents(LatentsFormat):
    """A row group for each part of the rows."""

    suffix = ".parquet"
    thumbnails = True

    def require_library(self) -> None:
        """Refuse to begin without pyarrow."""
        if importlib.util.find_spec("pyarrow") is None:
            raise ConfigurationError(
                "Parquet files need pyarrow, which the extra parquet brings: pip install "
                '".[cpu,parquet]". Files that end in .npz and .csv do without.'
            )

    def write(self, path: Path, facts: LatentsFacts, rows: Rows) -> None:
        """Write one row group after the other."""
        import pyarrow.parquet

        schema = _schema(facts).with_metadata({_KEY: facts_to_bytes(facts)})
        packed = {column: "zstd" if column in _TEXTS else "none" for column in _leaves(schema)}
        with (
            atomic_write(path) as file,
            pyarrow.parquet.ParquetWriter(
                file, schema, compression=packed, use_dictionary=False, write_statistics=False
            ) as writer,
        ):
            for part in rows():
                writer.write_table(_table(schema, part), row_group_size=max(1, len(part)))

    def read_facts(self, path: Path) -> LatentsFacts:
        """Read the metadata alone."""
        import pyarrow.parquet

        with path.open("rb") as source, pyarrow.parquet.ParquetFile(source) as file:
            return _facts(file)

    def read(self, path: Path, facts: LatentsFacts) -> LatentRows:
        """Read all columns that are known; others are left alone."""
        import pyarrow.parquet

        with path.open("rb") as source, pyarrow.parquet.ParquetFile(source) as file:
            schema = _schema(facts)
            _require_columns(file.schema_arrow, schema)
            _require_sizes(file.metadata, facts, path.stat().st_size)
            return _rows(facts, file.read(columns=schema.names, use_threads=False))


def _schema(facts: LatentsFacts) -> Any:
    import pyarrow as pa

    number = pa.field("element", pa.float32(), nullable=False)
    columns = [("id", pa.int64()), ("path", pa.string())]
    columns += [("label", pa.string())] if facts.labeled else []
    columns += [("digest", pa.binary(DIGEST_BYTES)), ("latents", pa.list_(number, facts.numbers))]
    if facts.request.map is not None:
        columns += [("projection_x", pa.float32()), ("projection_y", pa.float32())]
    if facts.request.thumbnails:
        bytes_, path = (
            pa.field(name, kind, nullable=False)
            for name, kind in (("bytes", pa.binary()), ("path", pa.string()))
        )
        columns.append(("image", pa.struct([bytes_, path])))
    return pa.schema([pa.field(name, kind, nullable=False) for name, kind in columns])


def _leaves(schema: Any) -> Iterator[str]:
    """Yield the name of each column as Parquet has it, where lists and structs are taken apart."""
    inner = {"latents": ("latents.list.element",), "image": ("image.bytes", "image.path")}
    for name in schema.names:
        yield from inner.get(name, (name,))


def _table(schema: Any, part: LatentRows) -> Any:
    import pyarrow as pa

    columns: dict[str, Any] = {
        "id": pa.array(part.ids),
        "path": pa.array(part.paths, pa.string()),
        "digest": pa.array([row.tobytes() for row in part.digests], pa.binary(DIGEST_BYTES)),
        "latents": pa.FixedSizeListArray.from_arrays(
            pa.array(part.latents.ravel()), type=schema.field("latents").type
        ),
    }
    if part.labels is not None:
        columns["label"] = pa.array(part.labels, pa.string())
    if part.places is not None:
        columns["projection_x"], columns["projection_y"] = (
            pa.array(np.ascontiguousarray(axis)) for axis in part.places.T
        )
    if part.thumbnails is not None:
        # Readers tell the kind of picture from its name, and a JPEG's is a PNG here.
        names = pa.array([f"{number}.png" for number in part.ids], pa.string())
        pictures = [pa.array(part.thumbnails, pa.binary()), names]
        columns["image"] = pa.StructArray.from_arrays(
            pictures, fields=list(schema.field("image").type)
        )
    return pa.table([columns[name] for name in schema.names], schema=schema)


def _facts(file: Any) -> LatentsFacts:
    content = (file.metadata.metadata or {}).get(_KEY)
    if content is None:
        raise DataError(f"its metadata have no {_KEY.decode()}.")
    facts = facts_from_bytes(content)
    if file.metadata.num_rows != facts.rows:
        raise DataError(f"it has {file.metadata.num_rows:,} rows in place of {facts.rows:,}.")
    return facts


def _require_columns(found: Any, expected: Any) -> None:
    for field in expected:
        indices = found.get_all_field_indices(field.name)
        if len(indices) != 1 or not found.field(indices[0]).equals(field):
            raise DataError(f"its column {field.name} is missing, or is not {field.type}.")


def _require_sizes(metadata: Any, facts: LatentsFacts, file_bytes: int) -> None:
    """Refuse a file that would unpack to more than an honest one of its size."""
    if facts.rows * (8 + DIGEST_BYTES + 4 * facts.numbers) > file_bytes:
        raise DataError(f"it is too short for {facts.rows:,} rows of {facts.numbers:,} numbers.")
    unpacked = 0
    for group in range(metadata.num_row_groups):
        for number in range(metadata.num_columns):
            column = metadata.row_group(group).column(number)
            packed = column.compression != "UNCOMPRESSED"
            if _DICTIONARIES & set(column.encodings) or (
                packed and column.path_in_schema not in _TEXTS
            ):
                raise DataError(f"its column {column.path_in_schema} is packed.")
            unpacked += column.total_uncompressed_size
    if unpacked > max(_UNQUESTIONED, _MOST_PER_BYTE * file_bytes):
        raise DataError(f"it unpacks to {unpacked:,} bytes.")


def _rows(facts: LatentsFacts, table: Any) -> LatentRows:
    table.validate(full=True)
    if any(table.column(name).null_count for name in table.column_names):
        raise DataError("values are missing.")
    latents = table.column("latents").combine_chunks()
    digests = b"".join(table.column("digest").to_pylist())
    places = None
    if facts.request.map is not None:
        axes = (table.column(name).to_numpy() for name in ("projection_x", "projection_y"))
        places = np.stack(list(axes), axis=1)
    pictures = None
    if facts.request.thumbnails:
        pictures = tuple(row["bytes"] for row in table.column("image").to_pylist())
    return LatentRows(
        ids=table.column("id").to_numpy(),
        paths=tuple(table.column("path").to_pylist()),
        labels=tuple(table.column("label").to_pylist()) if facts.labeled else None,
        latents=latents.flatten().to_numpy().reshape(facts.rows, facts.numbers),
        digests=np.frombuffer(digests, np.uint8).reshape(facts.rows, DIGEST_BYTES),
        thumbnails=pictures,
        places=places,
    )
