import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from hourglass.bundles import load_model, save_model
from hourglass.errors import MissingPathError, ModelFileError
from hourglass.models import build_model
from hourglass.records import ModelSpec, NetworkOptions
from memory import PEAK_MEMORY

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
    ModelSpec(
        network="dense", image_shape=(8, 8, 1), options=DENSE, objective="variational", beta=0.5
    ),
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
        ({"schema_version": 3}, "schema version 3"),
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
        with pytest.raises(ModelFileError):
            load_model(folder)


def described(folder: Path, **changes: object) -> None:
    """Change the specification in ``model.json``, its options included."""
    spec = json.loads((folder / "model.json").read_text())["spec"]
    for key, value in changes.items():
        (spec["options"] if key in spec["options"] else spec)[key] = value
    told = json.loads((folder / "model.json").read_text())["preprocessing"]
    changed(folder, spec=spec, preprocessing=told | {"image_shape": spec["image_shape"]})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"units": [12000, 12000]}, "does not fit"),
        ({"units": [65537]}, "units"),
        ({"units": [1] * 17}, "units"),
        ({"network": "convolutional", "units": []}, "needs units"),
        ({"latent_dim": 65537}, "latent_dim"),
        ({"latent_dim": None}, "latent_dim is missing"),
        ({"network": "unet", "corruption": "gaussian:0.1"}, "has no code"),
        ({"network": "unet", "latent_dim": None}, "does not fit"),
        ({"image_shape": [8, 8, 0]}, "image_shape"),
        ({"image_shape": [8, 8, -1]}, "image_shape"),
        ({"image_shape": [8, 8, 5]}, "image_shape"),
        ({"image_shape": [0, 8, 1]}, "image_shape"),
        ({"image_shape": [8, 65537, 1]}, "image_shape"),
        ({"image_shape": [None, 8, 1]}, "one size"),
        ({"corruption": "foo:1"}, "cannot be built.*'foo' is not known"),
        ({"corruption": "gaussian:x"}, "cannot be built.*KIND:LEVEL"),
        ({"corruption": "+".join(["gaussian:0.1"] * 99)}, "corruption"),
        ({"reconstruction_loss": "mse:-1"}, "cannot be built.*above 0"),
        ({"objective": "variational", "beta": -1}, "beta"),
        ({"objective": "variational"}, "does not fit"),
    ],
    ids=str,
)
def test_a_model_that_cannot_be(folder: Path, changes: dict, words: str) -> None:
    described(folder, **changes)
    with pytest.raises(ModelFileError, match=rf"model\.json.*{words}|{words}.*model\.json"):
        load_model(folder)


def test_a_denoiser_without_a_corruption(tmp_path: Path) -> None:
    save_model(build_model(SPECS[2]), SPECS[2], tmp_path)
    described(tmp_path, corruption=None)
    with pytest.raises(ModelFileError, match=r"cannot be built.*no bottleneck"):
        load_model(tmp_path)


def reweighted(folder: Path, tensors: dict[str, np.ndarray]) -> None:
    """Replace the weights, checksum included, as a stranger would."""
    path = folder / "weights.safetensors"
    save_file(tensors, path)
    changed(folder, weights_sha256=hashlib.sha256(path.read_bytes()).hexdigest())


def test_weights_of_another_type(folder: Path) -> None:
    tensors = load_file(folder / "weights.safetensors")
    reweighted(folder, {name: tensor.astype(np.float64) for name, tensor in tensors.items()})
    with pytest.raises(ModelFileError, match=r"F32.* has F64"):
        load_model(folder)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_no_numbers(folder: Path, value: float) -> None:
    tensors = load_file(folder / "weights.safetensors")
    tensors["decoder/pixels/bias"][-1] = value
    reweighted(folder, tensors)
    with pytest.raises(ModelFileError, match="infinite or not a number"):
        load_model(folder)


@pytest.mark.parametrize("content", [b"", b"\xff" * 64, b"\x02" + bytes(7) + b"{]"], ids=len)
def test_weights_that_are_no_safetensors(folder: Path, content: bytes) -> None:
    (folder / "weights.safetensors").write_bytes(content)
    changed(folder, weights_sha256=hashlib.sha256(content).hexdigest())
    with pytest.raises(ModelFileError, match="not a safetensors file"):
        load_model(folder)


def test_a_model_that_cannot_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ModelFileError, match="cannot be read: Permission denied"):
        load_model(folder)


MEASURE = (
    PEAK_MEMORY
    + """
import sys
before = peak_memory()
from pathlib import Path
from hourglass.bundles import load_model
from hourglass.errors import ModelFileError

try:
    load_model(Path(sys.argv[1]))
except ModelFileError as error:
    print(peak_memory() - before)
"""
)


@pytest.mark.skipif(sys.platform != "linux", reason="the unit of ru_maxrss is Linux's")
def test_the_error_comes_before_the_memory(folder: Path) -> None:
    described(folder, units=[12000, 12000])
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(folder)], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 100 * 1024, "kibibytes more than a bare interpreter"
