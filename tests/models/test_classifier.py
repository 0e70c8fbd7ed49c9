"""What every classifier promises; a new one joins by a line in ``SPECS``."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from hourglass.bundles import load_classifier, load_model, save_model
from hourglass.bundles.shapes import weight_shapes
from hourglass.errors import ConfigurationError, DataError, ImageShapeError, ModelFileError
from hourglass.images import ArrayImages
from hourglass.inference import classify
from hourglass.models import Classifier, build_classifier, build_model
from hourglass.records import CLASSIFIER_DEFAULTS, CLASSIFIERS, ModelSpec, NetworkOptions

SHAPE = (8, 8, 1)
DENSE = NetworkOptions(units=(16, 8), latent_dim=None, activation="relu")
CONVOLUTIONAL = NetworkOptions(units=(4, 6, 8), latent_dim=None, activation="relu", dropout=0.3)


def spec(network: str, options: NetworkOptions, shape=SHAPE, classes: int = 10) -> ModelSpec:
    return ModelSpec(
        network=network, image_shape=shape, options=options, objective="classify", classes=classes
    )


SPECS = {
    "dense": spec("dense", DENSE),
    "activations": spec("dense", replace(DENSE, activations=("tanh", "selu"))),
    "normalized": spec("dense", replace(DENSE, normalized=True, dropout=0.4), (7, 5, 3), 2),
    "linear": spec("dense", replace(DENSE, units=())),
    "convolutional": spec("convolutional", CONVOLUTIONAL),
    "odd": spec("convolutional", replace(CONVOLUTIONAL, dropout=0.0), (13, 5, 3), 3),
}
every_classifier = pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)


def images_for(spec: ModelSpec) -> np.ndarray:
    return np.random.default_rng(0).random((6, *spec.image_shape), np.float32)


@every_classifier
def test_probabilities_are_the_softmax_of_the_logits(spec):
    model, images = build_classifier(spec), images_for(spec)
    found = keras.ops.convert_to_numpy(model.classify(images))
    assert found.shape == (6, spec.classes) == (6, model.classes)
    assert np.allclose(found.sum(axis=1), 1.0, atol=1e-6) and found.min() >= 0.0
    assert np.allclose(found, keras.ops.softmax(model(images)), atol=1e-6)
    assert np.allclose(found, classify(model, images), atol=1e-6)
    assert np.allclose(found, model.softmax(model(images)), atol=1e-6)


@every_classifier
def test_only_training_drops_values_and_the_step_says_which(spec):
    model, images = build_classifier(spec), images_for(spec)
    assert np.array_equal(model.classify(images), model.classify(images))
    drawn = []
    for step in (3, 4, 3):
        model.set_step(step)
        drawn.append(np.array(model(images, training=True)))
    assert np.allclose(drawn[0], drawn[2], atol=1e-5)
    if spec.options.dropout:
        assert not np.allclose(drawn[0], drawn[1], atol=1e-5)


@every_classifier
def test_a_bundle_gives_the_same_classifier_back(spec, tmp_path):
    model, images = build_classifier(spec, seed=3), images_for(spec)
    shapes = {f"network/{weight.path}": tuple(weight.shape) for weight in model.network.weights}
    assert weight_shapes(spec) == shapes
    save_model(model, spec, tmp_path)
    again, found = load_classifier(tmp_path)
    assert found == spec
    assert np.array_equal(model.classify(images), again.classify(images))


@every_classifier
def test_the_architecture_ends_in_a_softmax(spec):
    model = build_classifier(spec)
    layers = model.architecture().layers
    assert sum(layer.parameters for layer in layers) == model.count_params()
    assert (layers[-1].kind, layers[-1].output_shape) == ("Softmax", (spec.classes,))
    for number, layer in enumerate(layers):
        assert set(layer.inputs) <= {before.name for before in layers[:number]}


@pytest.mark.parametrize("name", sorted(CLASSIFIERS))
def test_weights_follow_from_the_seed_alone(name):
    asked = spec(name, CLASSIFIER_DEFAULTS[name])
    first, again, other = (build_classifier(asked, seed=seed) for seed in (3, 3, 4))
    assert all(map(np.array_equal, first.get_weights(), again.get_weights()))
    assert not all(map(np.array_equal, first.get_weights(), other.get_weights()))


def test_the_defaults_are_those_that_were_measured():
    sizes = {
        name: build_classifier(spec(name, options, (28, 28, 1))).count_params()
        for name, options in CLASSIFIER_DEFAULTS.items()
    }
    assert sizes == {"dense": 242_762, "convolutional": 114_426}


def test_convolutions_take_any_size_and_dense_layers_one():
    model = build_classifier(spec("convolutional", CONVOLUTIONAL, (None, None, 1)))
    for height, width in [(1, 1), (5, 9), (28, 28)]:
        assert model(np.zeros((1, height, width, 1), np.float32)).shape == (1, 10)
    with pytest.raises(ImageShapeError, match="choose network convolutional"):
        build_classifier(spec("dense", DENSE, (None, 8, 1)))


def test_labels_are_what_it_should_give():
    model = build_classifier(SPECS["dense"])
    pixels = np.zeros((3, 8, 8, 1), np.uint8)
    assert model.targets(ArrayImages(pixels, [0, 2, 1])).tolist() == [0, 2, 1]
    with pytest.raises(DataError, match="learns from labels"):
        model.targets(ArrayImages(pixels))


def test_each_kind_of_model_is_refused_where_the_other_belongs(tmp_path):
    autoencoder = ModelSpec(
        network="dense", image_shape=SHAPE, options=replace(DENSE, latent_dim=3)
    )
    save_model(build_model(autoencoder), autoencoder, tmp_path / "autoencoder")
    save_model(build_classifier(SPECS["dense"]), SPECS["dense"], tmp_path / "classifier")
    with pytest.raises(ConfigurationError, match="is a classifier: it names classes"):
        load_model(tmp_path / "classifier")
    with pytest.raises(ConfigurationError, match="--objective classify"):
        load_classifier(tmp_path / "autoencoder")
    with pytest.raises(ConfigurationError, match="build_classifier"):
        build_model(SPECS["dense"])
    with pytest.raises(ConfigurationError, match="not a classifier"):
        build_classifier(autoencoder)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"classes": None}, "classes"),
        ({"classes": 1}, "classes"),
        ({"network": "unet"}, "no classifier of network unet"),
        ({"options": replace(DENSE, activations=("relu",))}, "cannot be built"),
    ],
    ids=str,
)
def test_a_description_of_no_classifier(changes, words, tmp_path):
    save_model(build_classifier(SPECS["dense"]), replace(SPECS["dense"], **changes), tmp_path)
    with pytest.raises(ModelFileError, match=words):
        load_classifier(tmp_path)


def test_no_attribute_hides_one_of_keras():
    assert not set(vars(Classifier)) & {"layers", "losses", "metrics", "loss"}
