"""The words of a description: each one of ours, at a level that a model could be trained for.

Everything else in a ``ModelSpec`` is closed by its type. These words are free texts of the command
line, and the parts that they name are of Keras: what a stranger's file says is held against the
tables of names first, and its levels against bounds. A blur as wide as a house would take memory
and hours the first time that the model is evaluated.
"""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from hourglass.errors import ConfigurationError, require_known
from hourglass.records import CORRUPTIONS, CROSS_ENTROPY, FILES, LOSSES, ModelSpec

#: Lowest and highest level of each corruption that a model file may name.
LEVELS: Final[Mapping[str, tuple[float, float]]] = MappingProxyType(
    {
        "blur": (0.0, 100.0),
        "gaussian": (0.0, 10.0),
        "masking": (0.0, 1.0),
        "pixel-dropout": (0.0, 1.0),
        "poisson": (1e-3, 1e5),
        "salt-and-pepper": (0.0, 1.0),
        "speckle": (0.0, 10.0),
    }
)
_MOST_PARTS: Final = 8
_MOST_WEIGHT: Final = 1e6


def require_vocabulary(spec: ModelSpec) -> None:
    """Refuse words that name nothing of ours, and levels that no model is trained for.

    Raises
    ------
    ConfigurationError
        If a word is not known, or its level cannot be.
    """
    if spec.corruption not in (None, FILES):
        for words in _parts("corruption", str(spec.corruption)):
            _require_corruption(words)
    if spec.objective != "classify" or spec.reconstruction_loss != CROSS_ENTROPY:
        for words in _parts("loss", spec.reconstruction_loss):
            _require_loss(words)
    if spec.sparsity not in (None, "l1"):
        _require_sparsity(str(spec.sparsity))


def _parts(what: str, words: str) -> list[str]:
    parts = words.split("+")
    if len(parts) > _MOST_PARTS:
        raise ConfigurationError(f"{what} has {len(parts)} parts; {_MOST_PARTS} are the most.")
    return parts


def _require_corruption(words: str) -> None:
    kind, _, level = words.partition(":")
    lowest, highest = LEVELS[require_known("corruption", kind, CORRUPTIONS)]
    bounds = level.split("..")
    levels = [_number(bound) for bound in bounds]
    if len(levels) > 2 or None in levels:
        raise ConfigurationError(
            f"A corruption is KIND:LEVEL or KIND:LOW..HIGH, such as gaussian:0.2; {words!r} was "
            "given."
        )
    found = [one for one in levels if one is not None]
    if found != sorted(found) or not lowest <= found[0] <= found[-1] <= highest:
        raise ConfigurationError(
            f"The level of {kind} in a model file lies between {lowest:g} and {highest:g}, low "
            f"before high; {words!r} was given."
        )


def _require_loss(words: str) -> None:
    name, colon, weight = words.partition(":")
    require_known("loss", name, LOSSES)
    value = _number(weight) if colon else 1.0
    if value is None or not 0.0 < value <= _MOST_WEIGHT:
        raise ConfigurationError(
            f"The weight of a loss is a number above 0, up to {_MOST_WEIGHT:g}; {words!r} was "
            "given."
        )


def _require_sparsity(words: str) -> None:
    kind, _, rate = words.partition(":")
    value = _number(rate)
    if kind != "kl" or value is None or not 0.0 < value < 1.0:
        raise ConfigurationError(
            f"Sparsity is l1, or kl:RATE with a rate between 0 and 1; {words!r} was given."
        )


def _number(word: str) -> float | None:
    try:
        value = float(word)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
