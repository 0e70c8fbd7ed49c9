"""From ``gaussian:0.2`` to a corruption."""

from hourglass.corruption.base import Corruption
from hourglass.errors import ConfigurationError
from hourglass.records import CORRUPTIONS, resolve


def corruption_from_words(words: str, *, seed: int = 0) -> Corruption:
    """Return the corruption that ``KIND:LEVEL`` names.

    Raises
    ------
    ConfigurationError
        If the kind is not known (the nearest is offered) or the level is not a number that the
        kind takes.
    """
    kind, _, level = words.partition(":")
    corruption: type[Corruption] = resolve("corruption", CORRUPTIONS, kind)
    return corruption.from_level(_number(words, level), seed=seed)


def _number(words: str, level: str) -> float:
    try:
        return float(level)
    except ValueError as error:
        raise ConfigurationError(
            f"A corruption is KIND:LEVEL, such as gaussian:0.2; {words!r} was given."
        ) from error
