"""Files that Keras saved give what Keras itself makes of them."""

import io
from collections.abc import Mapping
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest
from keras import layers

from hourglass.bundles import import_keras, load_model, save_bundle
from hourglass.bundles.keras_file import plain_model
from hourglass.bundles.keras_graph import snake_case
from hourglass.bundles.keras_model import KerasModel, read_keras_model
from hourglass.errors import ConfigurationError, MissingPathError, ModelFileError
from hourglass.models import Autoencoder, Denoiser, build_model
from hourglass.networks import layer_graph
from hourglass.records import LAYER_KINDS, NETWORK_DEFAULTS, ModelSpec, NetworkName
from keras_files import saved
from layer_examples import LAYERS, MERGING, SHAPE


@pytest.mark.parametrize(
    ("name", "options", "code"),
    [
        ("convolutions", {}, None),
        ("convolutions", {"code": "conv2d_1"}, "conv2d_1_activation"),
        ("skipping", {"corruption": "gaussian:0.2"}, None),
        ("halves", {}, "encoder_latent"),
        ("flat", {"image_shape": (8, 8, 1), "code": "bottleneck"}, "bottleneck"),
        ("rows", {}, None),
    ],
    ids=str,
)
def test_a_file_gives_what_keras_makes_of_it(
    name: str, options: dict, code: str | None, keras_files: Mapping[str, Path]
) -> None:
    path = keras_files[name]
    told: list[str] = []
    model, spec = import_keras(path, tell=told.append, **options)
    images = np.random.default_rng(1).random((3, *spec.image_shape), np.float32)
    theirs = keras.models.load_model(path)
    expected = np.asarray(theirs(images.reshape(3, *theirs.input_shape[1:])))
    expected = np.clip(expected.reshape(images.shape), 0, 1)
    np.testing.assert_allclose(model.reconstruct(images), expected, atol=1e-6)
    assert spec.layers is not None and spec.layers.code == code
    assert isinstance(model, Denoiser if code is None else Autoencoder)
    assert spec.corruption == options.get("corruption")
    assert "process of its own, with limits" in told[0]


def test_an_imported_model_is_a_bundle_like_any_other(
    keras_files: Mapping[str, Path], tmp_path: Path
) -> None:
    model, spec = import_keras(keras_files["halves"])
    save_bundle(model, spec, tmp_path / "model.hourglass")
    again, found = load_model(tmp_path / "model.hourglass")
    images = np.random.default_rng(1).random((3, 8, 8, 1), np.float32)
    assert found == spec
    assert np.array_equal(again.reconstruct(images), model.reconstruct(images))
    assert np.array_equal(again.encode(images), model.encode(images))


@pytest.mark.parametrize("network", ["dense", "residual", "strided"])
def test_what_was_exported_for_keras_comes_back(network: NetworkName, tmp_path: Path) -> None:
    spec = ModelSpec(
        network=network,
        image_shape=(8, 8, 1),
        options=NETWORK_DEFAULTS[network],
        corruption="gaussian:0.2",
    )
    model = build_model(spec, seed=1)
    path = saved(plain_model(model), tmp_path / "model.keras")
    images = np.random.default_rng(1).random((3, 8, 8, 1), np.float32)
    back, found = import_keras(path, corruption="gaussian:0.2")
    np.testing.assert_allclose(back.reconstruct(images), model.reconstruct(images), atol=1e-6)
    assert (found.layers.code is None) == isinstance(model, Denoiser)


@pytest.mark.parametrize(("kind", "options"), LAYERS, ids=lambda value: str(value)[:30])
def test_every_kind_comes_in_as_keras_has_it(kind: str, options: dict, tmp_path: Path) -> None:
    images = keras.Input(SHAPE)
    first = layers.ReLU(name="first")(images)
    layer = getattr(layers, kind)(**options, name="layer")
    out = layer([images, first] if kind in MERGING else first)
    out = layers.Dense(105)(layers.Flatten()(out))
    theirs = keras.Model(images, layers.Reshape(SHAPE)(out))
    path = saved(theirs, tmp_path / "model.keras")
    found = read_keras_model(io.BytesIO(path.read_bytes()))
    ours = layer_graph(found.image_shape, found.graph)
    for variable in ours.weights:
        variable.assign(found.arrays[f"network/{variable.path}"])
    batch = np.random.default_rng(1).normal(size=(2, *SHAPE)).astype(np.float32)
    np.testing.assert_allclose(ours(batch), theirs(batch), atol=1e-5)


@pytest.mark.parametrize("name", [*LAYER_KINDS, "Sequential", "Functional", "InputLayer"])
def test_the_names_of_groups_are_those_of_keras(name: str) -> None:
    from keras.src.utils.naming import to_snake_case

    assert snake_case(name) == to_snake_case(name)


def read(path: Path, **options) -> KerasModel:
    return read_keras_model(io.BytesIO(path.read_bytes()), **options)


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("flat", {}, r"takes \[64\].*--image-shape"),
        ("flat", {"image_shape": (8, 9, 1)}, r"takes \[64\]; .* \[8, 9, 1\] do not fit"),
        ("halves", {"image_shape": (8, 8, 3)}, "do not fit"),
        ("rows", {"image_shape": (8, 8, 3)}, "do not fit"),
        ("halves", {"code": "nothing"}, "nothing names 0. There is: encoder/flatten, "),
        ("halves", {"code": "decoder"}, "decoder is no code"),
        ("skipping", {"code": "re_lu"}, "is no code"),
    ],
    ids=str,
)
def test_what_the_user_has_to_say_better(
    name: str, options: dict, words: str, keras_files: Mapping[str, Path]
) -> None:
    with pytest.raises(ConfigurationError, match=words):
        read(keras_files[name], **options)


def test_images_of_any_size_are_held_to_one(tmp_path: Path) -> None:
    images = keras.Input((None, None, 1))
    model = keras.Model(images, layers.Conv2D(1, 3, padding="same")(images))
    path = saved(model, tmp_path / "model.keras")
    assert read(path, image_shape=(6, 7, 1)).image_shape == (6, 7, 1)
    with pytest.raises(ConfigurationError, match="--image-shape 28 28 1"):
        read(path)


def test_a_corruption_is_one_of_ours(keras_files: Mapping[str, Path]) -> None:
    with pytest.raises(ConfigurationError, match="'rain' is not known"):
        import_keras(keras_files["rows"], corruption="rain:1")


def test_other_kinds_of_files(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "model.h5", "w") as file:
        file.create_group("model_weights")
    (tmp_path / "exported").mkdir()
    (tmp_path / "exported" / "saved_model.pb").touch()
    (tmp_path / "text.keras").write_text("no zip")
    for name, words in (
        ("model.h5", "older format"),
        ("exported", "a SavedModel"),
        ("text.keras", "not a .keras file"),
    ):
        with pytest.raises(ModelFileError, match=rf"{words}.*model\.save\('model\.keras'\)"):
            import_keras(tmp_path / name)
    with pytest.raises(MissingPathError, match="no file"):
        import_keras(tmp_path / "nothing.keras")
