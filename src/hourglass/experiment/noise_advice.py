"""Whether a model was trained for the noise that is there, and which training would fit."""

import shlex
from collections.abc import Sequence
from typing import Final

import numpy as np

from hourglass.corruption import gaussian_levels

# Fine texture looks like noise, and clipped noise is weaker than its factor: within these nothing
# can be said.
_FAR_BELOW: Final = 0.5
_FAR_ABOVE: Final = 1.5
# A model of one level is often given images whose level is known to be that one, so it takes more
# to doubt it: measured in docs/decisions/020-value-range.md. What fine texture adds to an estimate
# does not shrink with the noise.
_FAR_BELOW_ONE_LEVEL: Final = 0.25
_FAR_ABOVE_ONE_LEVEL: Final = 2.5
_TEXTURE: Final = 0.1


def noise_advice(
    trained_for: str, levels: Sequence[float], data: str, *, given: float | None = None
) -> str | None:
    """Return a sentence where noise lies well outside of what a model was trained for.

    Of a model that was trained on one level the median of the estimates is doubted, and only where
    it is far away, as it is where black and white of the files were taken to be others.

    Parameters
    ----------
    trained_for
        The corruption, in words; ``files`` where nobody knows how strong it was.
    levels
        Estimated standard deviations of the noise in files.
    data
        What the model was trained on.
    given
        The standard deviation as the user knows it, in place of the estimates.

    Returns
    -------
    str | None
        The sentence, with the command that would train a fitting model.
    """
    levels_trained = gaussian_levels(trained_for)
    if levels_trained is None or (given is None and not levels):
        return None
    lowest, highest = levels_trained
    found = levels if given is None else [given]
    who, check = "The given noise level is", ""
    if given is None and levels_trained.fixed:
        outside = _far_from(highest, float(np.median(levels)))
        who = f"The estimated noise of {len(levels):,} files has a median of"
        check = " Check what was taken for black and white (--range)."
    else:
        outside = [one for one in found if not _FAR_BELOW * lowest <= one <= _FAR_ABOVE * highest]
        who = who if given is not None else _tell_estimates(outside, found)
    if not outside:
        return None
    fitting = f"{min(lowest, *outside):.2g}..{max(highest, *outside):.2g}"
    return (
        f"{who} {np.median(outside):.2g}, and the run was trained on {trained_for}.{check} "
        f"`hourglass train {shlex.quote(data)} --corruption gaussian:{fitting}` would fit."
    )


def _far_from(level: float, median: float) -> list[float]:
    """Return a median of estimates if it is far from the one level of a training."""
    highest = max(_FAR_ABOVE_ONE_LEVEL * level, level + _TEXTURE)
    return [] if _FAR_BELOW_ONE_LEVEL * level <= median <= highest else [median]


def _tell_estimates(outside: Sequence[float], found: Sequence[float]) -> str:
    return (
        f"The estimated noise of {len(outside):,} of {len(found):,} files lies outside of the "
        "training's: its median is"
    )
