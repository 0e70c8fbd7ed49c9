import json
from pathlib import Path

import numpy as np
import pytest

from hourglass.bundles import load_model, save_model
from hourglass.errors import HourglassError, MissingPathError, ModelFileError
from hourglass.models import build_model
from hourglass.records import ModelSpec, NetworkOptions

DENSE = NetworkOptions(units=(8,), latent_dim=3, activation="relu")
UNET = NetworkOptions(units=(4, 4), latent_dim=None, activation="silu")
SPECS = [
    ModelSpec(network="dense", image_shape=(8, 8, 1), options=DENSE),
    ModelSpec(
        network="convolutional",
        image_shape=(8, 8, 1),
        options=DENSE,
        corruption="gaussian:0.2",
        reconstruction_loss="bce",
    ),
    ModelSpec(network="unet", image_shape=(None, None, 1), options=UNET, corruption="gaussian:0.3"),
]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.network)
def test_a_model_comes_back_as_it_was(spec: ModelSpec, tmp_path: Path, digits) -> None:
    model = build_model(spec, seed=3)
    noise = np.random.default_rng(0)
    model.set_weights([noise.normal(0, 0.1, weight.shape) for weight in model.get_weights()])
    save_model(model, spec, tmp_path / "model")
    again, found = load_model(tmp_path / "model")
    assert found == spec
    assert all(map(np.array_equal, model.get_weights(), again.get_weights()))
    assert np.array_equal(model.reconstruct(digits[:3]), again.reconstruct(digits[:3]))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_model(build_model(SPECS[0]), SPECS[0], tmp_path)
    return tmp_path


def changed(folder: Path, **changes: object) -> None:
    path = folder / "model.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(MissingPathError, match=r"model\.json is missing"):
        load_model(tmp_path)


def test_weights_that_were_lost_or_changed(folder: Path) -> None:
    weights = folder / "weights.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(ModelFileError, match="damaged or belongs to another model"):
        load_model(folder)
    weights.unlink()
    with pytest.raises(ModelFileError, match="not copied whole"):
        load_model(folder)


def test_weights_of_another_shape(folder: Path) -> None:
    spec = json.loads((folder / "model.json").read_text())["spec"]
    changed(folder, spec=spec | {"options": spec["options"] | {"units": [9]}})
    with pytest.raises(ModelFileError, match=r"should have shape .*9.* and has .*8"):
        load_model(folder)


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b"{", b'{"schema_version": 1}', b"\xff\xfe", b"{" * 5000, b" " * 1_000_001],
    ids=["empty", "list", "open", "keys", "bytes", "deep", "long"],
)
def test_a_description_that_is_none(folder: Path, text: bytes) -> None:
    (folder / "model.json").write_bytes(text)
    with pytest.raises(ModelFileError, match=r"model\.json"):
        load_model(folder)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"schema_version": 2}, "schema version 2"),
        ({"surprise": 1}, "'surprise' is not a key"),
        ({"weights_sha256": "0" * 64}, "SHA-256"),
    ],
)
def test_a_description_that_is_not_ours(folder: Path, changes: dict, words: str) -> None:
    changed(folder, **changes)
    with pytest.raises(ModelFileError, match=words):
        load_model(folder)


def test_words_outside_the_vocabulary(folder: Path) -> None:
    spec = json.loads((folder / "model.json").read_text())["spec"]
    for wrong in ({"network": "os:system"}, {"corruption": "os:system"}, {"seed": 1}):
        changed(folder, spec=spec | wrong)
        with pytest.raises(HourglassError):
            load_model(folder)
