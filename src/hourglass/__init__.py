"""Hourglass: train, compare and use autoencoders on images.

>>> import hourglass
>>> run = hourglass.run_experiment(hourglass.DEMO, "runs/demo")  # doctest: +SKIP

Importing the package loads nothing else; each name loads its room when it is first used.
"""

from importlib import import_module
from typing import Any

_HOME = {
    "ArrayImages": "images",
    "Autoencoder": "models",
    "DEMO": "records",
    "Denoiser": "models",
    "GaussianBlur": "corruption",
    "Experiment": "records",
    "GaussianNoise": "corruption",
    "HourglassError": "errors",
    "Mixture": "corruption",
    "PatchMasking": "corruption",
    "PixelDropout": "corruption",
    "PoissonNoise": "corruption",
    "RunFolder": "runs",
    "SaltAndPepper": "corruption",
    "Speckle": "corruption",
    "TrainingPlan": "records",
    "build_model": "models",
    "convolutional_autoencoder": "networks",
    "dense_autoencoder": "networks",
    "evaluate_run": "experiment",
    "generator": "seeds",
    "load_images": "images",
    "load_model": "bundles",
    "load_splits": "images",
    "read_image_file": "images",
    "reconstruct": "inference",
    "run_experiment": "experiment",
    "save_model": "bundles",
    "train": "training",
    "unet": "networks",
    "write_image_file": "images",
}
__all__ = sorted(_HOME)
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"hourglass has no {name!r}; it has {', '.join(__all__)}.")
    return getattr(import_module(f"hourglass.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
