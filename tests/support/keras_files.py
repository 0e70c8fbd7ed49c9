"""Files as Keras 3 saves them, and as someone would who means harm."""

import io
import json
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
from keras import layers

METADATA, CONFIG, WEIGHTS = "metadata.json", "config.json", "model.weights.h5"
Members = dict[str, bytes]


def saved(model: keras.Model, path: Path) -> Path:
    """Give every weight a value and save a model with Keras."""
    noise = np.random.default_rng(0)
    for variable in model.weights:
        variable.assign(noise.uniform(0.01, 0.3, variable.shape))
    with warnings.catch_warnings():
        # Keras asks TensorFlow's variables for NumPy's arrays in a way that NumPy 2 deprecates.
        warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
        model.save(path)
    return path


def convolutions() -> keras.Model:
    """Return a Sequential as tutorials write it."""
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(4, 3, activation="relu", padding="same"),
            layers.MaxPooling2D((2, 2), padding="same"),
            layers.Conv2D(3, 3, activation=layers.LeakyReLU(0.1), padding="same", strides=2),
            layers.Conv2DTranspose(3, 3, strides=2, activation="relu", padding="same"),
            layers.BatchNormalization(),
            layers.UpSampling2D((2, 2)),
            layers.Dropout(0.5),
            layers.Conv2D(1, 3, activation="sigmoid", padding="same"),
        ]
    )


def skipping() -> keras.Model:
    """Return a Functional model with connections that skip layers."""
    images = keras.Input((8, 8, 3))
    wide = layers.Conv2D(4, 3, padding="same")(images)
    wide = layers.BatchNormalization()(wide)
    wide = layers.ReLU()(wide)
    small = layers.AveragePooling2D(2)(wide)
    small = layers.DepthwiseConv2D(3, padding="same", name="deep & narrow")(small)
    grown = layers.UpSampling2D(interpolation="bilinear")(small)
    both = layers.Concatenate()([wide, grown])
    change = layers.Conv2D(3, 1)(both)
    return keras.Model(images, layers.Add()([images, change]))


def halves() -> keras.Model:
    """Return an encoder and a decoder, each a model, in one model."""
    encoder = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Flatten(),
            layers.Dense(16, activation="relu"),
            layers.Dense(5, name="latent"),
        ],
        name="encoder",
    )
    codes = keras.Input((5,))
    hidden = layers.Dense(64)(codes)
    hidden = layers.LayerNormalization()(hidden)
    hidden = layers.Reshape((8, -1, 1))(hidden)
    decoder = keras.Model(codes, layers.Activation("sigmoid")(hidden), name="decoder")
    images = keras.Input((8, 8, 1))
    return keras.Model(images, decoder(encoder(images)), name="both")


def flat() -> keras.Model:
    """Return dense layers from a flat image to a flat image."""
    images = keras.Input((64,))
    hidden = layers.Dense(7, activation="relu", name="bottleneck")(images)
    return keras.Model(images, layers.Dense(64, activation="sigmoid")(hidden))


def rows() -> keras.Model:
    """Return a model that takes images without an axis of channels."""
    return keras.Sequential(
        [
            keras.Input((8, 8)),
            layers.Flatten(),
            layers.Dense(64, activation="sigmoid"),
            layers.Reshape((8, 8)),
        ]
    )


def members(path: Path) -> dict[str, bytes]:
    """Return what a file holds."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(content: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """Return a zip of members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return file.getvalue()


def described(good: dict[str, bytes], change: Callable[[Any], None]) -> dict[str, bytes]:
    """Return the members of a file with another description."""
    config = json.loads(good[CONFIG])
    change(config)
    return {**good, CONFIG: json.dumps(config).encode()}


MODELS = {build.__name__: build for build in (convolutions, skipping, halves, flat, rows)}


KERNEL = "layers/dense/vars/0"


def small_weights(change: Callable[[h5py.File], object]) -> bytes:
    """Return the weights of one dense layer of 64 units, and a change of them."""
    memory = io.BytesIO()
    with h5py.File(memory, "w") as file:
        group = file.create_group("layers/dense/vars")
        group["0"], group["1"] = np.zeros((64, 64), np.float32), np.zeros(64, np.float32)
        # The file is as large as it should be, whatever is done to it.
        file["rest"] = np.zeros(8192, np.float32)
        change(file)
    return memory.getvalue()


DENSE = {
    "module": "keras",
    "class_name": "Sequential",
    "config": {
        "layers": [
            {
                "module": "keras.layers",
                "class_name": "InputLayer",
                "config": {"batch_shape": [None, 64], "name": "images"},
            },
            {
                "module": "keras.layers",
                "class_name": "Dense",
                "config": {"units": 64, "activation": "linear", "name": "dense"},
            },
        ]
    },
}


def dense(weights: bytes) -> bytes:
    return zipped(
        {
            METADATA: b'{"keras_version": "3.15.1"}',
            CONFIG: json.dumps(DENSE).encode(),
            WEIGHTS: weights,
        }
    )
