"""What every kind of layer promises."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from hourglass.bundles import load_model, save_model
from hourglass.bundles.graph_shapes import graph_shapes, layer_shapes
from hourglass.errors import ConfigurationError, ModelFileError
from hourglass.models import build_model
from hourglass.networks import Halves, layer_graph
from hourglass.records import (
    LAYER_KINDS,
    NO_OPTIONS,
    LayerGraph,
    ModelSpec,
    checked,
    from_json,
    to_json,
)
from layer_examples import LAYERS, SHAPE, SLIDING, graph_of


@pytest.mark.parametrize(("kind", "options"), LAYERS, ids=lambda value: str(value)[:30])
def test_every_kind_has_the_shapes_that_keras_gives_it(kind: str, options: dict) -> None:
    graph = graph_of(("ReLU", {}), (kind, options))
    network = layer_graph(SHAPE, graph)
    node = graph.nodes[1]
    output, weights = layer_shapes(node.name, node.layer, [SHAPE] * len(node.inputs))
    assert output == network.output.shape[1:]
    assert weights == {
        weight.path.removeprefix("layer_2/"): tuple(weight.shape) for weight in network.weights
    }
    # What is symbolic only promises: here it computes.
    assert network(np.zeros((2, *SHAPE), np.float32)).shape == (2, *output)
    assert from_json(LayerGraph, to_json(graph), "the same") == graph


def test_every_kind_is_tested() -> None:
    assert {kind for kind, _ in LAYERS} == LAYER_KINDS.keys()


def test_weights_follow_from_the_seed_alone() -> None:
    graph = graph_of(
        ("Conv2D", {"filters": 4, **SLIDING}), ("SeparableConv2D", {"filters": 3, **SLIDING})
    )
    first, again, other = (layer_graph(SHAPE, graph, seed=seed) for seed in (3, 3, 4))
    assert all(map(np.array_equal, first.get_weights(), again.get_weights()))
    assert not all(map(np.array_equal, first.get_weights(), other.get_weights()))


HALVES = (
    ("Flatten", {}),
    ("Dense", {"units": 4, "activation": "relu"}),
    ("Dropout", {"rate": 0.5}),
    ("Dense", {"units": 105}),
    ("Reshape", {"target_shape": SHAPE}),
)


def test_a_code_makes_two_halves_and_their_weights_say_which() -> None:
    graph = graph_of(*HALVES, code="layer_2")
    halves = layer_graph(SHAPE, graph)
    assert isinstance(halves, Halves) and halves.encoder.output.shape == (None, 4)
    assert graph_shapes(SHAPE, graph) == {
        "encoder/layer_2/kernel": (105, 4),
        "encoder/layer_2/bias": (4,),
        "decoder/layer_4/kernel": (4, 105),
        "decoder/layer_4/bias": (105,),
    }


def test_dropout_does_nothing_but_train() -> None:
    spec = ModelSpec(
        network="layers",
        image_shape=SHAPE,
        options=NO_OPTIONS,
        layers=graph_of(*HALVES, code="layer_2"),
    )
    model = build_model(spec, seed=1)
    images = np.random.default_rng(0).random((2, *SHAPE), np.float32)
    assert np.array_equal(model.reconstruct(images), model.reconstruct(images))


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([("Dense", {"units": 5})], r"must give images of shape \(7, 5, 3\); it gives \(7, 5, 5\)"),
        ([("Conv2D", {"filters": 3, "kernel_size": (9, 9)})], "Conv2D layer_1 would give"),
        ([("Conv2D", {"filters": 4, "kernel_size": (1, 1), "groups": 2})], "2 groups must divide"),
        ([("Cropping2D", {"cropping": ((4, 3), (0, 0))})], "would give"),
        ([("Flatten", {}), ("MaxPooling2D", LAYERS[3][1])], "takes height, width and channels"),
        ([("Flatten", {}), ("Add", {})], "all must have one shape"),
        ([("Flatten", {}), ("Concatenate", {})], "all but the last axis"),
        ([("Reshape", {"target_shape": (4,)})], "another number of values"),
        ([("UpSampling2D", {"size": (512, 512)})] * 3, "UpSampling2D layer_2 would give"),
        ([("Conv2D", {"filters": 3, **SLIDING, "dilation_rate": (2, 2)})], "cannot both"),
        ([("DepthwiseConv2D", {"kernel_size": (1, 1), "strides": (1, 2)})], "must be equal"),
        ([("Flatten", {}), ("PReLU", {"shared_axes": (2,)})], "shares the axes"),
    ],
    ids=str,
)
def test_layers_that_do_not_fit(layers: Sequence, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        graph_shapes(SHAPE, graph_of(*layers))


def node(name: str, *inputs: str, kind: str = "Flatten") -> dict:
    return {"name": name, "layer": {"kind": kind}, "inputs": inputs}


@pytest.mark.parametrize(
    ("nodes", "code", "words"),
    [
        ([], None, "nodes"),
        ([node("a", "images")] * 201, None, "nodes"),
        ([node("a", "images"), node("a", "a")], None, "name a is taken"),
        ([node("images", "images")], None, "name images is taken"),
        ([node("latents", "images")], None, "name latents is taken"),
        ([node("a", "b"), node("b", "images")], None, "takes b, which does not come before"),
        ([node("a", "images"), node("b", "images")], None, "Nothing takes the output of a"),
        ([node("a", "images", "images")], None, "kind Flatten with 2 inputs"),
        ([node("a", "images", kind="Add")], None, "kind Add with 1 inputs"),
        ([node("a", "images", kind="Lambda")], None, "Lambda"),
        ([node("a/b", "images")], None, "name"),
        ([node("a" * 65, "images")], None, "name"),
        ([node("a", "images")], "a", "a is no code"),
        ([node("a", "images"), node("b", "a")], "c", "c is no code"),
        ([node("a", "images"), node("b", "a", "images", kind="Add")], "a", "a is no code"),
    ],
    ids=str,
)
def test_graphs_that_are_none(nodes: Sequence, code: str | None, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        checked(LayerGraph, {"nodes": nodes, "code": code}, "the test")


@pytest.mark.parametrize("graph", [None, graph_of(*HALVES)], ids=["no graph", "an objective"])
def test_a_specification_of_layers_has_a_graph_and_no_objective(graph: LayerGraph | None) -> None:
    spec = ModelSpec(
        network="layers",
        image_shape=SHAPE,
        options=NO_OPTIONS,
        layers=graph,
        objective=None if graph is None else "sparse",
    )
    with pytest.raises(ConfigurationError, match="graph of layers"):
        build_model(spec)


def dense_layer(graph: dict) -> dict:
    return graph["nodes"][1]["layer"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda spec: dense_layer(spec["layers"]).update(kind="Lambda"), "Lambda"),
        (lambda spec: dense_layer(spec["layers"]).update(function="os.system"), "function"),
        (lambda spec: dense_layer(spec["layers"]).update(units=True), "units"),
        (lambda spec: dense_layer(spec["layers"]).update(units=65536), "should have shape"),
        (lambda spec: dense_layer(spec["layers"]).update(units=10**30), "digits|units"),
        (lambda spec: dense_layer(spec["layers"]).update(activation="exec"), "activation"),
        (lambda spec: spec["layers"].update(code="layer_5"), "layer_5 is no code"),
        (lambda spec: spec["layers"]["nodes"][1].update(inputs=["layer_4"]), "come before"),
        (lambda spec: spec["layers"]["nodes"].clear(), "nodes"),
        (lambda spec: spec.update(layers=None), "needs a graph"),
        (lambda spec: spec.update(network="dense"), "a network of its own, not dense"),
        (lambda spec: spec.update(image_shape=[None, 5, 3]), "one size"),
        (lambda spec: spec["options"].update(units=[3]), "needs a graph of layers, which"),
        (lambda spec: spec.update(objective="sparse"), "without an objective"),
        (lambda spec: spec.update(objective="variational"), "no code that could be variational"),
    ],
)
def test_a_stranger_who_describes_layers(change, words: str, tmp_path: Path) -> None:
    graph = graph_of(*HALVES, code="layer_2")
    spec = ModelSpec(network="layers", image_shape=SHAPE, options=NO_OPTIONS, layers=graph)
    save_model(build_model(spec), spec, tmp_path)
    text = json.loads((tmp_path / "model.json").read_text())
    change(text["spec"])
    text["preprocessing"]["image_shape"] = text["spec"]["image_shape"]
    (tmp_path / "model.json").write_text(json.dumps(text))
    with pytest.raises(ModelFileError, match=words):
        load_model(tmp_path)
