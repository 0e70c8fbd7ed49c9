"""``hourglass export``."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from hourglass.bundles import export_model, find_model
from hourglass.cli.libraries import prepare_keras
from hourglass.cli.options import RUN_OR_FILE, DebugOptions, RunsOptions
from hourglass.cli.output import print_line


def export(
    run: Annotated[str, Parameter(help=RUN_OR_FILE)],
    /,
    *,
    output: Annotated[
        Path, Parameter(help="The new file: .hourglass for every command, .keras for Keras.")
    ],
    debug_options: DebugOptions = DebugOptions(),
    runs_options: RunsOptions = RunsOptions(),
) -> None:
    """Write a trained model as one file to hand on.

    A .hourglass file holds the model and its card: data, training and scores, and of every path
    the last part alone. Whoever gets it loads it without trusting you: nothing in it is executed.
    A .keras file holds the plain Keras model.
    """
    found = find_model(run, runs_options.runs)
    if output.suffix.lower() == ".keras":
        prepare_keras(debug=debug_options.debug)
    print_line(export_model(found, output))
