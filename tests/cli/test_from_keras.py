from pathlib import Path

import keras
import pytest
from keras import layers

from keras_files import dense, saved, small_weights


@pytest.fixture(scope="module")
def autoencoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model of 8×8 images that Keras saved."""
    encoder = keras.Sequential(
        [keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(5, name="latent")], name="encoder"
    )
    decoder = keras.Sequential(
        [keras.Input((5,)), layers.Dense(64), layers.Reshape((8, 8, 1))], name="decoder"
    )
    folder = tmp_path_factory.mktemp("keras")
    return saved(keras.Sequential([encoder, decoder]), folder / "own.keras")


def test_a_keras_file_becomes_a_bundle_that_commands_take(hourglass, autoencoder: Path) -> None:
    done = hourglass("export", "--from-keras", autoencoder, "--output", "own.hourglass")
    assert done.code == 0 and "its code is encoder_latent" in done.out
    assert "a process of its own, with limits" in done.err
    told = hourglass("runs", "show", "own.hourglass").out
    assert "4 layers that came from Keras, with the code encoder_latent" in told
    keras.utils.save_img("one.png", keras.ops.ones((8, 8, 1)) * 0.5)
    done = hourglass("reconstruct", "own.hourglass", "one.png", "--output", "out")
    assert done.code == 0 and Path("out/one.png").is_file()


def test_a_refused_file_leaves_nothing(hourglass, tmp_path: Path) -> None:
    Path("bad.keras").write_bytes(dense(small_weights(lambda file: file.clear())))
    done = hourglass(
        "export", "--from-keras", "bad.keras", "--image-shape", 8, 8, 1, "--output", "x.hourglass"
    )
    assert done.code == 65 and "bad.keras" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["bad.keras"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--output", "x.hourglass"], "Name a run, a bundle, or --from-keras"),
        (["run", "--from-keras", "own.keras", "--output", "x.hourglass"], "not both"),
        (["run", "--code", "latent", "--output", "x.hourglass"], "--from-keras FILE is missing"),
        (["--from-keras", "own.keras", "--output", "x.keras"], "ends in .hourglass"),
        (["--from-keras", "own.keras", "--output", "x.hourglass"], "no file own.keras"),
    ],
    ids=["nothing", "both", "no file", "ending", "missing"],
)
def test_what_does_not_go_together(hourglass, words: list[str], reason: str) -> None:
    done = hourglass("export", *words)
    assert done.code == 2 and reason in done.err


def test_layers_are_brought_and_never_trained(hourglass) -> None:
    done = hourglass("train", "--data", "digits", "--network", "layers", "--output", "run")
    assert done.code == 2 and "'layers' is not known" in done.err
