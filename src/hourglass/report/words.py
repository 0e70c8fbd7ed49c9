"""Sentences of the report, made from records."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath
from types import MappingProxyType
from typing import Final

from hourglass.figures.errors import compared
from hourglass.figures.text import format_count, format_decibel, format_mse, format_shape
from hourglass.records import (
    FILES,
    Architecture,
    Classification,
    Embedding,
    Estimates,
    Experiment,
    History,
    Scores,
    VariationalScores,
)

_DATA_SETS: Final = MappingProxyType(
    {
        "digits": "handwritten digits",
        "fashion-mnist": "Fashion-MNIST",
        "fashion-mnist-small": "small Fashion-MNIST",
        "mnist": "MNIST",
    }
)
_LOSSES: Final = MappingProxyType(
    {
        "bce": "binary cross-entropy",
        "charbonnier": "Charbonnier distance",
        "cross-entropy": "cross-entropy of classes",
        "mae": "mean absolute error",
        "mse": "mean squared error",
        "ssim": "structural dissimilarity",
    }
)

# What each corruption is called, and what its level means.
_CORRUPTIONS: Final = MappingProxyType(
    {
        "blur": ("Gaussian blur", "width in pixels"),
        "gaussian": ("Gaussian noise", "standard deviation"),
        "masking": ("hidden patches", "share"),
        "pixel-dropout": ("lost pixels", "share"),
        "poisson": ("photon noise", "photons in white"),
        "salt-and-pepper": ("salt and pepper", "share"),
        "speckle": ("speckle", "standard deviation"),
    }
)


@dataclass(frozen=True, slots=True)
class Group:
    """What the images of one strip have in common."""

    title: str
    caption: str


GROUPS: Final = MappingProxyType(
    {
        "best": Group("Rebuilt best", "The images with the model's lowest error."),
        "median": Group("In the middle", "The images around the median of the model's error."),
        "worst": Group("Rebuilt worst", "The images with the model's highest error."),
        "random": Group("Drawn at random", "Images that nobody picked."),
    }
)


def data(experiment: Experiment) -> str:
    """Return the name that readers know the data by."""
    return data_name(experiment.data)


def data_name(data: str) -> str:
    """Return the name that readers know a data set by."""
    return _DATA_SETS.get(data) or PurePath(data).name or "images"


def images(experiment: Experiment) -> str:
    """Return what a network is shown: ``noisy Fashion-MNIST``."""
    return f"{_condition(experiment.corruption)}{data(experiment)}"


def model(experiment: Experiment) -> str:
    """Return what was trained, to begin a line: ``U-Net denoiser``, ``Dense autoencoder``."""
    name = experiment.model_name
    return name[0].upper() + name[1:]


def loss(experiment: Experiment) -> str:
    """Return the loss in full words."""
    parts = [part.partition(":") for part in experiment.loss.split("+")]
    if experiment.blind_spot:
        return "squared error at hidden pixels"
    names = [
        f"{weight} × {_LOSSES[name]}" if weight else _LOSSES[name] for name, _, weight in parts
    ]
    beta = experiment.beta_or_default
    if beta:
        names.append(f"KL divergence (β = {beta:g})")
    return " + ".join(names)


def corruption(name: str | None) -> str:
    """Return what the input went through: ``Gaussian noise (standard deviation 0.2)``."""
    if name is None:
        return "none"
    if name == FILES:
        return "the noise that the files came with"
    return ", then ".join(_one_corruption(part) for part in name.split("+"))


def short_corruption(name: str | None) -> str:
    """Return what the input went through in few words: ``Gaussian noise 0.2``."""
    if name is None:
        return "clean"
    if name == FILES:
        return "noise of the files"
    parts = (part.partition(":") for part in name.split("+"))
    told = (
        f"{_CORRUPTIONS[kind][0] if kind in _CORRUPTIONS else kind.replace('-', ' ')} "
        f"{level.replace('..', ' to ')}".rstrip()
        for kind, _, level in parts
    )
    return ", ".join(told)


def _one_corruption(name: str) -> str:
    kind, _, level = name.partition(":")
    level = level.replace("..", " to ")
    if kind in _CORRUPTIONS:
        words, scale = _CORRUPTIONS[kind]
        return f"{words} ({scale} {level})"
    return f"{kind.replace('-', ' ')} ({level})" if level else kind.replace("-", " ")


def moment(started: str) -> str:
    """Return a date and time as people write them: ``2026-11-21 08:15 UTC``.

    What is not a date in ISO 8601 stays as it is.
    """
    try:
        return f"{datetime.fromisoformat(started).astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    except ValueError:
        return started


def command_parts(command: str) -> list[str]:
    """Return a command in parts that a line may be broken between: each option with its value."""
    return re.split(" (?=--)", command)


def measured_on(scores: Scores | Classification | Estimates) -> str:
    """Return the split and its size, as every printed number needs them."""
    return f"{scores.split} split, {format_count(scores.images)} images"


def verdict(experiment: Experiment, scores: Scores) -> str:
    """Say in one sentence how well the model does, and whether it beats what it must beat."""
    images = f"{_condition(scores.corruption)}{data(experiment)}"
    error = f"{scores.split} MSE {format_mse(scores.model.mse)}"
    result = f"{model(experiment)} rebuilds {images} with {error}"
    others = [method for method in scores.methods if method.kind != "model"]
    if not others:
        return f"{result}; no baseline could be computed."
    if scores.collapse is not None and scores.collapse.collapsed:
        return f"{model(experiment)} collapsed on {images}: {scores.collapse.cause}."
    best = scores.best_baseline.label
    distance = format_decibel(abs(lead(scores)))
    if distance == format_decibel(0.0):
        return f"{result} and does not beat the best baseline ({best}): the two are level."
    if lead(scores) < 0:
        return f"{result} and does not beat the best baseline ({best}), {distance} dB above it."
    return f"{result}, {distance} dB above the best baseline ({best})."


def lead(scores: Scores) -> float:
    """Return by how many dB the model's PSNR is above that of the best baseline."""
    return scores.model.psnr - scores.best_baseline.psnr


def maps(embedding: Embedding) -> str:
    """Say what the maps are, and what their figures mean."""
    text = (
        f"t-SNE of the same {format_count(embedding.mapped_images)} {embedding.split} images: "
        f"perplexity {embedding.perplexity:.3g}, started from the principal components, one seed "
        "for all. Axes have no unit. Trustworthiness: whether neighbors on the map are neighbors "
        "in the space that was laid out."
    )
    if not embedding.class_names:
        return text
    return (
        f"{text} kNN accuracy: the class by the {embedding.neighbors} nearest other images on the "
        "map. Names stand at the median of their class, or next to it."
    )


def _condition(corruption: str | None) -> str:
    if corruption is None:
        return ""
    return "noisy " if corruption.startswith(("gaussian", FILES)) else "corrupted "


def about_network(architecture: Architecture) -> str:
    """Return the caption of the network's picture."""
    size = (
        f"The network: {format_count(len(architecture.layers))} layers, "
        f"{format_count(architecture.parameters)} parameters."
    )
    if any(None in layer.output_shape for layer in architecture.layers):
        return f"{size} It takes images of any size, so all boxes have one width."
    return f"{size} The width of a box follows the logarithm of the number of values that leave it."


def alternative_of_methods(scores: Scores) -> str:
    """Describe the chart of methods."""
    ranked = sorted(scores.methods, key=lambda method: method.psnr, reverse=True)
    values = ", ".join(f"{method.label} {format_decibel(method.psnr)} dB" for method in ranked)
    return f"Bar chart of PSNR, best first: {values} ({measured_on(scores)})."


def alternative_of_errors(scores: Scores) -> str:
    """Describe the histogram of errors."""
    means = ", ".join(
        f"{method.label} with mean {format_mse(method.mse)}" for method in compared(scores)
    )
    return f"Histogram of the error of single images: {means} ({measured_on(scores)})."


def alternative_of_errors_by_class(scores: Scores) -> str:
    """Describe the chart of classes."""
    by_class = scores.model.mse_by_class
    worst = max(by_class, key=lambda name: by_class[name])
    best = min(by_class, key=lambda name: by_class[name])
    return (
        f"Bar chart of the error for each of {len(by_class)} classes: the model's is lowest for "
        f"{best} ({format_mse(by_class[best])}) and highest for {worst} "
        f"({format_mse(by_class[worst])}; {measured_on(scores)})."
    )


def alternative_of_divergences(scores: VariationalScores) -> str:
    """Describe the chart of what units cost."""
    costs = ", ".join(f"{cost:.2f}" for cost in sorted(scores.divergence_by_unit, reverse=True))
    return (
        f"Bar chart of the KL divergence of each unit from the prior in nats: {costs} "
        f"({scores.split} split); {scores.active_units} of {scores.units} units are active."
    )


def alternative_of_curves(history: History) -> str:
    """Describe the chart of losses."""
    first, last = history.epochs[0], history.epochs[-1]
    return (
        f"Line chart of training and validation loss over {len(history.epochs)} epochs: "
        f"validation goes from {first.val_loss:.4g} to {last.val_loss:.4g}; "
        f"the best epoch is {history.best_epoch}."
    )


def alternative_of_architecture(architecture: Architecture) -> str:
    """Describe the picture of the network."""
    layers = "; ".join(
        f"{layer.kind} {layer.name}, output {format_shape(layer.output_shape)}"
        for layer in architecture.layers
    )
    return f"Diagram of the network's layers from input to output: {layers}."
