"""Predicting batch by batch and tile by tile, in bounded memory."""

from hourglass.inference.batched import (
    classify,
    classify_logits,
    decode,
    encode,
    encode_gaussian,
    encode_in_depth,
    encoder_layers,
    reconstruct,
)
from hourglass.inference.tiles import rebuild_in_bands

__all__ = [
    "classify",
    "classify_logits",
    "decode",
    "encode",
    "encode_gaussian",
    "encode_in_depth",
    "encoder_layers",
    "rebuild_in_bands",
    "reconstruct",
]
