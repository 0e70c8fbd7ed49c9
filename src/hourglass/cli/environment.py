"""Options from the environment: below the command line, above everything else."""

import os
from collections.abc import Mapping
from typing import Any, Final

from cyclopts import Token
from cyclopts.config import Env

from hourglass.files import unquoted

_SOURCE: Final = "env"
# Two ways to say the same thing: what is typed silences both in the environment.
_RIVALS: Final[Mapping[str, str]] = {
    "--noise": "--corruption",
    "--corruption": "--noise",
    "--epochs": "--minutes",
    "--minutes": "--epochs",
}
# What a model from elsewhere was trained to undo does not follow from how one's own are trained.
_TYPED_ALONE: Final[Mapping[str, str]] = {"export": "--corruption"}


class EnvironmentOptions:
    """Fill options that were not typed from variables such as ``HOURGLASS_SEED``."""

    def __init__(self) -> None:
        self._variables = Env("HOURGLASS_", source=_SOURCE, command=False, show=False)

    def __call__(self, app: Any, commands: tuple[str, ...], arguments: Any) -> None:
        """Add the environment's values to the arguments that cyclopts has parsed."""
        typed = {argument.name for argument in arguments if argument.tokens}
        self._variables(app, commands, arguments)
        for argument in arguments:
            argument.tokens[:] = map(_as_typed, argument.tokens)
            silenced = _RIVALS.get(argument.name) in typed or (
                argument.name == _TYPED_ALONE.get(commands[-1] if commands else "")
            )
            if silenced and argument.name not in typed:
                argument.tokens.clear()


def _as_typed(token: Token) -> Token:
    """Return the value of a variable as a shell would have passed it on: no quotes, no ``~``."""
    if token.source != _SOURCE:
        return token
    return token.evolve(value=os.path.expanduser(unquoted(token.value)))  # noqa: PTH111 - a word
