"""Which suite of hyper-parameters is best, which is least good, and what the best one's code is."""

import math
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from hourglass.bundles import load_model
from hourglass.experiment.evaluate import load_splits_of
from hourglass.experiment.latents import evaluate_latents
from hourglass.experiment.pairs import error_of, freeze_pairs
from hourglass.records import MAPPED_IMAGES, SuiteRow, SuiteStudy
from hourglass.report import write_report
from hourglass.runs import RunFolder

Tell = Callable[[str], None]


def study_suites(
    runs: Sequence[RunFolder],
    *,
    own: Collection[str] = (),
    mapped_images: int = MAPPED_IMAGES,
    data_dir: Path | None = None,
    offline: bool = False,
    tell: Tell = lambda line: None,
) -> SuiteStudy:
    """Rank runs by their validation error; measure and map the code of the best one.

    What is found about the code is written to the folder of that run, with its report; where it
    is there already it is kept.

    Parameters
    ----------
    runs
        Finished runs.
    own
        Names of those that are ranked but are no suite.
    mapped_images
        How many images are laid out on the maps.
    data_dir, offline
        Where data come from.
    tell
        Called with a line for each space that is measured.
    """
    errors = {run.path.name: _validation_error(run, data_dir, offline) for run in runs}
    ranked = sorted(runs, key=lambda run: _or_last(errors[run.path.name]))
    able = [run for run in ranked if run.path.name not in own and _learned(run, errors)]
    if able:
        _map(able[0], mapped_images, data_dir, offline, tell)
    return SuiteStudy(
        rows=tuple(
            SuiteRow(run=run.path.name, validation_mse=errors[run.path.name]) for run in ranked
        ),
        best=able[0].path.name if able else None,
        least_good=able[-1].path.name if len(able) > 1 else None,
    )


def _map(
    run: RunFolder, mapped_images: int, data_dir: Path | None, offline: bool, tell: Tell
) -> None:
    done = all((run.path / name).is_file() for name in ("embedding.json", "maps.npz"))
    if done or run.read_scores().latent is None:
        return
    study = evaluate_latents(
        run, most_mapped=mapped_images, data_dir=data_dir, offline=offline, tell=tell
    )
    run.write_maps(study.maps)
    run.write_embedding(study.embedding)
    write_report(run)


def _validation_error(run: RunFolder, data_dir: Path | None, offline: bool) -> float:
    model, _ = load_model(run.model)
    splits = load_splits_of(run, data_dir=data_dir, offline=offline)
    corruption = run.read_experiment().corruption
    return error_of(model, freeze_pairs(splits.validation, corruption, "validation"))


def _learned(run: RunFolder, errors: dict[str, float]) -> bool:
    return math.isfinite(errors[run.path.name]) and not run.read_scores().collapsed


def _or_last(error: float) -> float:
    return error if math.isfinite(error) else math.inf
