"""``hourglass evaluate``."""

from typing import Annotated, Any, Literal

from cyclopts import Parameter

from hourglass.bundles import find_model
from hourglass.cli.libraries import prepare_keras
from hourglass.cli.options import (
    RUN_OR_FILE,
    DataOptions,
    DeviceOptions,
    OutputOptions,
    RunsOptions,
)
from hourglass.cli.output import teller
from hourglass.cli.telling import (
    tell_cross,
    tell_embedding,
    tell_scores,
    tell_trained_by_tested,
)
from hourglass.cli.telling_classes import tell_classification
from hourglass.cli.telling_estimates import tell_estimates
from hourglass.errors import ConfigurationError
from hourglass.runs import RunFolder, TrainedModel


def evaluate(
    run: Annotated[str, Parameter(help=RUN_OR_FILE)],
    other: Annotated[
        str | None,
        Parameter(help="With --cross: the run trained clean where RUN was noisy, or reversed."),
    ] = None,
    /,
    *,
    split: Annotated[
        Literal["test", "validation"], Parameter(help="Which images to measure on.")
    ] = "test",
    cross: Annotated[
        bool,
        Parameter(negative="", help="Test on clean input and on kinds and levels of corruption."),
    ] = False,
    on: Annotated[
        tuple[str, ...],
        Parameter(
            consume_multiple=True, negative="", help="With --cross: KIND:LEVEL to test on instead."
        ),
    ] = (),
    latents: Annotated[
        bool,
        Parameter(negative="", help="Measure and map the code, beside pixels and as large a PCA."),
    ] = False,
    data_options: DataOptions = DataOptions(),
    device_options: DeviceOptions = DeviceOptions(),
    output_options: OutputOptions = OutputOptions(),
    runs_options: RunsOptions = RunsOptions(),
) -> None:
    """Measure a run and its baselines again, from the model file and the data."""
    _require_cross(cross, other, on, split)
    if latents and cross:
        raise ConfigurationError("--latents and --cross are two questions; ask one at a time.")
    folder = find_model(run, runs_options.runs)
    second = None if other is None else find_model(other, runs_options.runs)
    prepare_keras(debug=output_options.debug, device=device_options.device)
    if not cross and folder.read_experiment().classifies:
        _tell_classes(folder, split, data_options, output_options)
    elif second is not None:
        _tell_two(folder, second, data_options, output_options)
    elif cross:
        _tell_one(folder, on, data_options, output_options)
    elif latents:
        _tell_latents(folder, split, data_options, output_options)
    else:
        _tell_again(folder, split, data_options, output_options)


def _tell_again(
    run: TrainedModel,
    split: Literal["test", "validation"],
    data_options: DataOptions,
    output_options: OutputOptions,
) -> None:
    from hourglass.experiment import estimate_run, evaluate_run

    experiment = run.read_experiment()
    where: dict[str, Any] = {"data_dir": data_options.data_dir, "offline": data_options.offline}
    if experiment.estimates and not (experiment.knows_clean and output_options.json):
        tell_estimates(estimate_run(run, split=split, **where), json=output_options.json)
    if experiment.knows_clean:
        # What is wrong with the record is a result.
        scores = evaluate_run(run, split=split, **where, tell=teller(quiet=False))
        tell_scores(scores, json=output_options.json)


def _tell_classes(
    run: TrainedModel,
    split: Literal["test", "validation"],
    data_options: DataOptions,
    output_options: OutputOptions,
) -> None:
    from hourglass.experiment import evaluate_classifier

    classification = evaluate_classifier(
        run,
        split=split,
        data_dir=data_options.data_dir,
        offline=data_options.offline,
        # What is wrong with the record is a result.
        tell=teller(quiet=False),
    )
    tell_classification(classification, json=output_options.json)


def _tell_one(
    run: TrainedModel, on: tuple[str, ...], data_options: DataOptions, output_options: OutputOptions
) -> None:
    from hourglass.experiment import CROSS_KINDS, cross_run
    from hourglass.report import write_report

    table = cross_run(
        run,
        kinds=on or CROSS_KINDS,
        data_dir=data_options.data_dir,
        offline=data_options.offline,
        tell=teller(output_options.quiet),
    )
    if isinstance(run, RunFolder):
        # A file that was handed on stays as it is.
        run.write_cross(table)
        write_report(run)
    tell_cross(table, json=output_options.json)


def _tell_latents(
    run: TrainedModel,
    split: Literal["test", "validation"],
    data_options: DataOptions,
    output_options: OutputOptions,
) -> None:
    from hourglass.experiment import evaluate_latents
    from hourglass.report import write_report

    study = evaluate_latents(
        run,
        split=split,
        data_dir=data_options.data_dir,
        offline=data_options.offline,
        tell=teller(output_options.quiet),
    )
    if split == "test" and isinstance(run, RunFolder):
        # What is measured on validation is to choose by, and not what a report tells.
        run.write_maps(study.maps)
        run.write_embedding(study.embedding)
        write_report(run)
    tell_embedding(study.embedding, json=output_options.json)


def _tell_two(
    first: TrainedModel,
    second: TrainedModel,
    data_options: DataOptions,
    output_options: OutputOptions,
) -> None:
    from hourglass.experiment import cross_two_runs

    result = cross_two_runs(
        first,
        second,
        data_dir=data_options.data_dir,
        offline=data_options.offline,
        tell=teller(output_options.quiet),
    )
    tell_trained_by_tested(result, json=output_options.json)


def _require_cross(cross: bool, other: str | None, on: tuple[str, ...], split: str) -> None:
    if cross:
        if split != "test":
            raise ConfigurationError("--cross measures on the test split; leave --split out.")
        if other is not None and on:
            raise ConfigurationError(
                "Two runs are tested on clean input and on the noise of the noisy one; leave --on "
                "out, or give one run."
            )
    elif other is not None or on:
        what = "A second run" if other is not None else "--on"
        raise ConfigurationError(f"{what} goes with --cross. Add it.")
