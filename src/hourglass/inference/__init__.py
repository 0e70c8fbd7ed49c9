"""Predicting batch by batch, in bounded memory."""

from hourglass.inference.batched import (
    classify,
    decode,
    encode,
    encode_gaussian,
    reconstruct,
)

__all__ = ["classify", "decode", "encode", "encode_gaussian", "reconstruct"]
