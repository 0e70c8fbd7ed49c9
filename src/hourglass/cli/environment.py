"""Options from the environment: below the command line, above everything else."""

from collections.abc import Mapping
from typing import Any, Final

from cyclopts.config import Env

# Two ways to say the same thing: what is typed silences both in the environment.
_RIVALS: Final[Mapping[str, str]] = {
    "--noise": "--corruption",
    "--corruption": "--noise",
    "--epochs": "--minutes",
    "--minutes": "--epochs",
}


class EnvironmentOptions:
    """Fill options that were not typed from variables such as ``HOURGLASS_SEED``."""

    def __init__(self) -> None:
        self._variables = Env("HOURGLASS_", command=False, show=False)

    def __call__(self, app: Any, commands: tuple[str, ...], arguments: Any) -> None:
        """Add the environment's values to the arguments that cyclopts has parsed."""
        typed = {argument.name for argument in arguments if argument.tokens}
        self._variables(app, commands, arguments)
        for argument in arguments:
            if _RIVALS.get(argument.name) in typed and argument.name not in typed:
                argument.tokens.clear()
