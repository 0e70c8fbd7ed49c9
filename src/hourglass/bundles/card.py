"""What a run tells of itself in a file that leaves the machine.

Of every path the last part alone is told, wherever it stands: in the data of the experiment, in
settings of the environment, in sentences. Files that were left out of a folder are not named, and
neither are figures of single images and classes, which would make the card longer than the model.
"""

import json
import re
from dataclasses import replace
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, Final

from hourglass.errors import ConfigurationError
from hourglass.records import (
    Classification,
    DataCard,
    Estimates,
    Experiment,
    ModelCard,
    RunRecord,
    Scores,
    TrainingCard,
    from_json,
    to_json,
)
from hourglass.runs import RunFolder

# Spaces within a path are left aside: paths that the experiment names are known whole.
_PLACE: Final = re.compile(r"(?<![\w.])(?:[A-Za-z]:[\\/]|\\\\|\.{0,2}/|~\w*/)[^\s'\"`,;:=()]*")
_LONGEST_NAME: Final = 255
_OF_PATHS_ALONE: Final = "./\\~"


def card_of(run: RunFolder) -> ModelCard:
    """Return the card of a run that was trained.

    Raises
    ------
    ConfigurationError
        If its training is not over.
    DataError
        If a file of the run is damaged.
    """
    record, experiment = run.read_record(), run.read_experiment()
    if record.status == "unfinished":
        raise ConfigurationError(
            f"The training of {run.path} is not over, so there is no model to hand on. Go on with: "
            f"hourglass resume {run.path}"
        )
    # What a run that was broken off has measured is not all there yet.
    over = record.status == "finished"
    scores = run.read_scores() if over and run.measured else None
    classification = run.read_classification() if over and run.classified else None
    estimates = run.read_estimates() if over and run.estimated else None
    card = ModelCard(
        data=_data_card(experiment, record, _class_names(scores, classification)),
        training=_training_card(experiment, record),
        scores=None if scores is None else _in_short(scores, experiment),
        classification=None if classification is None else _tables(classification, experiment),
        estimates=None if estimates is None else _named(estimates, experiment),
        calibration=run.read_calibration() if over else None,
    )
    return _without_places(card, experiment)


def last_part(path: str) -> str:
    """Return the last part of a path of any system; what is no path stays as it is."""
    name = PurePosixPath(PureWindowsPath(path).as_posix()).name.lstrip("~")[-_LONGEST_NAME:]
    return name if name not in ("", "..") else "images"


def _data_card(experiment: Experiment, record: RunRecord, class_names: tuple[str, ...]) -> DataCard:
    return DataCard(
        name=last_part(experiment.data),
        fingerprint=record.data_fingerprint,
        split_hash=record.split_hash,
        image_shape=record.image_shape,
        images_by_split=dict[Any, int](record.images_by_split),
        class_names=class_names,
    )


def _training_card(experiment: Experiment, record: RunRecord) -> TrainingCard:
    names = {key: last_part(place) for key, place in experiment.paths.items()}
    return TrainingCard(
        experiment=experiment.with_paths(names),
        status="finished" if record.status == "finished" else "trained",
        started=record.started,
        environment=record.environment,
        seeds=record.seeds,
        parameters=record.parameters,
        steps=record.steps,
        images_per_second=record.images_per_second,
        seconds=record.seconds,
        digests=record.digests,
        drift=record.drift,
        engine=record.engine,
    )


def _class_names(scores: Scores | None, classification: Classification | None) -> tuple[str, ...]:
    if classification is not None:
        return classification.class_names
    return () if scores is None else tuple(scores.model.mse_by_class)


def _in_short(scores: Scores, experiment: Experiment) -> Scores:
    methods = tuple(replace(method, mse_by_class={}) for method in scores.methods)
    return replace(scores, data=last_part(experiment.data), methods=methods)


def _tables(found: Classification, experiment: Experiment) -> Classification:
    return replace(
        found,
        data=last_part(experiment.data),
        classes=(),
        curves=(),
        confusion=(),
        calibration=(),
        mistakes=(),
    )


def _named(found: Estimates, experiment: Experiment) -> Estimates:
    return replace(found, data=last_part(experiment.data))


def _without_places(card: ModelCard, experiment: Experiment) -> ModelCard:
    """Return a card in whose every text a path is its last part, and all can be shown."""
    known = {
        place: last_part(place)
        for place in experiment.paths.values()
        # A dot alone would be found in every number of a version.
        if place.strip(_OF_PATHS_ALONE)
    }
    told = _cleaned(json.loads(to_json(card)), known)
    return from_json(ModelCard, json.dumps(told).encode(), "the card")


def _cleaned(value: Any, known: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {_cleaned(key, known): _cleaned(entry, known) for key, entry in value.items()}
    if isinstance(value, list):
        return [_cleaned(entry, known) for entry in value]
    return _words(value, known) if isinstance(value, str) else value


def _words(text: str, known: dict[str, str]) -> str:
    for place, name in known.items():
        text = text.replace(place, name)
    text = _PLACE.sub(lambda found: last_part(found[0]), text)
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
