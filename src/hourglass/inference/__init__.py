"""Predicting batch by batch, in bounded memory."""

from hourglass.inference.batched import encode, reconstruct

__all__ = ["encode", "reconstruct"]
