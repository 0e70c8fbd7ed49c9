"""One layer as a ``.keras`` file has it, said again in the closed vocabulary.

Keras' description of a layer is a mapping of words and numbers. Each key is either taken, has to
have the value that makes no difference, or says something of training alone; any other is refused,
so that no layer comes in as something that it is not. Nothing is imported by its name.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from types import MappingProxyType
from typing import Any, Final

from hourglass.bundles.graph_shapes import Shape
from hourglass.errors import ConfigurationError, ModelFileError
from hourglass.records import LAYER_KINDS, LayerKind, checked

Entry = Mapping[str, Any]
# They give what they take; one of them adds to the loss.
_DROPPED: Final = frozenset({"ActivityRegularization", "Identity"})
_MODELS: Final = frozenset({"Functional", "Sequential"})
_MODULES_OF_MODELS: Final = frozenset(
    {"keras", "keras.models", "keras.src.models.functional", "keras.src.models.sequential"}
)
# What says something of training alone, or is looked at elsewhere.
_ELSEWHERE: Final = frozenset(
    {
        "dtype",
        "lora_alpha",
        "name",
        "noise_shape",
        "renorm_clipping",
        "renorm_momentum",
        "seed",
        "synchronized",
        "trainable",
    }
)
_ENDINGS_OF_TRAINING: Final = ("_constraint", "_initializer", "_regularizer")
# Values with which a key that is not in the vocabulary changes nothing.
_PLAIN: Final[Mapping[str, Sequence[Any]]] = MappingProxyType(
    {
        "data_format": ("channels_last",),
        "dilation_rate": (1, [1, 1]),
        "groups": (1,),
        "renorm": (False,),
        "rms_scaling": (False,),
    }
)


def read_layer(entry: Entry, name: str, taken: Shape) -> Iterator[LayerKind]:
    """Yield a layer and, where it has a layer as its activation, that one.

    Parameters
    ----------
    entry
        The layer as ``config.json`` has it.
    name
        What the layer is called, for the error.
    taken
        The shape of the first of what it takes, without the axis of the batch.

    Raises
    ------
    ModelFileError
        If it is not one of Keras' own, not in the vocabulary, or does what that cannot say.
    """
    kind = require_own(entry, name)
    config = _mapping(entry.get("config"), name)
    _require_float32(config, name)
    inner = config.get("activation")
    if isinstance(inner, Mapping):
        config = {**config, "activation": "linear"}
    known = {field.name for field in fields(LAYER_KINDS[kind])} - {"kind"}
    values = {key: value for key, value in config.items() if key in known and value is not None}
    for key in config.keys() - known:
        _require_plain(key, config[key], name, len(taken))
    if kind == "Reshape":
        values["target_shape"] = _resolved(values.get("target_shape"), taken)
    if "strides" in known and "pool_size" in known:
        values.setdefault("strides", values.get("pool_size"))
    try:
        yield checked(LAYER_KINDS[kind], values, f"layer {name}")
    except ConfigurationError as error:
        raise ModelFileError(f"{error} Hourglass cannot take that.") from error
    if isinstance(inner, Mapping):
        yield from read_layer(inner, f"{name}/activation", taken)


def require_own(entry: Entry, name: str) -> str:
    """Return the kind of a layer if it is Keras' own and in the vocabulary.

    Raises
    ------
    ModelFileError
        If it is not; the sentence says what to do with it.
    """
    kind, module = entry.get("class_name"), entry.get("module")
    if not isinstance(kind, str) or module != "keras.layers" or _registered(entry):
        raise ModelFileError(
            f"Layer {name} is {_word(kind)} of {_word(module)}, which is code of someone's own. "
            f"{_OFFER}"
        )
    if kind not in LAYER_KINDS:
        raise ModelFileError(f"Layer {name} is of kind {_word(kind)}. {_OFFER}")
    return kind


def is_model(entry: Entry) -> bool:
    """Return whether a layer is a model of Keras' own kinds."""
    return (
        str(entry.get("class_name")) in _MODELS
        and str(entry.get("module")) in _MODULES_OF_MODELS
        and not _registered(entry)
    )


def is_dropped(entry: Entry) -> bool:
    """Return whether a layer gives what it takes."""
    return str(entry.get("class_name")) in _DROPPED and entry.get("module") == "keras.layers"


def _registered(entry: Entry) -> bool:
    """Return whether someone registered the class under a name of their own."""
    return entry.get("registered_name") not in (None, entry.get("class_name"))


def _require_plain(key: str, value: Any, name: str, rank: int) -> None:
    """Refuse a key that would change what the layer gives."""
    if value is None or key in _ELSEWHERE or key.endswith(_ENDINGS_OF_TRAINING):
        return
    plain = (-1, [-1], rank, [rank]) if key == "axis" else _PLAIN.get(key, ())
    if value not in plain:
        raise ModelFileError(
            f"Layer {name} has {_word(key)} = {_word(value)}, which Hourglass cannot take. {_OFFER}"
        )


def _require_float32(config: Mapping[str, Any], name: str) -> None:
    policy = config.get("dtype") or "float32"
    if isinstance(policy, Mapping) and policy.get("class_name") == "DTypePolicy":
        policy = _mapping(policy.get("config"), name).get("name")
    if policy != "float32":
        raise ModelFileError(
            f"Layer {name} computes as {_word(policy)}; Hourglass takes float32 alone. Build the "
            "model again without a policy, set_weights of this one, and save that."
        )


def _resolved(target: Any, taken: Shape) -> Any:
    """Return a target shape whose -1 is what is left of the values."""
    if not isinstance(target, list) or target.count(-1) != 1:
        return target
    rest = math.prod(size for size in target if isinstance(size, int) and size > 0)
    whole = math.prod(taken)
    return [whole // max(rest, 1) if size == -1 else size for size in target]


def _mapping(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ModelFileError(f"Layer {name} has no configuration; the file is damaged.")
    return value


def _word(value: Any) -> str:
    """Return a stranger's word as it may stand in a sentence."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


_OFFER: Final = (
    "Keep the .keras file (model.save) and use Keras for it, where that code is; Hourglass takes "
    f"these layers alone: {', '.join(LAYER_KINDS)}."
)
