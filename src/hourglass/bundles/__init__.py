"""A model on disk: a description in a closed vocabulary, and numbers.

What builds a model loads Keras when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hourglass.bundles.bundle import load_classifier, load_model, save_model
    from hourglass.bundles.from_keras import import_keras

_HOME = {
    "import_keras": "from_keras",
    "load_classifier": "bundle",
    "load_model": "bundle",
    "save_model": "bundle",
}
__all__ = ["import_keras", "load_classifier", "load_model", "save_model"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"hourglass.bundles has no {name!r}; it has {', '.join(__all__)}.")
    return getattr(import_module(f"hourglass.bundles.{_HOME[name]}"), name)
