from collections.abc import Mapping
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def keras_files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Return models that Keras saved, by the names of their builders."""
    import keras

    from keras_files import MODELS, saved

    folder = tmp_path_factory.mktemp("keras")
    files = {}
    for name, build in MODELS.items():
        # Names of layers start over, so that tests can say them.
        keras.utils.clear_session()
        files[name] = saved(build(), folder / f"{name}.keras")
    return files


@pytest.fixture(scope="session")
def good(keras_files: Mapping[str, Path]) -> dict[str, bytes]:
    """Return what a good file of a Sequential holds."""
    from keras_files import members

    return members(keras_files["convolutions"])


@pytest.fixture(scope="session")
def nested(keras_files: Mapping[str, Path]) -> dict[str, bytes]:
    """Return what a good file of a Functional model with models inside holds."""
    from keras_files import members

    return members(keras_files["halves"])
