"""Predicting batch by batch, in bounded memory."""

from hourglass.inference.batched import classify, encode, reconstruct

__all__ = ["classify", "encode", "reconstruct"]
