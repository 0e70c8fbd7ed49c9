"""Reading the graph of layers off Keras' networks."""

from collections.abc import Iterator, Mapping
from typing import Any

import keras

from hourglass.records import Architecture, LayerRecord


def read_architecture(parts: Mapping[str, keras.Model]) -> Architecture:
    """Return the layers of networks that compute one after the other.

    Parameters
    ----------
    parts
        Networks with one input and one output each, by name. The input of each is the output of
        the one before.
    """
    records: list[LayerRecord] = []
    for part, network in parts.items():
        before = records[-1].name if records else None
        records.extend(_layer_records(part, network, before))
    return Architecture(layers=tuple(records))


def _layer_records(part: str, network: keras.Model, before: str | None) -> Iterator[LayerRecord]:
    names = {layer.name: f"{part}/{layer.name}" for layer in network.layers}
    if before is not None:
        # A later part starts where the one before ended; its input layer is no layer of its own.
        names[network.layers[0].name] = before
    for entry in network.get_config()["layers"]:
        layer = network.get_layer(entry["name"])
        if names[layer.name] == before:
            continue
        yield LayerRecord(
            name=names[layer.name],
            kind=type(layer).__name__,
            part=part,
            output_shape=tuple(layer.output.shape[1:]),
            parameters=layer.count_params(),
            inputs=tuple(names[name] for name in _sources(entry["inbound_nodes"])),
        )


def _sources(node: Any) -> Iterator[str]:
    """Find the names of the layers whose output a serialized node takes."""
    if isinstance(node, Mapping):
        history = node.get("keras_history")
        if history is not None:
            yield history[0]
        children: Any = node.values()
    else:
        children = node if isinstance(node, list | tuple) else ()
    for child in children:
        yield from _sources(child)
