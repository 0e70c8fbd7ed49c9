"""Which keys of an experiment go with its network, its objective and its engine."""

from typing import TYPE_CHECKING

from hourglass.errors import ConfigurationError
from hourglass.records.network import OBJECTIVES, objective_of
from hourglass.records.variational import LIKELIHOODS

if TYPE_CHECKING:
    from hourglass.records.experiment import Experiment


def require_keys_of_objective(experiment: "Experiment") -> None:
    """Refuse keys that contradict each other.

    Raises
    ------
    ConfigurationError
        If some do.
    """
    _require_units(experiment)
    _require_objective(experiment)
    _require_engine(experiment)


def _require_units(experiment: "Experiment") -> None:
    if experiment.units == () and experiment.network_or_default != "dense":
        raise ConfigurationError(
            f"The {experiment.network_or_default} network needs units, such as 32 64; none were "
            "given. Only network dense does without."
        )


def _require_objective(experiment: "Experiment") -> None:
    """Refuse an objective that contradicts the corruption, and keys it does not take."""
    objective, found = experiment.objective_or_default, objective_of(experiment.corruption)
    if experiment.classifies:
        found = "classify"
    # Undoing hidden patches is denoising too, to whoever calls it so; a blind spot takes any.
    fits = objective == found or (objective, found) == ("denoising", "masked")
    fits = fits or experiment.blind_spot
    if experiment.objective_of_code is None and not fits:
        raise ConfigurationError(
            f"objective = {objective} does not go with corruption = {experiment.corruption}, "
            f"which makes it {found}. Leave one of them out."
        )
    if experiment.sparsity is not None and objective != "sparse":
        raise ConfigurationError(
            f"sparsity = {experiment.sparsity} is for objective sparse; it is {objective}."
        )
    if experiment.penalty is not None and OBJECTIVES[objective].penalty is None:
        raise ConfigurationError(
            f"penalty = {experiment.penalty:g} is for the objectives sparse and contractive; it is "
            f"{objective}."
        )
    if experiment.beta is not None and objective != "variational":
        raise ConfigurationError(
            f"beta = {experiment.beta:g} is for objective variational; it is {objective}."
        )
    if objective == "contractive" and experiment.plan.precision != "float32":
        raise ConfigurationError(
            f"objective = contractive compares codes of images that lie close together, which "
            f"precision = {experiment.plan.precision} would round away. Leave precision out."
        )
    if experiment.sparsity is not None and experiment.sparsity.startswith("kl"):
        _require_rates(experiment)
    if objective == "variational":
        _require_likelihood(experiment)


def _require_likelihood(experiment: "Experiment") -> None:
    if experiment.loss not in LIKELIHOODS:
        raise ConfigurationError(
            f"objective = variational needs a loss that is a likelihood: "
            f"{' or '.join(LIKELIHOODS)}; {experiment.loss} was given."
        )


def _require_engine(experiment: "Experiment") -> None:
    """Refuse what the loop from scratch leaves out, and frozen noise without noise."""
    if experiment.frozen_noise and experiment.corruption is None:
        raise ConfigurationError("frozen_noise needs noise, such as noise = 0.2.")
    if experiment.engine != "scratch":
        return
    takes = {
        "network": (experiment.network_or_default, ("dense",)),
        "activation": (experiment.network_options.activation, ("relu",)),
        "objective": (experiment.objective_or_default, ("plain", "denoising")),
        "corruption": ((experiment.corruption or "gaussian").partition(":")[0], ("gaussian",)),
        "loss": (experiment.loss, ("mse", "bce")),
        "tied": (experiment.tied, (False,)),
        "frozen_noise": (experiment.frozen_noise, (False,)),
        "precision": (experiment.plan.precision, ("float32",)),
        "code_activation": (experiment.code_activation, (None, "relu")),
        "output_activation": (experiment.output_activation, (None, "sigmoid")),
    }
    for key, (value, known) in takes.items():
        if value not in known:
            raise ConfigurationError(
                f"engine = scratch does not take {key} = {value}; it takes "
                f"{' or '.join(map(str, known))}. Change it, or leave engine out."
            )


def _require_rates(experiment: "Experiment") -> None:
    if experiment.code_activation not in (None, "sigmoid"):
        raise ConfigurationError(
            f"sparsity = {experiment.sparsity} needs units between 0 and 1: code_activation "
            f"sigmoid, not {experiment.code_activation}."
        )
