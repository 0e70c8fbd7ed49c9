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
    "BlindSpotDenoiser": "models",
    "BundleFile": "bundles",
    "CheckpointTiming": "records",
    "Classifier": "models",
    "ContractiveAutoencoder": "models",
    "DEMO": "records",
    "Denoiser": "models",
    "Detector": "experiment",
    "EmbedOptions": "experiment",
    "Experiment": "records",
    "FolderOptions": "records",
    "GaussianBlur": "corruption",
    "GaussianNoise": "corruption",
    "HourglassError": "errors",
    "Mixture": "corruption",
    "PatchImages": "images",
    "PatchMasking": "corruption",
    "PixelDropout": "corruption",
    "PoissonNoise": "corruption",
    "Resuming": "training",
    "RunFolder": "runs",
    "SaltAndPepper": "corruption",
    "SparseAutoencoder": "models",
    "Speckle": "corruption",
    "TrainingPlan": "records",
    "VariationalAutoencoder": "models",
    "build_classifier": "models",
    "build_model": "models",
    "classify": "inference",
    "classify_files": "experiment",
    "convolutional_autoencoder": "networks",
    "convolutional_classifier": "networks",
    "cross_run": "experiment",
    "cross_two_runs": "experiment",
    "decode": "inference",
    "denoise_files": "experiment",
    "dense_autoencoder": "networks",
    "dense_classifier": "networks",
    "detect_files": "experiment",
    "embed_images": "experiment",
    "encode": "inference",
    "encode_gaussian": "inference",
    "estimate_run": "experiment",
    "evaluate_classifier": "experiment",
    "evaluate_latents": "experiment",
    "evaluate_run": "experiment",
    "export_model": "bundles",
    "find_duplicates": "experiment",
    "find_model": "bundles",
    "fit_detector": "experiment",
    "generator": "seeds",
    "import_keras": "bundles",
    "interpolate_images": "experiment",
    "load_classifier": "bundles",
    "load_images": "images",
    "load_model": "bundles",
    "load_splits": "images",
    "pooling_autoencoder": "networks",
    "pooling_dense_autoencoder": "networks",
    "read_image_file": "images",
    "read_latents": "runs",
    "rebuild_in_bands": "inference",
    "reconstruct": "inference",
    "residual": "networks",
    "resume_run": "experiment",
    "run_experiment": "experiment",
    "sample_images": "experiment",
    "save_bundle": "bundles",
    "save_model": "bundles",
    "similar_images": "experiment",
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
