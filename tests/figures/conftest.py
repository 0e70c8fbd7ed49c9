"""Axes to draw on."""

from collections.abc import Iterator

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hourglass.figures import hourglass_style


@pytest.fixture
def ax() -> Iterator[Axes]:
    """Axes of a figure in the style of the house; drawn at the end, so that it must be drawable."""
    with hourglass_style():
        figure = Figure(figsize=(4.6, 3.2), layout="constrained")
        yield figure.subplots()
        figure.draw_without_rendering()
