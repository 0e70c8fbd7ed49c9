"""Normal images and the detector that is fitted to them, kept with the run."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import (
    ConfigurationError,
    DataError,
    ImageShapeError,
    MissingPathError,
    WriteError,
)
from hourglass.experiment.detector import (
    Detector,
    Scores,
    detector_code,
    fit_detector,
    model_digest,
)
from hourglass.experiment.evaluate import load_splits_of
from hourglass.experiment.kept import code_fingerprint
from hourglass.experiment.material import MEASURED_BYTES, only_known_classes
from hourglass.experiment.pairs import FROZEN_SEED
from hourglass.images import Images, PairedImages, load_images
from hourglass.models import LatentModel
from hourglass.records import DETECTION_METHODS, FolderOptions, Preprocessing
from hourglass.runs import RunFolder, TrainedModel
from hourglass.runs.archive import read_arrays, with_prefix, write_arrays
from hourglass.seeds import generator

# More training images make neighbors slower to find and hardly nearer; what all layers say of so
# many is 85 MB for a network of three layers.
_MOST_FITTED: Final = 10_000
_FITTED_BYTES: Final = MEASURED_BYTES // 2
# Of images that are given as normal: to fit scores, and to take the threshold from. The rest
# measures how often it is wrong.
_SHARES: Final = (0.4, 0.4)

Tell = Callable[[str], None]


class NormalSets(NamedTuple):
    """Normal images by what they are for, each of shape (count, height, width, channels)."""

    training: NDArray[np.float32]
    held_out: NDArray[np.float32]
    test: NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Fitted:
    """A detector, and what it was fitted to.

    Attributes
    ----------
    detector
        Ready to score.
    test
        Scores of normal images that neither fitting nor threshold has seen, by method.
    data
        What the normal images are called.
    held_out_split, test_split
        What the sets of them are called.
    notes
        What is to be known of them, a sentence each.
    """

    detector: Detector
    test: Scores
    data: str
    held_out_split: str = "validation"
    test_split: str = "test"
    notes: tuple[str, ...] = ()


def fitted_to_run(
    run: TrainedModel, model: LatentModel, *, data_dir: Path | None, offline: bool, tell: Tell
) -> Fitted:
    """Return the detector of a run's own images, fitted now or by an earlier command.

    A run keeps it beside its model; into a file that was handed on nothing is written.

    Raises
    ------
    HourglassError
        If the data are not those that the run was trained on, cannot be read, or are not told.
    """
    if not isinstance(run, RunFolder):
        return _fitted_to_data(run, model, data_dir=data_dir, offline=offline)
    place, key = run.detector, _key(run, model)
    kept = _kept(place, model, key, run.read_experiment().data)
    if kept is not None:
        return kept
    tell("Looking at the normal images that the run was trained on.")
    fitted = _fitted_to_data(run, model, data_dir=data_dir, offline=offline)
    _keep(place, fitted, key, tell)
    return fitted


def fitted_to(
    normal: str,
    model: LatentModel,
    seen: Preprocessing,
    *,
    trained_on: str | None = None,
    data_dir: Path | None,
    offline: bool,
    tell: Tell = lambda line: None,
) -> Fitted:
    """Return a detector of images that a user says are normal.

    Images without splits of their own are divided by chance: two fifths are what scores are
    fitted to, two fifths what thresholds are taken from, and the rest measures false alarms.

    Parameters
    ----------
    normal
        Name of a data set, or a path.
    model
        A network that has not seen these images in training.
    seen
        How images became what it takes; those of a folder are brought to the same form.
    trained_on
        Fingerprint of the images that it was trained on, where that is known.
    data_dir, offline
        Where data come from.
    tell
        Called with a line for each thing that was assumed when they were read.

    Raises
    ------
    ConfigurationError
        If these are the images that it was trained on.
    HourglassError
        As ``load_images`` raises it.
    """
    options = FolderOptions()
    if Path(normal).expanduser().is_dir():
        options = FolderOptions(resize=seen.resize, crop=seen.crop, color=seen.color)
    found = load_images(
        normal, folder=options, learned=seen.ranges, data_dir=data_dir, offline=offline
    )
    if found.fingerprint == trained_on:
        raise ConfigurationError(
            f"{normal} holds the images that the model was trained on; a threshold from them would "
            "be too low. Leave --normal out and say with --data-dir which folder holds them, so "
            "that those it has not learned from are taken; or give others."
        )
    for line in (*(found.folder.notes if found.folder else ()), *found.notes):
        tell(line)
    parts: dict[str, Images] = dict(found.parts)
    names, notes = ("validation", "test"), _classes(found.train)
    notes += [*([] if found.folder is None else found.folder.lines()[1:]), *found.notes]
    if len(parts) < len(NormalSets._fields):
        parts, names = _divided(found.train), ("held-out part", "part left for testing")
    else:
        for split in names:
            parts[split], note = only_known_classes(parts[split], found.train, split)
            notes += [] if note is None else [note]
    sets = NormalSets(*(_read(images, split) for split, images in parts.items()))
    shape = model.encoder.input.shape[1:]
    if sets.training.shape[1:] != shape:
        raise ImageShapeError(
            f"The images of {normal} have shape {sets.training.shape[1:]}, and the model takes "
            f"{tuple(shape)}."
        )
    return _fitted(model, sets, normal, names, tuple(notes))


def _fitted_to_data(
    run: TrainedModel, model: LatentModel, *, data_dir: Path | None, offline: bool
) -> Fitted:
    try:
        run.read_record()
        splits = load_splits_of(run, data_dir=data_dir, offline=offline)
    except (ConfigurationError, DataError, MissingPathError) as error:
        raise type(error)(
            f"{error} Or name other normal images, which the run has not seen: --normal PATH."
        ) from error
    sets = NormalSets(
        _read(splits.train, "train"),
        _read(splits.validation, "validation"),
        _read(splits.test, "test"),
    )
    name = run.read_experiment().data
    return _fitted(model, sets, name, notes=tuple(_classes(splits.train)))


def _fitted(
    model: LatentModel,
    sets: NormalSets,
    data: str,
    names: tuple[str, str] = ("validation", "test"),
    notes: tuple[str, ...] = (),
) -> Fitted:
    detector = fit_detector(model, sets.training, sets.held_out)
    return Fitted(
        detector=detector,
        test=detector.score(sets.test),
        data=data,
        held_out_split=names[0],
        test_split=names[1],
        notes=notes,
    )


def _read(images: Images, split: str) -> NDArray[np.float32]:
    """Return images as their files are, or a drawn part of too many."""
    seen = images.seen if isinstance(images, PairedImages) else images
    if None in seen.shape:
        raise ConfigurationError(
            "Normal images are of one size; these differ. Bring them to one in training, such as "
            "with --resize 64."
        )
    bytes_of_one = int(np.prod([size or 1 for size in seen.shape])) * 4
    most = min(_MOST_FITTED, max(1, _FITTED_BYTES // bytes_of_one))
    if len(seen) <= most:
        return seen.read_all()
    drawn = generator(FROZEN_SEED, "normal", split).choice(len(seen), most, replace=False)
    return seen.read(np.sort(drawn))


def _divided(images: Images) -> dict[str, Images]:
    """Divide images into those to fit to, those to take thresholds from, and the rest."""
    if len(images) < len(NormalSets._fields):
        raise DataError(
            f"At least {len(NormalSets._fields)} normal images are needed; {len(images)} came."
        )
    order = generator(FROZEN_SEED, "normal").permutation(len(images))
    first, second = (max(1, int(share * len(images))) for share in _SHARES)
    pieces = np.split(order, [first, first + second])
    return {
        split: images.take(np.sort(piece))
        for split, piece in zip(NormalSets._fields, pieces, strict=True)
    }


def _classes(images: Images) -> list[str]:
    labels = images.labels
    count = 0 if labels is None else len(np.unique(labels))
    return [f"The images have {count} classes; all of them count as normal."] if count > 1 else []


def _key(run: RunFolder, model: LatentModel) -> str:
    """Return a name that changes with everything that a fitted detector follows from."""
    record = run.read_record()
    digest = hashlib.sha256(detector_code())
    digest.update(Path(__file__).read_bytes())
    for word in (
        model_digest(model),
        record.data_fingerprint,
        record.split_hash,
        code_fingerprint(),
    ):
        digest.update(word.encode())
    return digest.hexdigest()


def _kept(place: Path, model: LatentModel, key: str, data: str) -> Fitted | None:
    """Return what an earlier command has kept, ``None`` where it is not of these causes."""
    if not place.is_file():
        return None

    def build(arrays: dict[str, NDArray[Any]]) -> Fitted | None:
        if str(arrays["key"]) != key:
            return None
        test: Scores = {name: arrays[f"test/{name}"] for name in DETECTION_METHODS}
        detector = Detector.restored(model, with_prefix(arrays, "detector/"))
        notes = tuple(map(str, arrays["notes"]))
        return Fitted(detector=detector, test=test, data=data, notes=notes)

    try:
        return read_arrays(place, "a fitted detector", build)
    except DataError:
        # It is no more than a shortcut: what is damaged is fitted again.
        return None


def _keep(place: Path, fitted: Fitted, key: str, tell: Tell) -> None:
    arrays = {
        "key": np.array(key),
        "notes": np.array(fitted.notes, dtype=np.str_),
        **{f"test/{name}": scores for name, scores in fitted.test.items()},
        **{f"detector/{name}": array for name, array in fitted.detector.state().items()},
    }
    try:
        write_arrays(place, arrays)
    except WriteError as error:
        tell(f"What normal images are to the network is not kept for the next time: {error}")
