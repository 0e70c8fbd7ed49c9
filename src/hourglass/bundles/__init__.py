"""A model on disk: a description in a closed vocabulary, and numbers."""

from hourglass.bundles.bundle import load_classifier, load_model, save_model

__all__ = ["load_classifier", "load_model", "save_model"]
