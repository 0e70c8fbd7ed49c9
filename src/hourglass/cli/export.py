"""``hourglass export``."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from hourglass.bundles import export_model, find_model
from hourglass.cli.from_keras import KerasOptions, bundle_keras_file
from hourglass.cli.libraries import prepare_keras
from hourglass.cli.options import RUN_OR_FILE, DebugOptions, RunsOptions
from hourglass.cli.output import print_line
from hourglass.errors import ConfigurationError


def export(
    run: Annotated[str | None, Parameter(help=RUN_OR_FILE)] = None,
    /,
    *,
    output: Annotated[
        Path, Parameter(help="The new file: .hourglass for every command, .keras for Keras.")
    ],
    keras_options: KerasOptions = KerasOptions(),
    debug_options: DebugOptions = DebugOptions(),
    runs_options: RunsOptions = RunsOptions(),
) -> None:
    """Write a trained model as one file to hand on.

    A .hourglass file holds the model and its card: data, training and scores, and of every path
    the last part alone. Whoever gets it loads it without trusting you: nothing in it is executed.
    A .keras file holds the plain Keras model.

    With --from-keras the model comes from a .keras file that someone else made: it is read in a
    process of its own, with limits, and has to be made of plain layers.
    """
    if keras_options.from_keras is not None:
        if run is not None:
            raise ConfigurationError(f"A model comes from {run} or from --from-keras, not both.")
        print_line(bundle_keras_file(keras_options, output, debug=debug_options.debug))
        return
    keras_options.require_none()
    if run is None:
        raise ConfigurationError("Export what? Name a run, a bundle, or --from-keras FILE.")
    found = find_model(run, runs_options.runs)
    if output.suffix.lower() == ".keras":
        prepare_keras(debug=debug_options.debug)
    print_line(export_model(found, output))
