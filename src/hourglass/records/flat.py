"""Keys that stand side by side: in a file, and as words of the command line."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from hourglass.errors import ConfigurationError, MissingPathError

# Two ways to say one thing.
_RIVALS: Final = (frozenset({"noise", "corruption"}), frozenset({"epochs", "minutes"}))


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file into a mapping.

    Raises
    ------
    MissingPathError
        If there is no such file.
    ConfigurationError
        If it is a folder, cannot be read or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise MissingPathError(f"There is no experiment file {path}.") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigurationError(
            f"An experiment is a TOML file; {path} cannot be read: {reason}."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigurationError(f"{path} is not TOML: {error}") from error


def without_rivals(values: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return keys without those that exclude one of the keys given over them."""
    rivals = {key for pair in _RIVALS if given.keys() & pair for key in pair}
    return {key: value for key, value in values.items() if key not in rivals}


def option_words(name: str, value: Any) -> list[str]:
    """Return an option as it is written on the command line."""
    if value is True:
        return [f"--{name}"]
    if not isinstance(value, tuple):
        return [f"--{name}", str(value)]
    return [f"--{name}", *map(str, value)] if value else [f"--empty-{name}"]


def refuse_two_corruptions(flat: Mapping[str, Any]) -> None:
    """Refuse a noise factor beside a corruption.

    Raises
    ------
    ConfigurationError
        If both are given.
    """
    if flat.get("corruption") is not None:
        raise ConfigurationError(
            f'noise = {flat["noise"]} is short for corruption = "gaussian:{flat["noise"]}", and '
            f'corruption = "{flat["corruption"]}" was given too. Leave one of them out.'
        )
