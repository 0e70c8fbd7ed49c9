"""The picture of the throughput benchmark."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hourglass.figures import color_of, hourglass_style
from hourglass.figures.rows import name_rows, write_values

_OURS: Final = "hourglass"


def save_plot(table: Sequence[Mapping[str, object]], path: Path) -> None:
    """Draw a chart for each network, without noise and with it, and save them as one picture.

    Parameters
    ----------
    table
        The lines of the table.
    path
        Where the SVG goes.
    """
    networks = list(dict.fromkeys(str(line["network"]) for line in table))
    noises = list(dict.fromkeys(float(str(line["noise"])) for line in table))
    with hourglass_style():
        figure = Figure(figsize=(5.2 * len(noises), 2.3 * len(networks)), layout="constrained")
        grid = figure.subplots(len(networks), len(noises), squeeze=False)
        for row, network in zip(grid, networks, strict=True):
            for ax, noise in zip(row, noises, strict=True):
                lines = [x for x in table if (x["network"], x["noise"]) == (network, noise)]
                draw_speeds(lines, ax)
                fresh = f"fresh noise {noise:g}" if noise else "no noise"
                ax.set_title(f"{network}, {fresh}", loc="left", fontsize=10)
        for ax in grid[-1]:
            ax.set_xlabel("images a second")
        figure.savefig(path, metadata={"Date": None})


def draw_speeds(lines: Sequence[Mapping[str, object]], ax: Axes) -> Axes:
    """Draw a bar for each side, from the lowest round to the highest a line across its end."""
    for place, line in enumerate(lines):
        role = "model" if str(line["side"]).startswith(_OURS) else "network"
        ax.barh(place, float(str(line["images_per_second"])), height=0.62, color=color_of(role))
        ends = [float(str(line[key])) for key in ("lowest", "highest")]
        ax.hlines(place, *ends, color="black", linewidth=1.0)
    name_rows([str(line["side"]) for line in lines], ax)
    write_values([f"{line['images_per_second']:,}" for line in lines], ax)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value / 1000:g}k" if value else "0")
    return ax
