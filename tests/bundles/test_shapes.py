import math
from dataclasses import replace

import pytest

from hourglass.bundles.shapes import weight_shapes
from hourglass.errors import ConfigurationError, ImageShapeError
from hourglass.models import build_model
from hourglass.records import ModelSpec, NetworkOptions

SIZES = [
    ("dense", (8, 8, 1), (5,), 3),
    ("dense", (7, 3, 3), (9, 5, 4), 2),
    ("convolutional", (8, 8, 1), (5,), 3),
    ("convolutional", (7, 13, 3), (4, 6, 5), 2),
    ("convolutional", (2, 1, 4), (3, 2, 3), 1),
    ("pooling", (8, 12, 1), (4, 6), None),
    ("pooling", (8, 16, 3), (5, 4, 6), None),
    ("pooling", (2, 2, 4), (5,), None),
    ("pooling-dense", (8, 12, 1), (4, 6, 9), None),
    ("pooling-dense", (2, 4, 3), (5, 7), None),
    ("residual", (8, 7, 1), (6,), None),
    ("residual", (3, 5, 3), (6, 4, 5), None),
    ("strided", (8, 12, 1), (4, 6), None),
    ("strided", (8, 16, 3), (5, 4, 6), None),
    ("strided", (2, 2, 4), (5,), None),
    ("unet", (None, None, 1), (4,), None),
    ("unet", (None, None, 3), (4, 6), None),
    ("unet", (9, 5, 4), (3, 2, 5, 4), None),
]


def described(network: str, shape: tuple, units: tuple, latent_dim: int | None) -> ModelSpec:
    options = NetworkOptions(units=units, latent_dim=latent_dim, activation="relu")
    return ModelSpec(network=network, image_shape=shape, options=options, corruption="gaussian:0.1")


@pytest.mark.parametrize(("network", "shape", "units", "latent_dim"), SIZES, ids=str)
def test_the_shapes_are_those_of_the_model(network, shape, units, latent_dim) -> None:
    assert_shapes(described(network, shape, units, latent_dim))


def assert_shapes(spec: ModelSpec) -> None:
    model = build_model(spec)
    shapes = weight_shapes(spec)
    assert sum(map(math.prod, shapes.values())) == model.count_params()
    assert shapes == {
        f"{part}/{weight.path}": tuple(weight.shape)
        for part, network in model.parts.items()
        for weight in network.weights
    }


@pytest.mark.parametrize(
    ("network", "shape", "units", "tied"),
    [
        ("dense", (7, 3, 3), (9, 5), False),
        ("dense", (8, 8, 1), (), True),
        ("convolutional", (7, 13, 3), (4, 6), False),
    ],
    ids=str,
)
def test_a_variational_code_has_a_layer_more(network, shape, units, tied) -> None:
    spec = described(network, shape, units, 2)
    options = replace(spec.options, tied=tied)
    assert_shapes(replace(spec, options=options, objective="variational"))


@pytest.mark.parametrize("dense_units", [(6,), (6, 5)])
@pytest.mark.parametrize("objective", [None, "variational"])
def test_dense_layers_around_the_code_of_convolutions(dense_units, objective) -> None:
    spec = described("convolutional", (7, 13, 3), (4, 2), 3)
    options = replace(spec.options, dense_units=dense_units)
    assert_shapes(replace(spec, options=options, objective=objective))


@pytest.mark.parametrize("network", ["pooling", "strided", "unet"])
def test_maps_cannot_be_variational(network: str) -> None:
    spec = replace(described(network, (8, 8, 1), (4,), None), objective="variational")
    with pytest.raises(ConfigurationError, match="could be variational"):
        weight_shapes(spec)


def test_the_largest_description_costs_nothing() -> None:
    spec = described("dense", (65536, 65536, 4), (65536,) * 16, 65536)
    assert sum(map(math.prod, weight_shapes(spec).values())) > 10**15


@pytest.mark.parametrize("network", ["dense", "convolutional"])
def test_what_a_network_with_a_code_needs(network: str) -> None:
    with pytest.raises(ConfigurationError, match="latent_dim is missing"):
        weight_shapes(described(network, (8, 8, 1), (4,), None))
    with pytest.raises(ImageShapeError, match="one size"):
        weight_shapes(described(network, (8, None, 1), (4,), 2))


@pytest.mark.parametrize("network", ["pooling", "pooling-dense", "residual", "strided", "unet"])
def test_networks_without_a_code_of_a_chosen_size(network: str) -> None:
    with pytest.raises(ConfigurationError, match="no code of a chosen size"):
        weight_shapes(described(network, (8, 8, 1), (4,), 2))


def test_a_network_of_both_kinds_needs_a_convolution_and_a_width() -> None:
    with pytest.raises(ConfigurationError, match=r"such as units 16 8 128; \[4\] was given"):
        weight_shapes(described("pooling-dense", (8, 8, 1), (4,), None))
