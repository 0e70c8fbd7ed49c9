"""What Keras computes on."""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Final

import keras


def device_in_use() -> str:
    """Return what Keras computes on, as its backend tells it.

    Returns
    -------
    str
        ``cpu``, or a kind of device and its name, such as ``gpu (NVIDIA H200)``; ``unknown`` with
        a backend that cannot train.
    """
    find = _FINDERS.get(keras.backend.backend())
    return find() if find else "unknown"


def _on_tensorflow() -> str:
    import tensorflow as tf

    visible = tf.config.get_visible_devices("GPU")
    if not visible:
        return "cpu"
    details = tf.config.experimental.get_device_details(visible[0])
    return f"gpu ({details.get('device_name', 'of unknown name')})"


def _on_jax() -> str:
    device = keras.ops.zeros(()).device
    return "cpu" if device.platform == "cpu" else f"{device.platform} ({device.device_kind})"


def _on_torch() -> str:
    device = keras.ops.zeros(()).device
    if device.type == "cuda":
        return f"gpu ({import_module('torch').cuda.get_device_name(device)})"
    # Apple's and Intel's are named after their kind: mps, xpu.
    return "cpu" if device.type == "cpu" else f"gpu ({device.type})"


_FINDERS: Final[Mapping[str, Callable[[], str]]] = MappingProxyType(
    {"tensorflow": _on_tensorflow, "jax": _on_jax, "torch": _on_torch}
)
