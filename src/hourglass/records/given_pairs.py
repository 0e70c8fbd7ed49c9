"""Which keys of an experiment go together where images came noisy, or none is clean."""

from typing import TYPE_CHECKING, Any

from hourglass.errors import ConfigurationError
from hourglass.records.network import FILES

if TYPE_CHECKING:
    from hourglass.records.experiment import Experiment


def require_given_noise(experiment: "Experiment") -> None:
    """Refuse keys that contradict noise which came with the images, or blind-spot training.

    Raises
    ------
    ConfigurationError
        If there is such a key.
    """
    if experiment.clean is not None and experiment.second_shot is not None:
        raise ConfigurationError(
            "clean and second_shot are two ways to say what noisy data are compared with. Leave "
            "one of them out."
        )
    if experiment.partner is not None:
        _require_noisy(experiment)
    elif experiment.corruption == FILES and not experiment.blind_spot:
        raise ConfigurationError(
            "corruption = files says that the data came noisy, and then training needs clean (a "
            "folder of clean images of the same names), second_shot (a second noisy image of "
            "each), or objective = blind-spot (noisy images alone). Add one of them."
        )
    if experiment.corruption == FILES and experiment.frozen_noise:
        raise ConfigurationError(
            "frozen_noise draws noise, and corruption = files has it already. Leave one out."
        )
    if experiment.blind_spot:
        _require_blind_spot(experiment)


def _require_noisy(experiment: "Experiment") -> None:
    key = "clean" if experiment.clean is not None else "second_shot"
    if experiment.corruption != FILES or experiment.objective not in _OF_PAIRS:
        raise ConfigurationError(
            f"{key} = {experiment.partner} says that the data are noisy as they are; it does not "
            f"go with corruption = {experiment.corruption}, objective = {experiment.objective}. "
            "Leave one of them out."
        )
    if experiment.blind_spot and experiment.second_shot is not None:
        raise ConfigurationError(
            f"objective = blind-spot learns from one noisy image of each scene; second_shot = "
            f"{experiment.second_shot} was given. Leave one of them out: two shots teach more."
        )


def _require_blind_spot(experiment: "Experiment") -> None:
    for key, value, only in _only_for_blind_spot(experiment):
        if value != only:
            raise ConfigurationError(
                f"objective = blind-spot takes {key} = {only} alone; {value} was given. Leave "
                f"{key} out."
            )


def _only_for_blind_spot(experiment: "Experiment") -> tuple[tuple[str, Any, Any], ...]:
    # Noise averages out in the squared error alone, and is drawn once: a fresh draw in each step
    # would tell what is clean.
    return (
        ("loss", experiment.loss, "mse"),
        ("engine", experiment.engine, "keras"),
        ("frozen_noise", experiment.frozen_noise, False),
    )


_OF_PAIRS = (None, "denoising", "blind-spot")
