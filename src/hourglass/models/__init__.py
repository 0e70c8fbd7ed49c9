"""Objectives: how latent, loss and corruption are wired."""

from hourglass.models.autoencoder import Autoencoder
from hourglass.models.base import ImageModel
from hourglass.models.blind_spot import BlindSpotDenoiser
from hourglass.models.build import build_classifier, build_model
from hourglass.models.capacity import images_at_a_time
from hourglass.models.classifier import Classifier
from hourglass.models.contractive import ContractiveAutoencoder
from hourglass.models.denoiser import Denoiser
from hourglass.models.latent import LatentModel
from hourglass.models.sparse import SparseAutoencoder
from hourglass.models.trainable import Trainable
from hourglass.models.variational import VariationalAutoencoder

__all__ = [
    "Autoencoder",
    "BlindSpotDenoiser",
    "Classifier",
    "ContractiveAutoencoder",
    "Denoiser",
    "ImageModel",
    "LatentModel",
    "SparseAutoencoder",
    "Trainable",
    "VariationalAutoencoder",
    "build_classifier",
    "build_model",
    "images_at_a_time",
]
