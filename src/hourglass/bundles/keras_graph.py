"""The layers of a ``.keras`` file as one graph, nested models and all.

Sequential and Functional models are walked as Keras walks them when it saves, since the place of
a layer's weights in the file follows from that walk: its class in snake case, counted.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hourglass.bundles.graph_shapes import Shape, Shapes, layer_shapes
from hourglass.bundles.keras_layers import is_dropped, is_model, read_layer, require_own
from hourglass.errors import ConfigurationError, ModelFileError
from hourglass.records import CODES, IMAGES, MOST_LAYERS, LayerKind, LayerNode, is_code

_DEEPEST: Final = 8
_LONGEST: Final = 56


@dataclass(frozen=True, kw_only=True, slots=True)
class Weights:
    """Where the weights of a layer lie in the file, in the order of their numbers there."""

    group: str
    shapes: Shapes


class KerasGraph:
    """The layers of a model, gathered one after the other.

    Parameters
    ----------
    image_shape
        Height, width, channels of the images.

    Attributes
    ----------
    nodes
        The layers.
    weights
        Where each that has some has its weights, by the layer's name.
    ends
        The layer at the end of each layer and model of the file, by its path there.
    last
        The layer whose output the next would take.
    """

    def __init__(self, image_shape: Shape) -> None:
        self.nodes: list[LayerNode] = []
        self.weights: dict[str, Weights] = {}
        self.ends: dict[str, str] = {}
        self.last = IMAGES
        self._models: list[str] = []
        self._shapes: Shapes = {IMAGES: image_shape}

    @property
    def shape(self) -> Shape:
        """The shape of what the last layer gives."""
        return self._shapes[self.last]

    def add(self, path: str, layer: LayerKind, taken: Sequence[str], group: str = "") -> str:
        """Add a layer and return its name.

        Raises
        ------
        ModelFileError
            If it does not fit what it takes, or there are too many.
        """
        if len(self.nodes) == MOST_LAYERS:
            raise ModelFileError(f"The model has more than {MOST_LAYERS} layers.")
        name = self._free_name(path)
        try:
            shape, weights = layer_shapes(path, layer, [self._shapes[one] for one in taken])
            self.nodes.append(LayerNode(name=name, layer=layer, inputs=tuple(taken)))
        except ConfigurationError as error:
            raise ModelFileError(str(error)) from error
        self._shapes[name] = shape
        if weights:
            self.weights[name] = Weights(group=f"{group}/vars", shapes=weights)
        self.last = name
        return name

    def add_model(self, entry: Mapping[str, Any]) -> None:
        """Add all layers of the model of a file.

        Raises
        ------
        ModelFileError
            If a layer is not in the vocabulary, or they are not put together as Keras does.
        """
        self.last = self._model(entry, "", self.last, "", 0)
        if self.nodes and self.last != self.nodes[-1].name:
            raise ModelFileError("The model has layers behind the one that gives its output.")

    def code(self, asked: str | None) -> str | None:
        """Return the layer of the code: the one asked for, else the end of an encoder.

        Parameters
        ----------
        asked
            A layer or model of the file, by its path or its name; by default the first of two
            models that the file's model is made of.

        Raises
        ------
        ConfigurationError
            If there is none of that name, several, or what follows takes more than its output.
        """
        if asked is None:
            first = self.ends[self._models[0]] if len(self._models) == 2 else ""
            return first if is_code(self.nodes, first) else None
        found = [path for path in self.ends if asked in (path, path.rpartition("/")[2])]
        if len(found) != 1:
            raise ConfigurationError(
                f"The code must be one layer of the file; {asked} names {len(found)}. There is: "
                f"{', '.join(self.ends)}."
            )
        if not is_code(self.nodes, self.ends[found[0]]):
            raise ConfigurationError(
                f"The output of {asked} is no code: layers behind it take more than that, or it "
                "is the last. Choose another layer, or leave --code out and keep one network."
            )
        return self.ends[found[0]]

    def _model(
        self, entry: Mapping[str, Any], path: str, taken: str, group: str, depth: int
    ) -> str:
        if depth > _DEEPEST:
            raise ModelFileError(f"Its models lie more than {_DEEPEST} deep in each other.")
        config, entries = entry.get("config"), layers_of(entry)
        places = list(_places(entries, group))
        if "input_layers" not in (config or {}):
            return self._sequential(entries, places, path, taken, depth)
        return self._functional(entry, entries, places, path, taken, depth)

    def _sequential(
        self,
        entries: Sequence[Mapping[str, Any]],
        places: Sequence[str],
        path: str,
        taken: str,
        depth: int,
    ) -> str:
        for entry, place in zip(entries, places, strict=True):
            if entry.get("class_name") != "InputLayer":
                taken = self._entry(entry, f"{path}{name_of(entry)}", [taken], place, depth)
        return taken

    def _functional(
        self,
        entry: Mapping[str, Any],
        entries: Sequence[Mapping[str, Any]],
        places: Sequence[str],
        path: str,
        taken: str,
        depth: int,
    ) -> str:
        start, end = (_only_name(entry["config"].get(f"{side}_layers")) for side in _SIDES)
        known = {start: taken}
        for one, place in zip(entries, places, strict=True):
            name = name_of(one)
            if one.get("class_name") == "InputLayer":
                continue
            sources = [_known(known, source, name) for source in _sources(one, name)]
            known[name] = self._entry(one, f"{path}{name}", sources, place, depth)
        return _known(known, end, "the output")

    def _entry(
        self, entry: Mapping[str, Any], path: str, taken: Sequence[str], place: str, depth: int
    ) -> str:
        if is_model(entry):
            if len(taken) != 1:
                raise ModelFileError(f"The model {path} takes {len(taken)} inputs, not one.")
            end = self._model(entry, f"{path}/", taken[0], place, depth + 1)
            if depth == 0:
                self._models.append(path)
        elif is_dropped(entry):
            end = taken[0]
        else:
            end = self._layers(entry, path, taken, place)
        self.ends[path] = end
        return end

    def _layers(self, entry: Mapping[str, Any], path: str, taken: Sequence[str], place: str) -> str:
        require_own(entry, path)
        for number, layer in enumerate(read_layer(entry, path, self._shapes[taken[0]])):
            group = f"{place}/activation" if number else place
            taken = [self.add(f"{path}/activation" if number else path, layer, taken, group)]
        return taken[0]

    def _free_name(self, path: str) -> str:
        plain = re.sub(r"\W", "_", path, flags=re.ASCII).strip("_")[:_LONGEST]
        plain = plain if plain[:1].isalpha() else f"layer_{plain}"
        names = [plain, *(f"{plain}_{number}" for number in range(2, MOST_LAYERS + 3))]
        return next(name for name in names if name not in self._shapes and name != CODES)


def layers_of(entry: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the layers of a model as the file has them.

    Raises
    ------
    ModelFileError
        If there are none.
    """
    config = entry.get("config")
    layers = config.get("layers") if isinstance(config, Mapping) else None
    if not isinstance(layers, list) or not all(isinstance(one, Mapping) for one in layers):
        raise ModelFileError("config.json describes a model without layers; the file is damaged.")
    if not layers or len(layers) > 2 * MOST_LAYERS:
        raise ModelFileError(
            f"The model, or one inside it, has {len(layers)} layers; 1 to {MOST_LAYERS} are "
            "possible."
        )
    return layers


def name_of(entry: Mapping[str, Any]) -> str:
    """Return the name of a layer of the file.

    Raises
    ------
    ModelFileError
        If it has none.
    """
    config = entry.get("config")
    name = entry.get("name") or (config.get("name") if isinstance(config, Mapping) else None)
    if not isinstance(name, str) or not 1 <= len(name) <= 200 or not name.isprintable():
        raise ModelFileError("A layer in config.json has no name; the file is damaged.")
    return name


def _places(entries: Sequence[Mapping[str, Any]], group: str) -> Iterator[str]:
    """Yield where each layer's weights lie: its class in snake case, counted."""
    seen: Counter[str] = Counter()
    for entry in entries:
        name = snake_case(str(entry.get("class_name")))
        number = seen[name]
        seen[name] += 1
        yield f"{group}/layers/{name}_{number}" if number else f"{group}/layers/{name}"


def snake_case(name: str) -> str:
    """Return the name of a class as Keras writes it in a file of weights."""
    plain = re.sub(r"\W+", "", name)
    plain = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", plain)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", plain).lower()


def _sources(entry: Mapping[str, Any], name: str) -> Sequence[str]:
    """Return the names of the layers whose output one takes, once and in order."""
    nodes = entry.get("inbound_nodes")
    if not isinstance(nodes, list) or len(nodes) != 1 or not isinstance(nodes[0], Mapping):
        used = len(nodes) if isinstance(nodes, list) else 0
        raise ModelFileError(f"Layer {name} is used {used} times in its model; once is possible.")
    arguments, options = nodes[0].get("args"), nodes[0].get("kwargs") or {}
    if not isinstance(arguments, list) or len(arguments) != 1 or any(_set(options)):
        raise ModelFileError(f"Layer {name} is called with more than the output of layers.")
    tensors = arguments[0] if isinstance(arguments[0], list) else arguments
    return [_only_name(_history(tensor)) for tensor in tensors]


def _set(options: Any) -> Iterator[bool]:
    values = options.values() if isinstance(options, Mapping) else [True]
    return (value is not None and value is not False for value in values)


def _history(tensor: Any) -> Any:
    config = tensor.get("config") if isinstance(tensor, Mapping) else None
    return config.get("keras_history") if isinstance(config, Mapping) else None


def _only_name(place: Any) -> str:
    """Return the layer of ``[layer, use, 0]``, also where that stands alone in a list.

    The number of its use says nothing: each layer is used once.
    """
    if isinstance(place, list) and len(place) == 1:
        place = place[0]
    match place:
        case [str(name), int(), 0]:
            return name
    raise ModelFileError(
        "The model, or one inside it, has several inputs or outputs, or a layer that gives "
        "several; from one image to one image is possible."
    )


def _known(known: Mapping[str, str], name: str, taker: str) -> str:
    if name not in known:
        raise ModelFileError(f"{taker} takes {name}, which does not come before it.")
    return known[name]


_SIDES: Final = ("input", "output")
