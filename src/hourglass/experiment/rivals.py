"""What a model must beat: every baseline that fits the task, fitted once and scored."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal, final

import numpy as np
from numpy.typing import NDArray

from hourglass.baselines import (
    AffineLMMSE,
    Baseline,
    GaussianFilter,
    MeanImage,
    MedianFilter,
    NonLocalMeans,
    Pairs,
    PatchLMMSE,
    PCAReconstruction,
    TotalVariation,
    WaveletShrinkage,
    count_copies,
    look_up,
)
from hourglass.errors import ConfigurationError
from hourglass.evaluation import mean_squared_errors, score_method
from hourglass.experiment.kept import KeptResults
from hourglass.experiment.material import learned_from
from hourglass.experiment.pairs import FROZEN_SEED, freeze_pairs
from hourglass.images import Images, Splits
from hourglass.records import Experiment, MethodScores, from_json, to_json
from hourglass.seeds import derive

# A thousand say what looking images up gives to within a few percent.
_LOOKED_UP: Final = 1000

Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rival:
    """A fitted baseline and what it reaches on a split.

    Attributes
    ----------
    baseline
        Ready to rebuild images.
    scores
        Its figures.
    errors
        Mean squared error of every image of the split, shape (images,).
    """

    baseline: Baseline
    scores: MethodScores
    errors: NDArray[np.float64]


@final
class Rivals:
    """The baselines of one experiment on one split, fitted or taken from the cache.

    Parameters
    ----------
    experiment, splits
        What was trained, and on what.
    split
        What to score on. Baselines learn from the training split and choose on validation.
    pairs
        The frozen pairs of that split.
    code_size
        Numbers in the model's code; ``None`` where it has none.
    tell
        Called with a line where something is to be known.
    """

    def __init__(
        self,
        experiment: Experiment,
        splits: Splits,
        split: Literal["test", "validation"],
        pairs: Pairs,
        *,
        code_size: int | None = None,
        tell: Tell = lambda line: None,
    ) -> None:
        self._experiment, self._splits, self._split, self._pairs = experiment, splits, split, pairs
        self._kept = KeptResults(splits, tell)
        shape = pairs.clean.shape
        refusals = {
            baseline: baseline.refusal(shape) for baseline in candidates(experiment, code_size)
        }
        self._served = [baseline for baseline, reason in refusals.items() if reason is None]
        self.left_out = tuple(
            f"{baseline.label} is left out: {reason}."
            for baseline, reason in refusals.items()
            if reason
        )

    def __iter__(self) -> Iterator[Rival]:
        """Yield every baseline that fits the images, one at a time."""
        return map(self.rival, self._served)

    def looked_up(self) -> tuple[NDArray[np.float64], int]:
        """Return the errors of the nearest training images, and how many images are copies.

        The errors are those of the first 1,000 images of the split.
        """
        key = self._key("lookup", {"images": _LOOKED_UP}, self._split)
        kept = self._kept.load(key)
        if kept is None:
            seen, clean = (images[:_LOOKED_UP] for images in self._pairs)
            found = look_up(seen, self._training)
            kept = {
                "errors": mean_squared_errors(clean, found),
                "copies": np.asarray(count_copies(self._pairs.clean, self._training)),
            }
            self._kept.store(key, kept)
        return kept["errors"], int(kept["copies"])

    def rival(self, baseline: Baseline) -> Rival:
        """Return one baseline, fitted and scored now or in an earlier run."""
        self._fit(baseline)
        key = self._key(baseline.method, baseline.parameters, self._split)
        kept = self._kept.load(key)
        rival = None if kept is None else _restored(baseline, kept)
        if rival is None:
            rival = self._scored(baseline)
            scores = np.frombuffer(to_json(rival.scores), np.uint8)
            self._kept.store(key, {"scores": scores, "errors": rival.errors})
        return rival

    def _fit(self, baseline: Baseline) -> None:
        key = self._key(baseline.method, baseline.parameters, "fit")
        state = self._kept.load(key)
        if state is not None:
            baseline.restore(state)
            return
        baseline.fit(self._training, self.validation)
        self._kept.store(key, baseline.state())

    def _scored(self, baseline: Baseline) -> Rival:
        images: Images = getattr(self._splits, self._split)
        rebuilt = baseline.reconstruct(self._pairs.seen)
        scores = score_method(
            baseline.method,
            baseline.label,
            "baseline",
            clean=self._pairs.clean,
            reconstruction=rebuilt,
            noisy=None if self._experiment.corruption is None else self._pairs.seen,
            labels=images.labels,
            class_names=images.class_names,
            detail=baseline.detail,
        )
        errors = mean_squared_errors(self._pairs.clean, rebuilt)
        return Rival(baseline=baseline, scores=scores, errors=errors)

    def _key(self, what: str, parameters: dict[str, Any], split: str) -> str:
        """Return a name that changes with everything that the result depends on."""
        return self._kept.key(
            what, what, parameters, split, self._experiment.corruption, FROZEN_SEED
        )

    @cached_property
    def _training(self) -> Pairs:
        training = learned_from(self._splits.train)
        return freeze_pairs(training, self._experiment.corruption, "train")

    @cached_property
    def validation(self) -> Pairs:
        """The frozen pairs that baselines choose on."""
        return freeze_pairs(self._splits.validation, self._experiment.corruption, "validation")


def candidates(experiment: Experiment, code_size: int | None) -> Iterator[Baseline]:
    """Yield the baselines of a task, from those that know least to those that know most.

    PCA gets a code of the size that the network has; where it has none, the size is chosen.
    """
    # Not the seed of the run: a comparison of seeds compares networks alone.
    seed = FROZEN_SEED
    yield MeanImage()
    if experiment.corruption is not None:
        yield GaussianFilter()
        yield MedianFilter()
        yield TotalVariation()
        yield WaveletShrinkage()
        yield NonLocalMeans()
        yield PatchLMMSE(seed=derive(seed, "patches"))
    yield PCAReconstruction(code_size, seed=derive(seed, "pca"))
    if experiment.corruption is not None:
        yield AffineLMMSE()


def _restored(baseline: Baseline, kept: dict[str, NDArray[Any]]) -> Rival | None:
    try:
        scores = from_json(MethodScores, kept["scores"].tobytes(), "the cache")
        return Rival(baseline=baseline, scores=scores, errors=kept["errors"])
    except (ConfigurationError, KeyError):
        return None
