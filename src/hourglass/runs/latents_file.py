"""Files of latents, by how their names end."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from hourglass.errors import ConfigurationError, DataError, MissingPathError, nearest
from hourglass.records import LatentRows, LatentsFacts
from hourglass.runs.latents_csv import CsvLatents
from hourglass.runs.latents_format import LatentsFormat
from hourglass.runs.latents_npz import NpzLatents
from hourglass.runs.latents_parquet import ParquetLatents

LATENTS_FORMATS: Final[Mapping[str, LatentsFormat]] = MappingProxyType(
    {form.suffix: form for form in (CsvLatents(), NpzLatents(), ParquetLatents())}
)


def latents_format(path: Path) -> LatentsFormat:
    """Return the format that the name of a file of latents says.

    Raises
    ------
    ConfigurationError
        If it says none, or a library is missing for it.
    """
    form = LATENTS_FORMATS.get(path.suffix.lower())
    if form is None:
        raise ConfigurationError(
            f"The name of a file of latents ends in {', '.join(LATENTS_FORMATS)}; {path} does not."
            f"{nearest(path.suffix.lower(), LATENTS_FORMATS)}"
        )
    form.require_library()
    return form


def read_latents(path: Path) -> tuple[LatentsFacts, LatentRows]:
    """Read a file of latents; everything in it is checked, and nothing is unpickled.

    Raises
    ------
    ConfigurationError
        If its name does not say what it is, or a library is missing.
    DataError
        If it is damaged, or none.
    MissingPathError
        If there is no such file.
    """
    form = latents_format(path)
    with _reading(path):
        facts = form.read_facts(path)
        rows = form.read(path, facts)
        _require_as_told(facts, rows)
    return facts, rows


def read_latents_facts(path: Path) -> LatentsFacts:
    """Read what a file of latents says about itself; errors are those of ``read_latents``."""
    form = latents_format(path)
    with _reading(path):
        return form.read_facts(path)


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    if not path.exists():
        raise MissingPathError(f"There is no file {path}. `hourglass embed` makes one.")
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(f"{path} cannot be read as a file of latents: {reason}.") from error
    # A stranger's bytes can drive a parser into an error of any class.
    except Exception as error:
        reason = str(error).rstrip(".") or type(error).__name__
        raise DataError(
            f"{path} is not a file of latents, or a damaged one: {reason}. Make it again with "
            "`hourglass embed`."
        ) from error


def _require_as_told(facts: LatentsFacts, rows: LatentRows) -> None:
    said = facts.request
    told = {
        "rows": (facts.rows, len(rows)),
        "numbers": (facts.numbers, rows.latents.shape[1]),
        "labels": (facts.labeled, rows.labels is not None),
        "thumbnails": (said.thumbnails, rows.thumbnails is not None),
        "places": (said.map is not None, rows.places is not None),
    }
    for what, (want, have) in told.items():
        if want != have:
            raise DataError(f"its facts tell {want} for {what}, and it has {have}.")
