"""The map of a file of latents: fitted to some of them, and all others placed on it."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import ConfigurationError, DataError
from hourglass.evaluation import MOST_FITTED, fit_map, placing_on
from hourglass.files import exists
from hourglass.records import LatentRows, LatentsMap
from hourglass.runs import LatentsParts, read_latents_map, write_latents_map
from hourglass.seeds import derive, generator

# Numbers that a map keeps at most: 64 MB.
_MOST_NUMBERS: Final = 1 << 24


class GivenMap(NamedTuple):
    """A map that was made before, and the SHA-256 of its file."""

    map: LatentsMap
    sha256: str


def read_given_map(path: Path, model_sha256: str) -> GivenMap:
    """Read a map that new images are to be placed on.

    Raises
    ------
    ConfigurationError
        If it is one of another model.
    DataError
        If it is damaged, or none.
    MissingPathError
        If there is no such file.
    """
    found = read_latents_map(path)
    if found.facts.model_sha256 != model_sha256:
        raise ConfigurationError(
            f"{path} maps the latents of another model: its weights have SHA-256 "
            f"{found.facts.model_sha256[:12]}, and those of this run {model_sha256[:12]}."
        )
    return GivenMap(found, hashlib.sha256(path.read_bytes()).hexdigest())


def map_of(parts: LatentsParts, tell: Callable[[str], None]) -> LatentsMap:
    """Return the map of what is in parts; it is fitted once, and kept beside them."""
    request = parts.plan.request
    if request.map is None:
        raise ConfigurationError("No map was asked for.")
    if exists(parts.map):
        try:
            return read_latents_map(parts.map)
        except DataError:
            tell("The map was damaged, and is fitted again.")
    latents = _drawn_latents(parts)
    found, _ = fit_map(
        request.map,
        latents,
        model_sha256=request.model_sha256,
        seed=derive(request.map_seed, "map"),
    )
    write_latents_map(parts.map, found)
    return found


def places_of(parts: LatentsParts, on: LatentsMap) -> list[NDArray[np.float32]]:
    """Return the places of the rows of each part.

    Latents that the map was fitted to are placed like all others, so that an image has one place
    whenever it comes.
    """
    place = placing_on(on)
    return [place(latents) for latents in _latents(parts)]


def placed(
    rows: Iterable[LatentRows], places: Iterable[NDArray[np.float32]]
) -> Iterator[LatentRows]:
    """Yield the rows of all parts with their places."""
    for part, found in zip(rows, places, strict=True):
        yield replace(part, places=found)


def _latents(parts: LatentsParts) -> Iterator[NDArray[np.float32]]:
    for number in range(parts.plan.count):
        yield parts.require(number).latents


def _drawn_latents(parts: LatentsParts) -> NDArray[np.float32]:
    """Return the latents that a map is fitted to: all, or as many as may be, drawn by a seed."""
    total, numbers = sum(map(len, _latents(parts))), parts.plan.numbers
    most = max(1, min(MOST_FITTED, _MOST_NUMBERS // numbers))
    chosen = np.arange(total)
    if total > most:
        drawn = generator(parts.plan.request.map_seed, "mapped").choice(total, most, replace=False)
        chosen = np.sort(drawn)
    kept, start = [np.empty((0, numbers), np.float32)], 0
    for latents in _latents(parts):
        here = (chosen >= start) & (chosen < start + len(latents))
        kept.append(latents[chosen[here] - start])
        start += len(latents)
    return np.concatenate(kept)
