"""Objectives: how latent, loss and corruption are wired."""

from hourglass.models.autoencoder import Autoencoder
from hourglass.models.base import ImageModel
from hourglass.models.build import build_model
from hourglass.models.capacity import images_at_a_time
from hourglass.models.denoiser import Denoiser

__all__ = ["Autoencoder", "Denoiser", "ImageModel", "build_model", "images_at_a_time"]
