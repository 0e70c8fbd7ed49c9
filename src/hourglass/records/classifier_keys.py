"""Which keys of an experiment go with naming classes, and which with rebuilding images."""

from typing import TYPE_CHECKING, Any, Final

from hourglass.errors import ConfigurationError
from hourglass.records.network import CLASSIFIER_DEFAULTS

if TYPE_CHECKING:
    from hourglass.records.experiment import Experiment

CROSS_ENTROPY: Final = "cross-entropy"
"""What a classifier is compared by; it has no name among the losses of images."""

_OF_CLASSIFIERS: Final = ("activations", "dropout", "normalized")
_OF_DENSE_CLASSIFIERS: Final = ("activations", "normalized")
_OF_OTHERS: Final = (
    "corruption",
    "clean",
    "second_shot",
    "latent_dim",
    "code_activation",
    "output_activation",
    "dense_units",
    "tied",
    "frozen_noise",
    "expected",
)


def require_keys_of_task(experiment: "Experiment") -> None:
    """Refuse keys of other objectives for a classifier, and its own for the others.

    Raises
    ------
    ConfigurationError
        If there is one.
    """
    if not experiment.classifies:
        _refuse(experiment, _OF_CLASSIFIERS, "for objective classify")
        return
    _refuse(experiment, _OF_OTHERS, "not for objective classify")
    _require_network(experiment)
    if experiment.network_or_default != "dense":
        _refuse(experiment, _OF_DENSE_CLASSIFIERS, "for network dense")
    _require_activations(experiment)


def _refuse(experiment: "Experiment", keys: tuple[str, ...], place: str) -> None:
    for key in keys:
        value = getattr(experiment, key)
        if value is not None and value is not False:
            raise ConfigurationError(
                f"{key} = {_written(value)} is {place}; this is network "
                f"{experiment.network_or_default}, objective {experiment.objective_or_default}. "
                "Leave it out, or change the other."
            )


def _require_network(experiment: "Experiment") -> None:
    network = experiment.network_or_default
    if network not in CLASSIFIER_DEFAULTS:
        raise ConfigurationError(
            f"objective = classify takes network {' or '.join(CLASSIFIER_DEFAULTS)}; it is "
            f"{network}."
        )
    if experiment.loss != CROSS_ENTROPY:
        raise ConfigurationError(
            f"objective = classify has the loss {CROSS_ENTROPY} alone; loss = {experiment.loss} "
            "was given. Leave it out."
        )


def _require_activations(experiment: "Experiment") -> None:
    activations, units = experiment.activations, experiment.network_options.units
    if activations is None:
        return
    if experiment.activation is not None or len(activations) != len(units):
        raise ConfigurationError(
            "activations names an activation for each of the units, activation one for all; give "
            f"one of the two. activations = {_written(activations)} and activation = "
            f"{experiment.activation} were given for units = {_written(units)}."
        )


def _written(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
