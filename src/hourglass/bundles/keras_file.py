"""A model of ours as a plain Keras model, which Keras loads without Hourglass where it can."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import keras
from keras import layers

from hourglass.bundles.loading import load_classifier, load_model
from hourglass.bundles.reading import read_description
from hourglass.errors import ConfigurationError
from hourglass.files import write_bytes
from hourglass.models import BlindSpotDenoiser, Classifier, ImageModel, LatentModel
from hourglass.networks import untied


def write_keras(path: Path, output: Path) -> str:
    """Write a model as a ``.keras`` file; return a sentence for the user.

    Raises
    ------
    ConfigurationError
        If plain Keras cannot compute what the model does.
    WriteError
        If it cannot be written.
    """
    classifies = read_description(path).spec.objective == "classify"
    model = load_classifier(path)[0] if classifies else load_model(path)[0]
    plain = plain_model(model)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.keras"
        plain.save(file)
        # Keras writes in place; this way what is there is whole.
        write_bytes(output, file.read_bytes())
    ours = sorted({type(layer).__name__ for layer in _layers(plain) if _is_ours(layer)})
    needs = f" It has layers of ours ({', '.join(ours)}): say `import hourglass.networks` first."
    return (
        f"{output}: {output.stat().st_size:,} bytes. Go on with it in Python: "
        f'keras.models.load_model("{output}").{needs if ours else ""}'
    )


def plain_model(model: ImageModel | Classifier) -> keras.Model:
    """Return a model of Keras' own kind that gives what a model of ours gives.

    Parameters
    ----------
    model
        A trained model.

    Returns
    -------
    keras.Model
        From images (batch, height, width, channels) to images in [0, 1], through the layers
        ``encoder`` and ``decoder`` or ``network``; of a classifier, to the probability of each
        class.

    Raises
    ------
    ConfigurationError
        If it is a blind-spot denoiser, whose answer is more than that of its network.
    """
    if isinstance(model, BlindSpotDenoiser):
        raise ConfigurationError(
            "A blind-spot denoiser mixes the answers of its network at four places with the noisy "
            "image, which a plain Keras model does not do. Hand it on as a .hourglass file."
        )
    if isinstance(model, LatentModel):
        parts = [model.encoder, untied(model.decoder)]
    else:
        parts = [model.parts["network"]]
    images = keras.Input(parts[0].input.shape[1:], name="images")
    answer = images
    for part in parts:
        answer = part(answer)
    if isinstance(model, Classifier):
        answer = layers.Softmax(name="probabilities")(answer)
    else:
        # Keras has no layer that clips, and this one does.
        answer = layers.ReLU(max_value=1.0, name="in_range")(answer)
    return keras.Model(images, answer, name="hourglass")


def _layers(model: keras.Model) -> Iterator[layers.Layer]:
    """Yield the layers of a model and of the models inside it."""
    for layer in model.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from _layers(layer)


def _is_ours(layer: layers.Layer) -> bool:
    return type(layer).__module__.startswith("hourglass.")
