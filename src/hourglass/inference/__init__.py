"""Predicting batch by batch, in bounded memory."""

from hourglass.inference.batched import decode, encode, encode_gaussian, reconstruct

__all__ = ["decode", "encode", "encode_gaussian", "reconstruct"]
