"""What the picture of a network is drawn from."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class LayerRecord:
    """One layer of a network.

    Attributes
    ----------
    name
        Unique within the architecture.
    kind
        The layer's class, such as ``Conv2D``.
    part
        What it belongs to: ``encoder``, ``decoder`` or ``network``.
    output_shape
        Without the batch axis; ``None`` where a size is open.
    parameters
        Trainable and fixed numbers that the layer holds.
    inputs
        Names of the layers whose output it takes: the edges of the graph.
    """

    name: str
    kind: str
    part: str
    output_shape: tuple[int | None, ...]
    parameters: int
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Architecture:
    """A network as a graph of layers, in the order in which they compute."""

    layers: tuple[LayerRecord, ...]

    @property
    def parameters(self) -> int:
        """Number of parameters of all layers together."""
        return sum(layer.parameters for layer in self.layers)
