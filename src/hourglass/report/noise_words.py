"""Sentences about noise, and about what is known without clean images."""

from types import MappingProxyType
from typing import Final

from hourglass.records import FILES, Estimates, Experiment
from hourglass.report.words import Group

GROUPS: Final = MappingProxyType(
    {
        "first": Group(
            "Before and after", "The first images; nobody knows what they are like clean."
        ),
    }
)


def seen(found: Estimates) -> str:
    """Return what the methods saw."""
    return "images that came noisy" if found.corruption == FILES else "noisy images"


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
