"""From ``gaussian:0.2`` to a corruption."""

from hourglass.corruption.base import Corruption, LeveledCorruption
from hourglass.corruption.gaussian import GaussianNoise
from hourglass.corruption.level import Level, Levels
from hourglass.corruption.mixture import Mixture
from hourglass.errors import ConfigurationError
from hourglass.records import CORRUPTIONS, resolve
from hourglass.seeds import derive


def corruption_from_words(words: str, *, seed: int = 0) -> Corruption:
    """Return the corruption that words name.

    Parameters
    ----------
    words
        ``KIND:LEVEL``, such as ``gaussian:0.2``; ``KIND:LOW..HIGH`` for a level that each image
        draws; several of them in order, joined by ``+``.
    seed
        Where the noise starts from.

    Raises
    ------
    ConfigurationError
        If a kind is not known (the nearest is offered), or a level is not a number that the kind
        takes.
    """
    parts = words.split("+")
    if len(parts) == 1:
        return _one(words, seed)
    return Mixture([_one(part, derive(seed, "part", i)) for i, part in enumerate(parts)], seed=seed)


def gaussian_levels(words: str | None) -> Levels | None:
    """Return the standard deviations of noise that is Gaussian and nothing else.

    Parameters
    ----------
    words
        A corruption as ``corruption_from_words`` takes it; ``None`` for clean images, and
        ``files`` for noise that nobody drew.

    Returns
    -------
    Levels | None
        ``None`` for anything else than Gaussian noise alone.

    Raises
    ------
    ConfigurationError
        If the level of Gaussian noise is not a number that it takes.
    """
    kind, _, level = (words or "").partition(":")
    if kind != GaussianNoise.kind or "+" in level:
        return None
    return Levels.checked(_level(f"{kind}:{level}", level), GaussianNoise.require_level)


def _one(words: str, seed: int) -> Corruption:
    kind, _, level = words.partition(":")
    corruption: type[LeveledCorruption] = resolve("corruption", CORRUPTIONS, kind)
    return corruption(_level(words, level), seed=seed)


def _level(words: str, level: str) -> Level:
    lowest, dots, highest = level.partition("..")
    try:
        return (float(lowest), float(highest)) if dots else float(level)
    except ValueError as error:
        raise ConfigurationError(
            "A corruption is KIND:LEVEL or KIND:LOW..HIGH, such as gaussian:0.2; "
            f"{words!r} was given."
        ) from error
