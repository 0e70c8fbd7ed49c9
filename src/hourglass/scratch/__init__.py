"""The dense autoencoder in tensor operations and a gradient tape alone, without Keras layers."""

from hourglass.scratch.adam import Adam
from hourglass.scratch.formulas import cross_entropy, mean_squared_error
from hourglass.scratch.linear import finish_exactly, train_regularized
from hourglass.scratch.loop import GraphLoop, loss_and_gradients
from hourglass.scratch.network import Layer, forward, get_weights, set_weights, start_parameters
from hourglass.scratch.noise import add_noise
from hourglass.scratch.training import train_from_scratch

__all__ = [
    "Adam",
    "GraphLoop",
    "Layer",
    "add_noise",
    "cross_entropy",
    "finish_exactly",
    "forward",
    "get_weights",
    "loss_and_gradients",
    "mean_squared_error",
    "set_weights",
    "start_parameters",
    "train_from_scratch",
    "train_regularized",
]
