"""One look for every drawing: a color for each role, quiet axes, text that can be read."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Any, Final
from zlib import crc32

import matplotlib

INK: Final = "#1d1b18"

# Okabe and Ito's hues, their lightest ones darkened: every color stands out by 3:1 from white
# and from a dark page alike, and neighbors differ in lightness for those who see no hue.
PALETTE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "model": "#d55e00",
        "training": "#3a9bd9",
        "validation": "#2f6fbf",
        "clean": "#6b7780",
        "noisy": "#918b83",
        "mean-image": "#a6761d",
        "median": "#009070",
        "lmmse": "#8e5bb5",
        "pca": "#c4709f",
        "patch-lmmse": "#7a66d0",
        "gaussian-filter": "#8f8b00",
        "total-variation": "#4f7a28",
        "wavelet": "#3f8199",
        "non-local-means": "#b8465f",
        "encoder": "#c08a1e",
        "decoder": "#2a8c8c",
        "network": "#7d8590",
    }
)
_LATER: Final = ("#a0642f", "#a34e9e", "#5d8a66", "#8a6f4d")

_STYLE: Final[Mapping[Any, Any]] = MappingProxyType(
    {
        "font.family": "DejaVu Sans",
        "font.size": 10,
        "axes.labelsize": 10,
        "xtick.labelsize": 9.5,
        "ytick.labelsize": 9.5,
        "legend.fontsize": 9.5,
        "legend.frameon": False,
        "text.color": INK,
        # A class may be called "$x$"; it is a name, not a formula.
        "text.parse_math": False,
        "axes.labelcolor": INK,
        "axes.edgecolor": INK,
        "axes.facecolor": "none",
        "axes.linewidth": 0.6,
        "axes.axisbelow": True,
        "axes.grid": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.color": INK,
        "ytick.color": INK,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "xtick.minor.size": 0,
        "ytick.minor.size": 0,
        "grid.color": INK,
        "grid.alpha": 0.14,
        "grid.linewidth": 0.6,
        "lines.linewidth": 1.8,
        "lines.markersize": 5,
        "figure.facecolor": "none",
        "savefig.facecolor": "none",
        # Of points drawn as an image; everything else has no pixels.
        "savefig.dpi": 200,
        "svg.fonttype": "none",
        "svg.hashsalt": "hourglass",
    }
)


def color_of(role: str) -> str:
    """Return the color of a role or method, the same in every drawing.

    Parameters
    ----------
    role
        A key of ``PALETTE``, or the key of a method that has no color of its own yet; such a
        method gets one that follows from its name alone.
    """
    return PALETTE.get(role) or _LATER[crc32(role.encode()) % len(_LATER)]


def use_hourglass_style() -> None:
    """Draw in the style of the house from now on, in a process that does nothing else."""
    matplotlib.rcParams.update(dict(_STYLE))


def hourglass_style() -> AbstractContextManager[None]:
    """Return a context in which figures are made and saved in the style of the house."""
    return matplotlib.rc_context(dict(_STYLE))
