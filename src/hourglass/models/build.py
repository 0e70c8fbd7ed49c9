"""From a specification to a model with fresh weights."""

import inspect
from collections.abc import Callable
from typing import Any

import keras

from hourglass.corruption import Corruption, corruption_from_words
from hourglass.errors import ConfigurationError
from hourglass.losses import loss_from_words
from hourglass.models.autoencoder import Autoencoder
from hourglass.models.base import ImageModel
from hourglass.models.blind_spot import BlindSpotDenoiser
from hourglass.models.classifier import Classifier
from hourglass.models.contractive import ContractiveAutoencoder
from hourglass.models.denoiser import Denoiser
from hourglass.models.latent import LatentModel
from hourglass.models.sparse import SparseAutoencoder
from hourglass.models.variational import VariationalAutoencoder
from hourglass.networks import Halves, layer_graph
from hourglass.records import (
    CLASSIFIERS,
    FILES,
    LAYERS,
    NETWORKS,
    ModelSpec,
    require_fixed,
    resolve,
)
from hourglass.seeds import derive


def build_model(spec: ModelSpec, *, seed: int = 0) -> ImageModel:
    """Build the model that a specification describes.

    Parameters
    ----------
    spec
        Network, sizes, corruption and loss.
    seed
        Where weights and noise start from.

    Returns
    -------
    ImageModel
        An autoencoder of the objective where the network has two halves, a ``Denoiser`` where it
        is one.

    Raises
    ------
    ConfigurationError
        If it describes a classifier, which ``build_classifier`` builds.
    ConfigurationError
        If a network without a code would be trained on clean images, which it can copy, or for
        an objective of codes; or if the network does not take an option.
    ImageShapeError
        If the network needs images of one size and the size is open.
    """
    if spec.objective == "classify":
        raise ConfigurationError(
            "This is a classifier, which gives classes and no images. build_classifier and "
            "load_classifier take it."
        )
    network = _network(spec, seed)
    wiring: dict[str, Any] = {
        "corruption": _corruption(spec, seed),
        "reconstruction_loss": loss_from_words(spec.reconstruction_loss),
    }
    if isinstance(network, Halves):
        return _with_code(network, spec, seed, wiring)
    if spec.network != LAYERS:
        # What was brought is trained already.
        _require_task(spec)
    if spec.objective == "blind-spot":
        seed = derive(seed, "blind spots")
        return BlindSpotDenoiser(network, kept=spec.kept, seed=seed, **wiring)
    return Denoiser(network, **wiring)


def _network(spec: ModelSpec, seed: int) -> Halves | keras.Model:
    if spec.network == LAYERS:
        return _brought_network(spec, seed)
    build = resolve("network", NETWORKS, spec.network)
    return build(spec.image_shape, **_network_options(spec), seed=seed)


def _brought_network(spec: ModelSpec, seed: int) -> Halves | keras.Model:
    if spec.layers is None or spec.objective is not None:
        missing = "the graph is missing" if spec.layers is None else f"{spec.objective} was given"
        raise ConfigurationError(
            f"The network layers is a graph of layers without an objective; {missing}."
        )
    return layer_graph(require_fixed(spec.image_shape, spec.network), spec.layers, seed=seed)


def build_classifier(spec: ModelSpec, *, seed: int = 0) -> Classifier:
    """Build the classifier that a specification describes.

    Parameters
    ----------
    spec
        Network, sizes and number of classes.
    seed
        Where weights and dropout start from.

    Raises
    ------
    ConfigurationError
        If it describes another model, or the network does not take an option.
    ImageShapeError
        If the network needs images of one size and the size is open.
    """
    if spec.objective != "classify" or spec.classes is None:
        raise ConfigurationError(
            f"This is a model of network {spec.network} that rebuilds images, not a classifier. "
            "build_model and load_model take it; `hourglass train --objective classify` gives a "
            "classifier."
        )
    options = spec.options
    keywords: dict[str, Any] = {"units": options.units, "dropout": options.dropout}
    if options.activations is None:
        keywords["activation"] = options.activation
    else:
        keywords["activations"] = options.activations
    if options.normalized:
        keywords["normalized"] = True
    build = resolve("classifier", CLASSIFIERS, spec.network)
    _require_taken(spec, build, keywords)
    return Classifier(build(spec.image_shape, classes=spec.classes, seed=seed, **keywords))


def _corruption(spec: ModelSpec, seed: int) -> Corruption | None:
    """Return what images go through in training; nothing where they are noisy already."""
    if spec.corruption in (None, FILES) or spec.objective == "blind-spot":
        return None
    return corruption_from_words(spec.corruption, seed=derive(seed, "corruption"))


def _network_options(spec: ModelSpec) -> dict[str, Any]:
    """Return the keywords that the network of a specification takes."""
    options = spec.options
    keywords: dict[str, Any] = {"units": options.units, "activation": options.activation}
    if options.latent_dim is not None:
        keywords["latent_dim"] = options.latent_dim
    for name in ("code_activation", "output_activation", "dense_units", "tied"):
        if value := getattr(options, name):
            keywords[name] = value
    build = resolve("network", NETWORKS, spec.network)
    if "bce" in spec.reconstruction_loss and "probabilities" in inspect.signature(build).parameters:
        keywords["probabilities"] = True
    _require_taken(spec, build, keywords)
    return keywords


def _require_taken(spec: ModelSpec, build: Callable[..., Any], keywords: dict[str, Any]) -> None:
    for name in keywords.keys() - inspect.signature(build).parameters.keys():
        raise ConfigurationError(
            f"The {spec.network} network takes no {name}. Leave it out, or choose network dense."
        )


def _with_code(network: Halves, spec: ModelSpec, seed: int, wiring: dict[str, Any]) -> LatentModel:
    if spec.objective == "blind-spot":
        raise ConfigurationError(
            f"Objective blind-spot takes a network without a code, such as unet; the "
            f"{spec.network} network has one. Choose network unet."
        )
    if spec.penalty is not None:
        wiring["penalty"] = spec.penalty
    if spec.objective == "sparse":
        return SparseAutoencoder(*network, sparsity=spec.sparsity or "l1", **wiring)
    if spec.objective == "contractive":
        return ContractiveAutoencoder(*network, seed=derive(seed, "directions"), **wiring)
    if spec.objective == "variational":
        beta = 1.0 if spec.beta is None else spec.beta
        seed = derive(seed, "codes")
        return VariationalAutoencoder(*network, beta=beta, seed=seed, **wiring)
    return Autoencoder(*network, **wiring)


def _require_task(spec: ModelSpec) -> None:
    """Refuse what a network without a code cannot be trained for."""
    if spec.objective not in (None, "blind-spot"):
        raise ConfigurationError(
            f"The {spec.network} network has no code that could be {spec.objective}. Choose "
            "network dense or convolutional."
        )
    if spec.corruption is None:
        raise ConfigurationError(
            f"The {spec.network} network has no bottleneck, so on clean images it would learn to "
            "copy. Add a corruption (--noise 0.2), or choose network dense or convolutional; "
            "images that are noisy themselves go with --objective blind-spot."
        )
