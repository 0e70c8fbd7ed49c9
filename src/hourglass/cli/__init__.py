"""The command ``hourglass``: words in, one call, a few printed lines."""

import sys
from collections.abc import Sequence
from typing import Final, NoReturn

__all__ = ["main"]

INTERRUPTED: Final = "Interrupted. What was finished is kept; an unfinished run is marked so."


def main(words: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit with its code.

    Parameters
    ----------
    words
        The command line without the program's name; by default that of the process.
    """
    try:
        from hourglass.cli.app import run_command

        run_command(words)
    except KeyboardInterrupt:
        # Interrupted while the command line itself was still being loaded.
        sys.stderr.write(f"{INTERRUPTED}\n")
        sys.exit(130)
