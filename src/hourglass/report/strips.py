"""Image strips as PNG: saved with their labels, and row by row for the page."""

import base64
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hourglass.figures import image_strip, labeled_strip, strip_scale
from hourglass.files import write_bytes
from hourglass.records import Estimates, Samples, Scores
from hourglass.report import noise_words, words
from hourglass.report.contents import Contents

# With all of them a strip is taller than a screen; the table has every figure.
_BASELINES_SHOWN: Final = 3
_FIRST: Final = "first"


@dataclass(frozen=True, slots=True)
class StripRow:
    """One row of a strip.

    Attributes
    ----------
    label
        What made these images.
    kind
        ``clean``, ``input``, ``baseline`` or ``model``.
    uri
        The row as a data URI.
    alternative
        What is to be seen, in words.
    """

    label: str
    kind: str
    uri: str
    alternative: str


@dataclass(frozen=True, slots=True)
class Strip:
    """Images of one group as every method shows them.

    Attributes
    ----------
    title, caption
        What the images have in common.
    rows
        The clean images first, the model last.
    errors
        The model's mean squared error of each image, left to right; empty if unknown.
    width, height
        Of each row, in pixels.
    """

    title: str
    caption: str
    rows: tuple[StripRow, ...]
    errors: tuple[float, ...]
    width: int
    height: int


def save_strips(contents: Contents, folder: Path) -> list[Strip]:
    """Save a strip for each group of the samples as PNG and return them in order."""
    scores, samples = contents.scores, contents.samples
    if scores is None and contents.estimates is not None and samples is not None:
        return list(strips_without_clean(samples, contents.estimates, folder))
    if scores is None or samples is None:
        return []
    strips = []
    # The names of the files come from here, never from the archive of a stranger.
    for group in words.GROUPS:
        if group in samples.groups and len(samples.groups[group]):
            strips.append(_strip(group, samples, scores))
            title = f"{words.GROUPS[group].title} ({words.measured_on(scores)})"
            rows = {label: images for label, _, images in _rows(group, samples, scores)}
            picture = labeled_strip(rows, scale_of(samples, group), title)
            write_bytes(folder / f"strip-{group}.png", png(picture))
    return strips


def strips_without_clean(samples: Samples, found: Estimates, folder: Path) -> Iterator[Strip]:
    """Save a strip of what a method saw and made of it, without a clean row, and yield it."""
    shown = samples.groups.get(_FIRST, ())
    if not len(shown):
        return
    best = sorted(
        (method for method in found.methods if method.kind == "baseline"), key=noise_words.rank
    )[:_BASELINES_SHOWN]
    rows = [
        (method.label, method.kind, samples.strip(_FIRST, method.method))
        for method in found.methods
        if method.method in samples.images and (method.kind != "baseline" or method in best)
    ]
    if "second-shot" in samples.images:
        rows.insert(1, ("second shot", "input", samples.strip(_FIRST, "second-shot")))
    title, scale = noise_words.STRIP.title, scale_of(samples, _FIRST)
    named = f"{title} ({noise_words.measured_on(found)})"
    picture = labeled_strip({label: images for label, _, images in rows}, scale, named)
    write_bytes(folder / f"strip-{_FIRST}.png", png(picture))
    yield strip_of(title, noise_words.STRIP.caption, rows, scale)


def _strip(group: str, samples: Samples, scores: Scores) -> Strip:
    description = words.GROUPS[group]
    rows = _rows(group, samples, scores)
    errors = _errors(group, samples)
    scale = scale_of(samples, group)
    return strip_of(description.title, description.caption, rows, scale, errors)


def strip_of(
    title: str,
    caption: str,
    rows: Iterable[tuple[str, str, NDArray[np.float32]]],
    scale: int,
    errors: tuple[float, ...] = (),
) -> Strip:
    """Return a strip for the page; rows are label, kind and images of one shape."""
    made = []
    size = (0, 0)
    for label, kind, images in rows:
        pixels = image_strip({label: images}, scale)
        size = (pixels.shape[1], pixels.shape[0])
        alternative = f"{label}, {len(images)} images in a row"
        made.append(StripRow(label, kind, row_uri(pixels), alternative))
    return Strip(title, caption, tuple(made), errors, *size)


def _rows(
    group: str, samples: Samples, scores: Scores
) -> Iterator[tuple[str, str, NDArray[np.float32]]]:
    """Yield label, kind and images of each row: clean, input, the best baselines, the model."""
    if "clean" in samples.images:
        yield "clean", "clean", samples.strip(group, "clean")
    baselines = [method for method in scores.methods if method.kind == "baseline"]
    best = sorted(baselines, key=lambda method: method.mse)[:_BASELINES_SHOWN]
    for method in scores.methods:
        shown = method.kind != "baseline" or method in best
        if shown and method.method in samples.images:
            yield method.label, method.kind, samples.strip(group, method.method)


def _errors(group: str, samples: Samples) -> tuple[float, ...]:
    errors: Mapping[str, NDArray[Any]] = samples.errors
    if "model" not in errors:
        return ()
    return tuple(float(errors["model"][index]) for index in samples.groups[group])


def scale_of(samples: Samples, group: str) -> int:
    """Return how many times larger the pixels of the images of a group are shown."""
    return strip_scale(max(samples.originals.shape[1:3]), len(samples.groups[group]))


def row_uri(pixels: NDArray[np.uint8]) -> str:
    """Return an image as the data URI of a PNG file."""
    return f"data:image/png;base64,{base64.b64encode(png(pixels)).decode()}"


def png(pixels: NDArray[np.uint8]) -> bytes:
    """Return an image as the bytes of a PNG file."""
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, format="PNG", optimize=True)
    return content.getvalue()
