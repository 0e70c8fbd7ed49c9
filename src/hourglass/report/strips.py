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
from hourglass.records import Estimates, MethodEstimates, Samples, Scores
from hourglass.report import noise_words, words
from hourglass.report.contents import Contents

# With all of them a strip is taller than a screen; the table has every figure.
_BASELINES_SHOWN: Final = 3


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
    """Save a strip for each group of the samples as PNG and return them in order.

    Where no clean image is known, that is one strip of what was seen and what was made of it.
    """
    table = contents.estimates if contents.scores is None else contents.scores
    samples = contents.samples
    if table is None or samples is None:
        return []
    strips = []
    # The names of the files come from here, never from the archive of a stranger.
    for group, about in (words.GROUPS if contents.scores else noise_words.GROUPS).items():
        if group in samples.groups and len(samples.groups[group]):
            rows, scale = list(_rows(group, samples, table)), scale_of(samples, group)
            errors = _errors(group, samples)
            strips.append(strip_of(about.title, about.caption, rows, scale, errors))
            title = f"{about.title} ({words.measured_on(table)})"
            picture = labeled_strip({label: images for label, _, images in rows}, scale, title)
            write_bytes(folder / f"strip-{group}.png", png(picture))
    return strips


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
    group: str, samples: Samples, table: Scores | Estimates
) -> Iterator[tuple[str, str, NDArray[np.float32]]]:
    """Yield label, kind and images of each row: clean, input, the best baselines, the model."""
    if "clean" in samples.images:
        yield "clean", "clean", samples.strip(group, "clean")
    best = _best_baselines(table)
    for method in table.methods:
        shown = method.kind != "baseline" or method.method in best
        if shown and method.method in samples.images:
            yield method.label, method.kind, samples.strip(group, method.method)
        if method.kind == "input" and "second-shot" in samples.images:
            yield "second shot", "input", samples.strip(group, "second-shot")


def _best_baselines(table: Scores | Estimates) -> list[str]:
    """Return the names of the baselines that are shown."""
    errors = {
        method.method: method.error if isinstance(method, MethodEstimates) else method.mse
        for method in table.methods
        if method.kind == "baseline"
    }
    return sorted(errors, key=lambda name: errors[name])[:_BASELINES_SHOWN]


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
