"""What every kind of latents file promises, and how its facts are read."""

import abc
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar, Final

from hourglass.errors import DataError
from hourglass.records import LATENTS_SCHEMA, LatentRows, LatentsFacts, from_json, to_json

#: Gives the rows of a file, a part of them at a time, as often as it is called.
Rows = Callable[[], Iterable[LatentRows]]

MOST_FACTS_BYTES: Final = 4 << 20
# A model's code is no larger than its widest layer may be.
_MOST_NUMBERS: Final = 1 << 24


class LatentsFormat(abc.ABC):
    """One way to keep latents in a file.

    Attributes
    ----------
    suffix
        How the names of such files end.
    thumbnails
        Whether rows have a small picture where nothing is said.
    """

    suffix: ClassVar[str]
    thumbnails: ClassVar[bool]

    def companions(self, path: Path) -> tuple[Path, ...]:
        """Return the files that are written beside the one that was asked for."""
        return ()

    def require_library(self) -> None:
        """Refuse to begin where a library is missing.

        Raises
        ------
        ConfigurationError
            If one is; the extra that brings it is named.
        """
        return None

    @abc.abstractmethod
    def write(self, path: Path, facts: LatentsFacts, rows: Rows) -> None:
        """Write a file, all of it or nothing, with one part of the rows in memory at a time."""

    @abc.abstractmethod
    def read_facts(self, path: Path) -> LatentsFacts:
        """Read what a file says about itself."""

    @abc.abstractmethod
    def read(self, path: Path, facts: LatentsFacts) -> LatentRows:
        """Read all rows; any error tells what is wrong with the file."""


def facts_to_bytes(facts: LatentsFacts) -> bytes:
    """Return facts as JSON."""
    return to_json(facts)


def facts_from_bytes(content: bytes) -> LatentsFacts:
    """Return facts that were kept as JSON.

    Raises
    ------
    ConfigurationError, DataError
        If they are none, or of another schema.
    """
    if len(content) > MOST_FACTS_BYTES:
        raise DataError("its facts are too long.")
    facts = from_json(LatentsFacts, content, "the facts")
    if facts.schema_version != LATENTS_SCHEMA:
        raise DataError(
            f"it has schema version {facts.schema_version}, and this version of Hourglass reads "
            f"{LATENTS_SCHEMA}. Update Hourglass."
        )
    if facts.rows < 1 or not 1 <= facts.numbers <= _MOST_NUMBERS:
        raise DataError(f"it declares {facts.rows} rows of {facts.numbers} numbers.")
    return facts
