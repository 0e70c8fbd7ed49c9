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
    "ContractiveAutoencoder": "models",
    "DEMO": "records",
    "Denoiser": "models",
    "Experiment": "records",
    "GaussianBlur": "corruption",
    "GaussianNoise": "corruption",
    "HourglassError": "errors",
    "Mixture": "corruption",
    "PatchMasking": "corruption",
    "PixelDropout": "corruption",
    "PoissonNoise": "corruption",
    "RunFolder": "runs",
    "SaltAndPepper": "corruption",
    "SparseAutoencoder": "models",
    "Speckle": "corruption",
    "TrainingPlan": "records",
    "build_model": "models",
    "convolutional_autoencoder": "networks",
    "dense_autoencoder": "networks",
    "cross_run": "experiment",
    "cross_two_runs": "experiment",
    "encode": "inference",
    "evaluate_latents": "experiment",
    "evaluate_run": "experiment",
    "generator": "seeds",
    "load_images": "images",
    "load_model": "bundles",
    "load_splits": "images",
    "pooling_autoencoder": "networks",
    "pooling_dense_autoencoder": "networks",
    "read_image_file": "images",
    "reconstruct": "inference",
    "run_experiment": "experiment",
    "save_model": "bundles",
    "strided_autoencoder": "networks",
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
