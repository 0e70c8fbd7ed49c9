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


def noise_advice(
    trained_for: str, levels: Sequence[float], data: str, *, given: float | None = None
) -> str | None:
    """Return a sentence where noise lies well outside of what a model was trained for.

    Estimated levels are held against a range alone: a model of one level is often wanted for
    images whose level is known to be that one, and an estimate is not better knowledge.

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
    if levels_trained is None or (given is None and levels_trained.fixed):
        return None
    lowest, highest = levels_trained
    found = levels if given is None else [given]
    outside = [one for one in found if not _FAR_BELOW * lowest <= one <= _FAR_ABOVE * highest]
    if not outside:
        return None
    who = "The given noise level is" if given is not None else _tell_estimates(outside, found)
    fitting = f"{min(lowest, *outside):.2g}..{max(highest, *outside):.2g}"
    return (
        f"{who} {np.median(outside):.2g}, and the run was trained on {trained_for}. "
        f"`hourglass train {shlex.quote(data)} --corruption gaussian:{fitting}` would fit."
    )


def _tell_estimates(outside: Sequence[float], found: Sequence[float]) -> str:
    return (
        f"The estimated noise of {len(outside):,} of {len(found):,} files lies outside of the "
        "training's: its median is"
    )
