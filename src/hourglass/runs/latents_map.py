"""Maps of latents in files of their own: arrays alone, nothing is pickled."""

from pathlib import Path

import numpy as np

from hourglass.errors import MissingPathError
from hourglass.files import derived_name, exists
from hourglass.records import LatentsMap, MapFacts, from_json, to_json
from hourglass.runs.archive import read_arrays, with_prefix, write_arrays


def map_path(output: Path) -> Path:
    """Return where the map of a file of latents is kept: ``latents.map.npz`` beside it."""
    return output.with_name(derived_name(output.stem, after=".map.npz"))


def write_latents_map(path: Path, found: LatentsMap) -> None:
    """Write a map.

    Raises
    ------
    WriteError
        If it cannot be written.
    """
    facts = np.frombuffer(to_json(found.facts), np.uint8)
    arrays = {f"array/{name}": array for name, array in found.arrays.items()}
    write_arrays(path, {"facts": facts, **arrays})


def read_latents_map(path: Path) -> LatentsMap:
    """Read a map.

    Raises
    ------
    DataError
        If the file is damaged, or none of ours.
    MissingPathError
        If there is no such file.
    """
    if not exists(path):
        raise MissingPathError(f"There is no map {path}. `hourglass embed --map` makes one.")
    return read_arrays(
        path,
        "a map of latents",
        lambda arrays: LatentsMap(
            facts=from_json(MapFacts, arrays["facts"].tobytes(), str(path)),
            arrays=with_prefix(arrays, "array/"),
        ),
    )
