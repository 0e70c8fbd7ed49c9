"""Maps of images as a chart, with what is written under them."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from hourglass.figures import MapPanel, draw_maps, maps_size
from hourglass.figures.text import format_count, format_percent, format_ssim
from hourglass.records import Embedding, Maps, SpaceScores
from hourglass.report.svg import Sketch


def sketch_of_run(embedding: Embedding, maps: Maps) -> Sketch:
    """Return the maps of one run: pixels, PCA, latents."""
    panels = [
        panel_of(space, space.label, embedding, maps)
        for space in embedding.spaces
        if space.space in maps.maps
    ]
    return sketch_of(panels, embedding, maps.labels)


def panel_of(space: SpaceScores, title: str, embedding: Embedding, maps: Maps) -> MapPanel:
    """Return the map of one space with its figures below."""
    lines = [f"trustworthiness {format_ssim(space.map_trustworthiness)} ({embedding.split})"]
    if space.map_neighbors_accuracy is not None:
        accuracy = format_percent(space.map_neighbors_accuracy)
        lines.append(f"kNN accuracy {accuracy} ({embedding.split})")
    numbers = f"{format_count(space.dimensions)} numbers"
    return MapPanel(f"{title}\n{numbers}", lines, maps.maps[space.space])


def sketch_of(
    panels: Sequence[MapPanel], embedding: Embedding, labels: NDArray[np.int64] | None
) -> Sketch:
    """Return a chart of maps of the same images."""
    return Sketch(
        "maps",
        partial(draw_maps, panels, labels, embedding.class_names),
        maps_size(panels),
        alternative(panels, embedding),
    )


def alternative(panels: Sequence[MapPanel], embedding: Embedding) -> str:
    """Describe the maps."""
    told = "; ".join(
        f"{panel.title}: {', '.join(panel.lines)}".replace("\n", ", ") for panel in panels
    )
    classes = f", colored by {len(embedding.class_names)} classes" if embedding.class_names else ""
    images = f"{format_count(embedding.mapped_images)} {embedding.split} images"
    return f"Maps of {images}{classes}: {told}."
