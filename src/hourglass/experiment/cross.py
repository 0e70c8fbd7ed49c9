"""A trained run on input that it was not trained on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from hourglass.baselines import AffineLMMSE, Pairs
from hourglass.bundles import load_model
from hourglass.corruption import corruption_from_words
from hourglass.errors import ConfigurationError
from hourglass.experiment.evaluate import load_splits_of, require_clean
from hourglass.experiment.pairs import (
    error_of,
    error_of_input,
    freeze_known_pairs,
    freeze_pairs,
)
from hourglass.experiment.rivals import Rivals
from hourglass.images import Splits
from hourglass.models import ImageModel
from hourglass.records import FILES, CrossCell, CrossTable, Experiment, TrainedByTested
from hourglass.runs import TrainedModel

# Every kind once or more, at levels where an image can still be made out.
CROSS_KINDS: Final = (
    "gaussian:0.1",
    "gaussian:0.2",
    "gaussian:0.4",
    "salt-and-pepper:0.1",
    "salt-and-pepper:0.3",
    "pixel-dropout:0.3",
    "masking:0.3",
    "speckle:0.4",
    "poisson:20",
    "blur:1",
)

Tell = Callable[[str], None]


def cross_run(
    run: TrainedModel,
    *,
    kinds: Sequence[str] = CROSS_KINDS,
    with_gap: Sequence[str] = (),
    data_dir: Path | None = None,
    offline: bool = False,
    tell: Tell = lambda line: None,
) -> CrossTable:
    """Score a run on clean input, on what it was trained on, and on kinds of corruption.

    Parameters
    ----------
    run
        A finished run.
    kinds
        Kinds and levels of corruption, as ``--corruption`` takes them.
    with_gap
        Those of them to score on training images too, beside clean input and the run's own.
    data_dir, offline
        Where data come from.
    tell
        Called with a line for each kind of input.

    Raises
    ------
    ConfigurationError
        If a kind is not known or a level cannot be.
    DataError
        If the data are not those that the run was trained on.
    """
    experiment = require_clean(run)
    for kind in kinds:
        corruption_from_words(kind)
    model, _ = load_model(run.model)
    splits = load_splits_of(run, data_dir=data_dir, offline=offline)
    own = experiment.corruption
    tests = dict.fromkeys((None, own, *kinds))
    gaps = {None, own, *with_gap}
    cells = []
    for tested_on in tests:
        tell(f"Testing on {tested_on or 'clean input'}.")
        cells.append(_cell(model, experiment, splits, tested_on, with_gap=tested_on in gaps))
    return CrossTable(
        run=run.path.resolve().name,
        data=splits.name,
        model=experiment.model_name,
        trained_on=own,
        cells=tuple(cells),
    )


def cross_two_runs(
    first: TrainedModel,
    second: TrainedModel,
    *,
    data_dir: Path | None = None,
    offline: bool = False,
    tell: Tell = lambda line: None,
) -> TrainedByTested:
    """Test a clean-trained and a noisy-trained run of the same shape on clean and noisy input.

    Raises
    ------
    ConfigurationError
        If not exactly one of the two was trained on clean images, or their networks or their
        data differ.
    """
    clean, noisy = _clean_and_noisy(first, second)
    corruption = str(noisy.read_experiment().corruption)
    tables = []
    for run in (clean, noisy):
        tell(f"{run.path}:")
        tables.append(
            cross_run(
                run,
                kinds=(corruption,),
                with_gap=(corruption,),
                data_dir=data_dir,
                offline=offline,
                tell=tell,
            )
        )
    return TrainedByTested(clean=tables[0], noisy=tables[1], corruption=corruption)


def _cell(
    model: ImageModel,
    experiment: Experiment,
    splits: Splits,
    tested_on: str | None,
    *,
    with_gap: bool,
) -> CrossCell:
    pairs = freeze_pairs(splits.test, tested_on, "test")
    cell = CrossCell(
        tested_on=tested_on,
        images=len(pairs.clean),
        mse=error_of(model, pairs),
        input_mse=error_of_input(pairs),
        lmmse=_lmmse(experiment, splits, tested_on, pairs),
    )
    if not with_gap:
        return cell
    known = freeze_known_pairs(splits, tested_on)
    return replace(cell, train_images=len(known.clean), train_mse=error_of(model, known))


def _lmmse(
    experiment: Experiment, splits: Splits, tested_on: str | None, pairs: Pairs
) -> float | None:
    if tested_on is None or AffineLMMSE().refusal(pairs.clean.shape) is not None:
        # The best map from clean images to themselves is no map at all.
        return None
    clean = experiment.clean if tested_on == FILES else None
    task = replace(experiment, objective=None, corruption=tested_on, clean=clean)
    return Rivals(task, splits, "test", pairs).rival(AffineLMMSE()).scores.mse


def _clean_and_noisy(
    first: TrainedModel, second: TrainedModel
) -> tuple[TrainedModel, TrainedModel]:
    runs = {run.read_experiment().corruption is None: run for run in (first, second)}
    if len(runs) != 2:
        raise ConfigurationError(
            "The 2×2 needs one run trained on clean images and one trained on corrupted ones; "
            f"{first.path} and {second.path} are two of a kind."
        )
    for what, kept in _sameness(first, second):
        if kept[0] != kept[1]:
            raise ConfigurationError(
                f"The 2×2 needs two runs that differ in the corruption alone; {first.path} and "
                f"{second.path} differ in {what}: {kept[0]} and {kept[1]}."
            )
    return runs[True], runs[False]


def _sameness(
    first: TrainedModel, second: TrainedModel
) -> Iterator[tuple[str, tuple[object, object]]]:
    asked = first.read_experiment(), second.read_experiment()
    found = first.read_record(), second.read_record()
    yield "network", (asked[0].network, asked[1].network)
    yield "size", (asked[0].network_options, asked[1].network_options)
    yield "data", (found[0].data_fingerprint, found[1].data_fingerprint)
    yield "split", (found[0].split_hash, found[1].split_hash)
