"""``hourglass train``."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import Parameter

from hourglass.cli.libraries import prepare_keras
from hourglass.cli.options import (
    CheckpointOptions,
    DataOptions,
    DeviceOptions,
    ExperimentOptions,
    OutputOptions,
    RunsOptions,
)
from hourglass.cli.telling import tell_finished_run
from hourglass.errors import CollapseError, ConfigurationError, PartialError, WriteError
from hourglass.records import FILES, Experiment, is_group, read_toml, without_rivals
from hourglass.runs import RunFolder

_MOST_NAMED: Final = 20
_OF_THE_TASK: Final = frozenset(
    {
        "activation",
        "activations",
        "dense_units",
        "dropout",
        "frozen_noise",
        "latent_dim",
        "loss",
        "network",
        "normalized",
        "output_activation",
        "tied",
        "units",
    }
)


def train(
    data: Annotated[str | None, Parameter(help="Name of a data set, or a path.")] = None,
    *,
    output: Annotated[
        Path | None, Parameter(help="Folder of the new run; it must not exist.")
    ] = None,
    config: Annotated[Path | None, Parameter(help="An experiment file (TOML).")] = None,
    experiment: ExperimentOptions = ExperimentOptions(),
    checkpoint_options: CheckpointOptions = CheckpointOptions(),
    data_options: DataOptions = DataOptions(),
    device_options: DeviceOptions = DeviceOptions(),
    output_options: OutputOptions = OutputOptions(),
    runs_options: RunsOptions = RunsOptions(),
) -> None:
    """Train a model, compare it with its baselines, and write a report."""
    asked = _experiment(data, config, experiment)
    path = output or new_path(runs_options.runs, asked)
    train_and_tell(asked, path, data_options, device_options, output_options, checkpoint_options)


def train_and_tell(
    asked: Experiment,
    path: Path,
    data_options: DataOptions,
    device_options: DeviceOptions,
    output_options: OutputOptions,
    checkpoint_options: CheckpointOptions = CheckpointOptions(),
) -> None:
    """Run an experiment with a progress bar and print its table."""
    prepare_keras(debug=output_options.debug, device=device_options.device)
    from hourglass.cli.output import errors, teller
    from hourglass.experiment import run_experiment
    from hourglass.training import ProgressBar

    with (
        offering_to_resume(path),
        ProgressBar(errors(), asked.plan.batch_size, quiet=output_options.quiet) as bar,
    ):
        run = run_experiment(
            asked,
            path,
            data_dir=data_options.data_dir,
            offline=data_options.offline,
            timing=checkpoint_options.timing(),
            callbacks=[bar],
            tell=teller(output_options.quiet),
        )
    tell_finished_run(run, json=output_options.json)
    refuse_collapse(run, asked)
    refuse_left_out(run)


@contextmanager
def offering_to_resume(path: Path) -> Iterator[None]:
    """Tell how a run goes on if its training is broken off or cannot be written."""
    try:
        yield
    except (KeyboardInterrupt, WriteError) as error:
        if (path / "record.json").is_file():
            error.add_note(f"Go on with: hourglass resume {path}")
        raise


def refuse_collapse(run: RunFolder, asked: Experiment) -> None:
    """End with an error if the network collapsed and was not expected to."""
    if asked.classifies or not asked.knows_clean or asked.expected == "collapse":
        return
    if not run.read_scores().collapsed:
        return
    raise CollapseError(
        "The network learned nothing that depends on its input; everything is kept. If this is "
        'what is to be shown, say expected = "collapse" (--expected collapse).'
    )


def refuse_left_out(run: RunFolder) -> None:
    """End with an error that names the files of the folder that could not be used."""
    folder = run.read_record().folder
    if folder is None or not folder.skipped:
        return
    named, more = folder.left_out(_MOST_NAMED)
    raise PartialError(
        f"{folder.skipped:,} of {folder.files + folder.skipped:,} files were left out: "
        f"{', '.join(named)}{f' and {more:,} more' if more else ''}. The run is made of the others."
    )


def new_path(runs: Path, asked: Experiment) -> Path:
    """Return a path for a new run that is named after what it is."""
    from hourglass.runs import new_run_path

    return new_run_path(runs, asked, datetime.now())


def _experiment(data: str | None, config: Path | None, options: ExperimentOptions) -> Experiment:
    """Put together what was asked for: the command line over the file over the defaults."""
    values = {} if config is None else read_toml(config)
    if is_group(values):
        raise ConfigurationError(
            f"{config} describes several runs. `hourglass gallery run {config}` makes them all."
        )
    given = options.given() | ({} if data is None else {"data": data})
    values = without_rivals(values, given)
    of_the_corruption = values.get("objective") in ("plain", "denoising", "masked")
    if {"noise", "corruption"} & given.keys() and of_the_corruption:
        # It says no more than the corruption that is replaced.
        values.pop("objective")
    if "objective" in given:
        _drop_other_objective(values, given)
    if given.get("network", values.get("network")) != values.get("network"):
        # Sizes in the file are those of its own network.
        for key in (
            "units",
            "latent_dim",
            "activation",
            "activations",
            "dense_units",
            "code_activation",
            "output_activation",
            "dropout",
            "normalized",
        ):
            values.pop(key, None)
    if {"resize", "crop"} & given.keys():
        values.pop("resize", None)
        values.pop("crop", None)
    if given.get("labels") in ("folders", "none"):
        # It is a column of the table that is replaced.
        values.pop("groups", None)
    if given.get("optimizer", values.get("optimizer")) != values.get("optimizer"):
        for key in ("momentum", "weight_decay"):
            values.pop(key, None)
    source = "command line" if config is None else f"command line and {config}"
    return Experiment.from_mapping(values | given, source)


def _drop_other_objective(values: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Drop what belongs to the objective of a file when the command line names another one."""
    if values.get("objective") != given["objective"]:
        for key in ("sparsity", "penalty", "beta", "code_activation"):
            values.pop(key, None)
        if values.get("corruption") == FILES:
            # Who names an objective says again what the noise is in.
            values.pop("corruption")
        if given["objective"] not in ("denoising", "blind-spot"):
            for key in ("clean", "second_shot", "clean_name", "pair_by"):
                values.pop(key, None)
        if "classify" in (values.get("objective"), given["objective"]):
            # A classifier shares neither loss nor sizes with what rebuilds images.
            for key in _OF_THE_TASK - given.keys():
                values.pop(key, None)
        clean = given["objective"] in ("plain", "masked", "classify")
        if not {"noise", "corruption"} & given.keys() and clean:
            values.pop("noise", None)
            values.pop("corruption", None)
