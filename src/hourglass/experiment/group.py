"""Several runs that belong together: each made once, then compared."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import keras
import numpy as np

from hourglass.bundles import load_classifier, load_model
from hourglass.errors import ConfigurationError, DataError, DriftError, OutputExistsError
from hourglass.evaluation import error_by_frequency, mean_squared_errors
from hourglass.experiment.classification import classifier_accuracy
from hourglass.experiment.code_study import study_codes
from hourglass.experiment.cross import cross_two_runs
from hourglass.experiment.evaluate import load_splits_of
from hourglass.experiment.few_labels import study_few_labels
from hourglass.experiment.linear_study import study_linear
from hourglass.experiment.noise_study import study_noise
from hourglass.experiment.pairs import error_of, freeze_known_pairs, freeze_pairs
from hourglass.experiment.run import resume_run, run_experiment
from hourglass.experiment.suite_study import study_suites
from hourglass.files import exists, remove_folder
from hourglass.inference import reconstruct
from hourglass.models import LatentModel
from hourglass.records import (
    LONGER_RUNS,
    ClassifierResult,
    Experiment,
    GroupPlan,
    GroupRecord,
    Member,
    MemberResult,
)
from hourglass.report import write_group_report
from hourglass.runs import GroupFolder, RunFolder

Tell = Callable[[str], None]


def run_group(
    plan: GroupPlan,
    output: Path,
    *,
    notes: Sequence[str] = (),
    data_dir: Path | None = None,
    offline: bool = False,
    callbacks: Callable[[Experiment], Sequence[keras.callbacks.Callback]] = lambda experiment: (),
    tell: Tell = lambda line: None,
) -> GroupFolder:
    """Make every run of a group that is not finished yet, compare them all, and report.

    Parameters
    ----------
    plan
        The runs, and what is asked of them.
    output
        Folder of the group. Finished runs in it are taken as they are, one that was broken off
        goes on.
    notes
        Lines for the reader of the report.
    data_dir, offline
        Where data come from.
    callbacks
        Gives the Keras callbacks of one training, such as a progress bar.
    tell
        Called with a line at each turn of the story.

    Returns
    -------
    GroupFolder
        The finished group.

    Raises
    ------
    HourglassError
        As ``run_experiment`` raises it; runs that are finished by then stay.
    OutputExistsError
        If a folder that a run would take holds something else, or a run that was asked for
        differently.
    """
    _require_clean(plan)
    group = GroupFolder.create(output)
    record = GroupRecord(
        name=plan.name,
        about=plan.about,
        story=plan.story,
        status="unfinished",
        members=(),
        notes=tuple(notes),
        beside=plan.beside,
    )
    for number, member in enumerate(plan.members, start=1):
        tell(f"Run {number} of {len(plan.members)}: {member.name}.")
        run = group.run(member.name)
        if not _finished(run, member):
            _make(run, member, data_dir, offline, callbacks(member.experiment), tell)
        record = _with_result(record, member, run, data_dir, offline)
        # What Keras keeps of one network would wait for the end of all.
        keras.utils.clear_session()
        group.write_record(record)
    if plan.story == "suites":
        record = _with_suites(record, plan, group, data_dir, offline, tell)
    else:
        record = _studied(record, group, _published(plan, group), data_dir, offline, tell)
    record = replace(record, status="finished")
    write_group_report(group, record=record)
    group.write_record(record)
    if group.path.name == LONGER_RUNS:
        _tell_again(group, tell)
    return group


def _require_clean(plan: GroupPlan) -> None:
    for member in plan.members:
        if not member.experiment.knows_clean:
            raise ConfigurationError(
                f"The runs of a group are compared by their errors against clean images, and those "
                f"of {member.name} are not known. Train it by itself with `hourglass train`, or "
                "give it clean."
            )


def _make(
    run: RunFolder,
    member: Member,
    data_dir: Path | None,
    offline: bool,
    callbacks: Sequence[keras.callbacks.Callback],
    tell: Tell,
) -> None:
    """Make a run; go on with it if it was broken off where nothing has changed since."""
    where: dict[str, Any] = {"data_dir": data_dir, "offline": offline}
    if exists(run.path):
        try:
            resume_run(run, **where, callbacks=callbacks, tell=tell)
            return
        except DriftError as error:
            tell(f"{run.path.name} starts again. {error}")
            remove_folder(run.path)
    run_experiment(member.experiment, run.path, **where, callbacks=callbacks, tell=tell)


def _tell_again(longer: GroupFolder, tell: Tell) -> None:
    """Write the reports of the groups beside the longer runs again: they show these too."""
    for path in sorted(longer.path.parent.iterdir()):
        group = GroupFolder(path)
        if path == longer.path or not group.exists():
            continue
        try:
            write_group_report(group)
        except DataError as error:
            tell(f"The report of {path} stays as it was: {error}")


def _studied(
    record: GroupRecord,
    group: GroupFolder,
    runs: list[RunFolder],
    data_dir: Path | None,
    offline: bool,
    tell: Tell,
) -> GroupRecord:
    """Ask of the finished runs what the story of the group asks."""
    everyone = [group.run(member.name) for member in record.members]
    if record.story == "noise-factor":
        tell("Testing every model at every noise factor.")
        return replace(record, noise=study_noise(runs, data_dir=data_dir, offline=offline))
    if record.story == "ae-vs-vae":
        tell("Decoding random codes, interpolations and planes with every model.")
        codes = study_codes(everyone, data_dir=data_dir, offline=offline)
        group.write_pictures(codes.pictures)
        return replace(record, codes=tuple(codes.spaces))
    if record.story == "linear-vs-pca":
        tell("Comparing every model with PCA.")
        study = study_linear(runs, data_dir=data_dir, offline=offline)
        group.write_components(study.components)
        return replace(record, linear=tuple(study.rows))
    if record.story == "classification":
        return _studied_by_labels(record, runs, data_dir, offline, tell)
    pair = _clean_and_noisy([run for run in runs if not run.read_experiment().classifies])
    if pair is None:
        return record
    tell("Testing the clean-trained and the noisy-trained model on clean and on noisy input.")
    crossing = cross_two_runs(*pair, data_dir=data_dir, offline=offline)
    return replace(record, crossing=crossing)


def _studied_by_labels(
    record: GroupRecord,
    runs: list[RunFolder],
    data_dir: Path | None,
    offline: bool,
    tell: Tell,
) -> GroupRecord:
    """Ask what the latents of the first autoencoder are worth where labels are few."""
    coded = [run for run in runs if run.read_experiment().network_options.latent_dim is not None]
    if not coded:
        return record
    tell(f"Classifying the latents of {coded[0].path.name} with few labels and with all.")
    study = study_few_labels(coded[0], data_dir=data_dir, offline=offline, tell=tell)
    return replace(record, few_labels=study)


def _with_suites(
    record: GroupRecord,
    plan: GroupPlan,
    group: GroupFolder,
    data_dir: Path | None,
    offline: bool,
    tell: Tell,
) -> GroupRecord:
    tell("Ranking the suites on validation, and mapping the code of the best one.")
    study = study_suites(
        [group.run(member.name) for member in plan.members],
        own={member.name for member in plan.members if member.role == "own"},
        mapped_images=plan.mapped_images,
        data_dir=data_dir,
        offline=offline,
        tell=tell,
    )
    return replace(record, suite=study)


def _clean_and_noisy(runs: list[RunFolder]) -> tuple[RunFolder, RunFolder] | None:
    """Return a clean-trained and a noisy-trained run of one shape, if there are both."""
    asked = {run: run.read_experiment() for run in runs}
    for clean, noisy in product(runs, runs):
        first, second = asked[clean], asked[noisy]
        same = (first.network, first.network_options) == (second.network, second.network_options)
        # Noise that is learned by heart is no remedy for learning by heart.
        fresh = second.corruption is not None and not second.frozen_noise
        if same and first.corruption is None and fresh:
            return clean, noisy
    return None


def _published(plan: GroupPlan, group: GroupFolder) -> list[RunFolder]:
    return [group.run(member.name) for member in plan.members if member.role != "own"]


def _finished(run: RunFolder, member: Member) -> bool:
    """Return whether a member is there already, and whole."""
    if not exists(run.path):
        return False
    try:
        status, asked = run.read_record().status, run.read_experiment()
    except DataError as error:
        raise OutputExistsError(
            f"{run.path} is in the way: it holds no run of this group. Choose another --output."
        ) from error
    if asked != member.experiment.filled():
        raise OutputExistsError(
            f"{run.path} was made by another experiment than this group asks for. Choose another "
            "--output, or remove that run."
        )
    return status == "finished"


def _with_result(
    record: GroupRecord, member: Member, run: RunFolder, data_dir: Path | None, offline: bool
) -> GroupRecord:
    if member.experiment.classifies:
        classified = _classified(member, run, data_dir, offline)
        return replace(record, classifiers=(*record.classifiers, classified))
    return replace(record, members=(*record.members, _result(member, run, data_dir, offline)))


def _classified(
    member: Member, run: RunFolder, data_dir: Path | None, offline: bool
) -> ClassifierResult:
    """Measure what the files of a classifier do not say: accuracy on train and validation."""
    model, _ = load_classifier(run.model)
    splits = load_splits_of(run, data_dir=data_dir, offline=offline)
    known = splits.train.take(np.arange(min(len(splits.test), len(splits.train))))
    return ClassifierResult(
        name=member.name,
        role=member.role,
        about=member.about,
        images_seen=_images_seen(member, run),
        train_images=len(known),
        train_accuracy=classifier_accuracy(model, known),
        validation_accuracy=classifier_accuracy(model, splits.validation),
        test_accuracy=run.read_classification().model.accuracy,
    )


def _images_seen(member: Member, run: RunFolder) -> int:
    return run.read_record().steps * member.experiment.plan.batch_size


def _result(member: Member, run: RunFolder, data_dir: Path | None, offline: bool) -> MemberResult:
    """Measure what the files of a run do not say: training error and error by frequency."""
    model, _ = load_model(run.model)
    splits = load_splits_of(run, data_dir=data_dir, offline=offline)
    corruption = member.experiment.corruption
    test = freeze_pairs(splits.test, corruption, "test")
    rebuilt = reconstruct(model, test.seen)
    known = freeze_known_pairs(splits, corruption)
    return MemberResult(
        name=member.name,
        role=member.role,
        about=member.about,
        images_seen=_images_seen(member, run),
        code_size=model.code_size if isinstance(model, LatentModel) else None,
        train_images=len(known.clean),
        train_mse=error_of(model, known),
        test_mse=float(mean_squared_errors(test.clean, rebuilt).mean()),
        spectrum=tuple(error_by_frequency(test.clean, rebuilt).tolist()),
    )
