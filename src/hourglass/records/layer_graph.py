"""A network of a user's own, as a closed vocabulary can say it: layers, and what each takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

from annotated_types import MaxLen, MinLen
from pydantic import StringConstraints

from hourglass.errors import ConfigurationError
from hourglass.records.layer_kinds import Layer
from hourglass.records.layer_options import Merging

IMAGES: Final = "images"
"""What layers take that take the images themselves."""

CODES: Final = "latents"
"""The name under which a decoder takes its codes."""

MOST_LAYERS: Final = 200
LayerName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]


@dataclass(frozen=True, kw_only=True, slots=True)
class LayerNode:
    """One layer in its place.

    Attributes
    ----------
    name
        What other layers call it.
    layer
        What it does.
    inputs
        The layers whose output it takes, by name; ``images`` for the images.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    name: LayerName
    layer: Layer
    inputs: Annotated[tuple[LayerName, ...], MinLen(1), MaxLen(16)]


@dataclass(frozen=True, kw_only=True, slots=True)
class LayerGraph:
    """Layers from images to images.

    Attributes
    ----------
    nodes
        Each behind those that it takes; the last gives the images.
    code
        The layer whose output is the code, if everything behind it follows from it alone.

    Raises
    ------
    ConfigurationError
        If a name is taken twice, a layer takes what does not come before it, one is not used,
        or the code is none.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    nodes: Annotated[tuple[LayerNode, ...], MinLen(1), MaxLen(MOST_LAYERS)]
    code: LayerName | None = None

    def __post_init__(self) -> None:
        known = {IMAGES}
        for node in self.nodes:
            _require_place(node, known)
            known.add(node.name)
        used = {name for node in self.nodes for name in node.inputs}
        if idle := known - used - {self.nodes[-1].name}:
            raise ConfigurationError(f"Nothing takes the output of {', '.join(sorted(idle))}.")
        if self.code is not None and not is_code(self.nodes, self.code):
            raise ConfigurationError(
                f"{self.code} is no code: layers behind it take more than its output, or it is "
                "the last one, or there is none of that name."
            )

    @property
    def parts(self) -> Mapping[str, Sequence[LayerNode]]:
        """The layers of each network: ``encoder`` and ``decoder`` with a code, else ``network``."""
        if self.code is None:
            return {"network": self.nodes}
        size = [node.name for node in self.nodes].index(self.code) + 1
        return {"encoder": self.nodes[:size], "decoder": self.nodes[size:]}


def is_code(nodes: Sequence[LayerNode], name: str) -> bool:
    """Return whether all layers behind one follow from its output alone."""
    names = [node.name for node in nodes]
    if name not in names[:-1]:
        return False
    first = names.index(name)
    return {name for node in nodes[first + 1 :] for name in node.inputs} <= {*names[first:]}


def _require_place(node: LayerNode, known: set[str]) -> None:
    if node.name in known or node.name == CODES:
        raise ConfigurationError(f"The name {node.name} is taken; a layer has one of its own.")
    for name in node.inputs:
        if name not in known:
            raise ConfigurationError(f"{node.name} takes {name}, which does not come before it.")
    if (len(node.inputs) > 1) != isinstance(node.layer, Merging):
        raise ConfigurationError(
            f"{node.name} is a layer of kind {node.layer.kind} with {len(node.inputs)} inputs."
        )
