"""``hourglass resume``."""

from typing import Annotated

from cyclopts import Parameter

from hourglass.bundles import find_model
from hourglass.cli.libraries import prepare_keras
from hourglass.cli.options import (
    CheckpointOptions,
    DataOptions,
    DeviceOptions,
    OutputOptions,
    RunsOptions,
)
from hourglass.cli.output import errors, teller
from hourglass.cli.telling import tell_finished_run
from hourglass.cli.train import offering_to_resume, refuse_collapse, refuse_left_out
from hourglass.errors import ConfigurationError
from hourglass.runs import RunFolder, find_group


def resume(
    run: Annotated[str, Parameter(help="Path or name of a run, or `latest`.")],
    /,
    *,
    allow_drift: Annotated[
        bool,
        Parameter(negative="", help="Go on with other libraries or on another machine, too."),
    ] = False,
    checkpoint_options: CheckpointOptions = CheckpointOptions(),
    data_options: DataOptions = DataOptions(),
    device_options: DeviceOptions = DeviceOptions(),
    output_options: OutputOptions = OutputOptions(),
    runs_options: RunsOptions = RunsOptions(),
) -> None:
    """Go on with a run that was broken off, as if it never had been."""
    group = find_group(run, runs_options.runs)
    if group is not None:
        raise ConfigurationError(
            f"{group.path} is a group of runs. `hourglass gallery run`, said again as it was "
            "begun, goes on with it."
        )
    folder = find_model(run, runs_options.runs)
    if not isinstance(folder, RunFolder):
        tell = teller(output_options.quiet)
        tell(f"{folder.path} holds a trained model; there is nothing to go on with.")
        return
    asked = folder.read_experiment()
    prepare_keras(debug=output_options.debug, device=device_options.device)
    from hourglass.experiment import resume_run
    from hourglass.training import ProgressBar

    tell = teller(output_options.quiet)
    with (
        offering_to_resume(folder.path),
        ProgressBar(errors(), asked.plan.batch_size, quiet=output_options.quiet) as bar,
    ):
        resume_run(
            folder,
            allow_drift=allow_drift,
            data_dir=data_options.data_dir,
            offline=data_options.offline,
            timing=checkpoint_options.timing(),
            callbacks=[bar],
            tell=tell,
        )
    tell_finished_run(folder, json=output_options.json)
    refuse_collapse(folder, asked)
    refuse_left_out(folder)
