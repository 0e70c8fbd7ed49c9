"""From a specification to a model with fresh weights."""

from typing import Any

from hourglass.corruption import corruption_from_words
from hourglass.errors import ConfigurationError
from hourglass.losses import loss_from_words
from hourglass.models.autoencoder import Autoencoder
from hourglass.models.base import ImageModel
from hourglass.models.denoiser import Denoiser
from hourglass.networks import Halves
from hourglass.records import NETWORKS, ModelSpec, resolve
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
        An ``Autoencoder`` where the network has two halves, a ``Denoiser`` where it is one.

    Raises
    ------
    ConfigurationError
        If a network without a code would be trained on clean images, which it can copy.
    ImageShapeError
        If the network needs images of one size and the size is open.
    """
    options: dict[str, Any] = {"units": spec.options.units, "activation": spec.options.activation}
    if spec.options.latent_dim is not None:
        options["latent_dim"] = spec.options.latent_dim
    elif "bce" in spec.reconstruction_loss:
        options["probabilities"] = True
    network = resolve("network", NETWORKS, spec.network)(spec.image_shape, **options, seed=seed)
    corruption = None
    if spec.corruption is not None:
        corruption = corruption_from_words(spec.corruption, seed=derive(seed, "corruption"))
    wiring = {
        "corruption": corruption,
        "reconstruction_loss": loss_from_words(spec.reconstruction_loss),
    }
    if isinstance(network, Halves):
        return Autoencoder(*network, **wiring)
    if corruption is None:
        raise ConfigurationError(
            f"The {spec.network} network has no bottleneck, so on clean images it would learn to "
            "copy. Add a corruption (--noise 0.2), or choose network dense or convolutional."
        )
    return Denoiser(network, **wiring)
