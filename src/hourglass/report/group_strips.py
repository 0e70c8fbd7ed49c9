"""The same images as every member of a group rebuilds them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeGuard

import numpy as np
from numpy.typing import NDArray

from hourglass.figures import labeled_strip
from hourglass.files import write_bytes
from hourglass.records import Samples
from hourglass.report import words
from hourglass.report.group_contents import GroupContents
from hourglass.report.group_members import MemberContents
from hourglass.report.strips import Strip, png, scale_of, strip_of

_GROUP, _MIDDLE = "random", "median"
Row = tuple[str, str, NDArray[np.float32]]
Shown = tuple[MemberContents, Samples]


def save_group_strips(group: GroupContents, folder: Path) -> list[Strip]:
    """Save a strip for each set of images that members share as PNG and return them in order."""
    strips = []
    for number, shown in enumerate(_shared(group), start=1):
        rows = list(_rows(shown))
        scale = scale_of(shown[0][1], _GROUP)
        description, split = words.GROUPS[_GROUP], words.measured_on(shown[0][0].scores)
        caption = f"{description.caption} {split.capitalize()}."
        strips.append(strip_of(description.title, caption, rows, scale))
        labeled = {label: images for label, _, images in rows}
        picture = labeled_strip(labeled, scale, f"{description.title} ({split})")
        name = f"strip-{_GROUP}.png" if number == 1 else f"strip-{_GROUP}-{number}.png"
        write_bytes(folder / name, png(picture))
    return [*strips, *_of_suites(group, folder)]


def _of_suites(group: GroupContents, folder: Path) -> Iterator[Strip]:
    """Save and yield what the best suite and the least good one make of their middling images."""
    suite = group.record.suite
    places = {} if suite is None else {"best": suite.best, "least-good": suite.least_good}
    for place, name in places.items():
        for member in group.members:
            if member.name == name and _shows(member.samples, _MIDDLE):
                yield _pair(member, member.samples, place, folder)


def _pair(member: MemberContents, samples: Samples, place: str, folder: Path) -> Strip:
    """Save and return original and decoded images of one suite."""
    rows = [
        ("original", "clean", samples.strip(_MIDDLE, "clean")),
        ("decoded", "model", samples.strip(_MIDDLE, "model")),
    ]
    scale, split = scale_of(samples, _MIDDLE), words.measured_on(member.scores)
    title = f"{member.name}, the {place.replace('-', ' ')} suite"
    picture = labeled_strip({label: images for label, _, images in rows}, scale, title)
    write_bytes(folder / f"strip-{place}.png", png(picture))
    caption = f"{words.GROUPS[_MIDDLE].caption} {split.capitalize()}."
    return strip_of(title, caption, rows, scale)


def _shared(group: GroupContents) -> list[list[Shown]]:
    """Return the members with images, those that show the same ones together."""
    sets: list[list[Shown]] = []
    for member in group.shown:
        samples = member.samples
        if not _shows(samples, _GROUP):
            continue
        known = next((shown for shown in sets if _alike(shown[0][1], samples)), None)
        if known is None:
            sets.append([(member, samples)])
        else:
            known.append((member, samples))
    return sets


def _rows(shown: Sequence[Shown]) -> Iterator[Row]:
    """Yield clean images, then each member's, after the input where it is another one."""
    first = shown[0][1]
    yield "clean images", "clean", first.strip(_GROUP, "clean")
    last_input: NDArray[np.float32] | None = None
    for member, samples in shown:
        if "noisy" in samples.images:
            seen = samples.strip(_GROUP, "noisy")
            if last_input is None or not np.array_equal(seen, last_input):
                label = _input_label(member) if last_input is None else f"input of {member.name}"
                yield label, "input", seen
                last_input = seen
        yield member.name, "model", samples.strip(_GROUP, "model")


def _input_label(member: MemberContents) -> str:
    inputs = (method.label for method in member.scores.methods if method.kind == "input")
    return next(inputs, "noisy input")


def _shows(samples: Samples | None, group: str) -> TypeGuard[Samples]:
    """Return whether there are images of a group as the model rebuilds them."""
    if samples is None or not {"clean", "model"} <= samples.images.keys():
        return False
    return len(samples.groups.get(group, ())) > 0


def _alike(first: Samples, second: Samples) -> bool:
    """Return whether two runs show the same images, pixel for pixel."""
    return np.array_equal(first.groups[_GROUP], second.groups[_GROUP]) and np.array_equal(
        first.strip(_GROUP, "clean"), second.strip(_GROUP, "clean")
    )
