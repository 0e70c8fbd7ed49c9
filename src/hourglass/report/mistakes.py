"""The mistakes of a classifier as pictures: saved together, and one by one for the page."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hourglass.figures import image_strip, mistakes_picture, strip_scale
from hourglass.files import write_bytes
from hourglass.records import Classification, Mistake, Samples
from hourglass.report.strips import png

_GROUP = "mistakes"


@dataclass(frozen=True, slots=True)
class Card:
    """One mistake, ready for the page.

    Attributes
    ----------
    mistake
        What was taken for what.
    uri
        The image as a data URI.
    width, height
        Of the image, in pixels.
    """

    mistake: Mistake
    uri: str
    width: int
    height: int


def save_mistakes(
    classification: Classification | None, samples: Samples | None, folder: Path
) -> list[Card]:
    """Save the surest mistakes as a PNG file and return a card for each, the surest first."""
    if classification is None or samples is None or "clean" not in samples.images:
        return []
    if not len(samples.groups.get(_GROUP, ())):
        return []
    images = samples.strip(_GROUP, "clean")
    # A stranger's samples may be more or fewer than the mistakes on record.
    mistakes = classification.mistakes[: len(images)]
    scale = strip_scale(max(images.shape[1:3]))
    picture = mistakes_picture(images[: len(mistakes)], mistakes, scale, classification.split)
    write_bytes(folder / "mistakes.png", png(picture))
    return list(_cards(samples, mistakes, scale))


def _cards(samples: Samples, mistakes: tuple[Mistake, ...], scale: int) -> Iterator[Card]:
    for image, mistake in zip(samples.strip(_GROUP, "clean"), mistakes, strict=False):
        pixels = image_strip({"": image[None]}, scale)
        uri = f"data:image/png;base64,{base64.b64encode(png(pixels)).decode()}"
        yield Card(mistake, uri, pixels.shape[1], pixels.shape[0])
