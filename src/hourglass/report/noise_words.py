"""Sentences about noise, and about what is known without clean images."""

import math
from typing import Final

from hourglass.figures.text import format_count
from hourglass.records import FILES, Estimates, Experiment, MethodEstimates
from hourglass.report.words import Group

STRIP: Final = Group("Before and after", "The first images; nobody knows what they are like clean.")


def measured_on(found: Estimates) -> str:
    """Return the split and how much of it was measured, as every printed number needs them."""
    return f"{found.split} split, {format_count(found.images)} images"


def seen(found: Estimates) -> str:
    """Return what the methods saw."""
    return "images that came noisy" if found.corruption == FILES else "noisy images"


def rank(method: MethodEstimates) -> float:
    """Return what methods are put in order by: the estimate, or the measured error."""
    error = method.measured if method.mse is None else method.mse
    return math.inf if error is None else error


def curves(experiment: Experiment) -> str:
    """Return what the losses of each epoch were taken on."""
    if experiment.blind_spot:
        return (
            ", at hidden pixels alone: noisy ones, so that their noise is in it. Training hides "
            "others in each step, validation always the same. "
        )
    if experiment.second_shot is not None:
        return ", against second shots: their noise is in it. "
    if experiment.corruption == FILES:
        return ", on pairs of noisy and clean images. "
    if experiment.corruption is None:
        return ". "
    return ", training on images corrupted afresh in each step, validation on fixed noisy ones. "


def fresh(experiment: Experiment) -> bool:
    """Return whether images are corrupted anew in each step."""
    return experiment.corruption not in (None, FILES) and not experiment.blind_spot
