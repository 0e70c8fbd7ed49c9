import sys
from types import SimpleNamespace

import keras
import pytest

from hourglass.experiment import device_in_use
from hourglass.experiment.device import _FINDERS


@pytest.fixture
def backend(monkeypatch):
    """Return a function that has Keras name a backend, and put tensors on a device of its own."""

    def use(name, device=None):
        monkeypatch.setattr(keras.backend, "backend", lambda: name)
        monkeypatch.setattr(keras.ops, "zeros", lambda shape: SimpleNamespace(device=device))

    return use


@pytest.mark.parametrize(
    ("details", "told"),
    [({"device_name": "NVIDIA H200"}, "gpu (NVIDIA H200)"), ({}, "gpu (of unknown name)")],
)
def test_tensorflow_tells_the_first_gpu_that_it_sees(backend, monkeypatch, details, told):
    import tensorflow as tf

    backend("tensorflow")
    monkeypatch.setattr(tf.config, "get_visible_devices", lambda kind: [])
    assert device_in_use() == "cpu"
    monkeypatch.setattr(tf.config, "get_visible_devices", lambda kind: [kind, "another"])
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda device: details)
    assert device_in_use() == told


def test_jax_tells_where_it_puts_a_tensor(backend):
    backend("jax", SimpleNamespace(platform="gpu", device_kind="NVIDIA H200"))
    assert device_in_use() == "gpu (NVIDIA H200)"
    backend("jax", SimpleNamespace(platform="cpu", device_kind="cpu"))
    assert device_in_use() == "cpu"


@pytest.mark.parametrize(
    ("kind", "told"), [("cuda", "gpu (NVIDIA H200)"), ("mps", "gpu (mps)"), ("cpu", "cpu")]
)
def test_pytorch_tells_where_it_puts_a_tensor(backend, monkeypatch, kind, told):
    cuda = SimpleNamespace(get_device_name=lambda device: "NVIDIA H200")
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    backend("torch", SimpleNamespace(type=kind))
    assert device_in_use() == told


def test_a_backend_that_cannot_train_is_not_asked(backend):
    from hourglass.cli.libraries import _BACKENDS

    assert set(_FINDERS) == set(_BACKENDS)
    backend("numpy")
    assert device_in_use() == "unknown"
