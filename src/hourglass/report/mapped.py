"""Maps of the best run of a group of suites, and of the group beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import get_args

import numpy as np

from hourglass.errors import DataError
from hourglass.figures import MapPanel
from hourglass.records import Embedding, GroupRecord, Maps, SpaceName, SpaceScores
from hourglass.report.maps import panel_of, sketch_of
from hourglass.report.svg import Sketch
from hourglass.runs import GroupFolder, RunFolder


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapped:
    """The best run of one group.

    Attributes
    ----------
    group, run
        Their names.
    images
        Which images are on the map: fingerprint of the data and of the split.
    embedding, maps
        As read from the run.
    """

    group: str
    run: str
    images: tuple[str, str]
    embedding: Embedding
    maps: Maps


def read_mapped(group: GroupFolder, record: GroupRecord) -> tuple[Mapped, ...]:
    """Read what a group of suites found about a code, and what the group beside it did.

    The group beside counts where it mapped the same images. The shorter code comes first.

    Raises
    ------
    DataError
        If a file of this group is damaged.
    """
    found = _read_best(group, record)
    if found is None:
        return ()
    other = _beside(group, record)
    both = [found] if other is None or not _alike(found, other) else [found, other]
    return tuple(sorted(both, key=lambda mapped: mapped.embedding.space("latents").dimensions))


def spaces_of(mapped: Sequence[Mapped]) -> Iterator[SpaceScores]:
    """Yield raw pixels once, then PCA and latents of each run."""
    yield mapped[0].embedding.space("pixels")
    for one in mapped:
        yield one.embedding.space("pca")
        yield _latents(one)


def sketch_of_suites(mapped: Sequence[Mapped]) -> Sketch:
    """Return one chart: the map of the pixels, then that of each run's latents."""
    first = mapped[0]
    pixels = first.embedding.space("pixels")
    panels: list[MapPanel] = [panel_of(pixels, pixels.label, first.embedding, first.maps)]
    for one in mapped:
        space = _latents(one)
        panels.append(panel_of(space, space.label, one.embedding, one.maps))
    return sketch_of(panels, first.embedding, first.maps.labels)


def _latents(mapped: Mapped) -> SpaceScores:
    space = mapped.embedding.space("latents")
    return replace(space, label=f"latents of {mapped.group}, {mapped.run}")


def _read_best(group: GroupFolder, record: GroupRecord) -> Mapped | None:
    best = None if record.suite is None else record.suite.best
    if best is None or PurePath(best).name != best:
        return None
    run = group.run(best)
    if not _is_mapped(run):
        return None
    about, embedding, maps = run.read_record(), run.read_embedding(), run.read_maps()
    known = maps.maps.keys() & {space.space for space in embedding.spaces}
    if not known >= set(get_args(SpaceName)):
        raise DataError(f"{run.path} does not have a map of {', '.join(get_args(SpaceName))}.")
    return Mapped(
        group=record.name,
        run=best,
        images=(about.data_fingerprint, about.split_hash),
        embedding=embedding,
        maps=maps,
    )


def _is_mapped(run: RunFolder) -> bool:
    return all((run.path / name).is_file() for name in ("embedding.json", "maps.npz"))


def _beside(group: GroupFolder, record: GroupRecord) -> Mapped | None:
    """Return the best run of the group beside; one that cannot be read says so itself."""
    name, path = record.beside, group.path.resolve()
    if not name or PurePath(name).name != name or not path.name.startswith(record.name):
        return None
    # A first look lies beside a first look.
    folder = path.parent / (name + path.name.removeprefix(record.name))
    other = GroupFolder(folder)
    try:
        return _read_best(other, other.read_record())
    except DataError:
        return None


def _alike(first: Mapped, second: Mapped) -> bool:
    return first.images == second.images and np.array_equal(
        first.maps.positions, second.maps.positions
    )
