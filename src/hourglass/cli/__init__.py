"""The command ``hourglass``: words in, one call, a few printed lines."""

from hourglass.cli.app import main

__all__ = ["main"]
