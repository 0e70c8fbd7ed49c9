"""What can be said of a denoiser, and of what it must beat, without a clean image."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from hourglass.baselines import (
    Baseline,
    MedianFilter,
    NoisyAlone,
    NonLocalMeans,
    Pairs,
    TotalVariation,
    WaveletShrinkage,
)
from hourglass.corruption import gaussian_levels
from hourglass.evaluation import (
    Restore,
    clipped_share,
    gaussian_deviations,
    held_out_errors,
    mean_squared_errors,
    peak_signal_to_noise,
    second_shot_errors,
    share_to_keep,
    stein_risks,
)
from hourglass.experiment.pairs import FROZEN_SEED, freeze_pairs
from hourglass.images import Images, Splits
from hourglass.inference import reconstruct
from hourglass.models import BlindSpotDenoiser, ImageModel
from hourglass.records import FILES, Estimates, Experiment, MethodEstimates, Samples

# Enough for an error of a few percent; every method restores them half a dozen times.
_MOST_VALUES: Final = 400_000
_MOST_IMAGES: Final = 500
_STRIP_LENGTH: Final = 10

Split = Literal["test", "validation"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimated:
    """Estimates, and the images behind them."""

    estimates: Estimates
    samples: Samples


def estimate(
    model: ImageModel, experiment: Experiment, splits: Splits, split: Split = "test"
) -> Estimated:
    """Estimate how well a model and classical filters restore the noisy images of one split.

    The filters' parameters are chosen on the validation split without clean images, too.
    """
    judge = _Judge(experiment, splits, split)
    noisy = judge.pairs.seen
    methods = [judge.of_input()]
    restored = {"noisy": noisy}
    for baseline in _fitted(experiment, splits):
        # The same filter has another parameter where clean images were there to choose it by.
        detail = f"{baseline.detail}, without clean images"
        methods.append(
            judge.of(baseline.method, baseline.label, "baseline", baseline.reconstruct, detail)
        )
        restored[baseline.method] = baseline.reconstruct(noisy[:_STRIP_LENGTH])
    rebuild = partial(reconstruct, model)
    methods.append(judge.of("model", experiment.model_name, "model", rebuild, _about(model)))
    restored["model"] = rebuild(noisy[:_STRIP_LENGTH])
    if experiment.second_shot is not None:
        restored["second-shot"] = judge.pairs.clean
    return Estimated(estimates=judge.table(methods), samples=_samples(restored))


def keep_what_helps(model: BlindSpotDenoiser, experiment: Experiment, splits: Splits) -> None:
    """Let a model mix in as much of the noisy image as its validation images say.

    Where the noise is not known to be Gaussian nor came with the files, nothing is mixed in.
    """
    noisy = _few_pairs(splits, experiment, "validation").seen
    deviation = _deviation(experiment, noisy)
    model.keep(0.0)
    if deviation is not None:
        model.keep(share_to_keep(noisy, partial(reconstruct, model), deviation, seed=FROZEN_SEED))


class _Judge:
    """Measures methods on the first images of a split."""

    def __init__(self, experiment: Experiment, splits: Splits, split: Split) -> None:
        self.pairs = _few_pairs(splits, experiment, split)
        self._experiment, self._name, self._split = experiment, splits.name, split
        self._second = self.pairs.clean if experiment.second_shot is not None else None
        self._clean = self.pairs.clean if experiment.knows_clean else None

    def of_input(self) -> MethodEstimates:
        """Return what is known of the noisy images themselves: their error is the noise."""
        noise = self._noise
        measured = None
        if self._second is not None:
            measured = float(mean_squared_errors(self._second, self.pairs.seen).mean())
        return self._with_psnr(
            MethodEstimates(
                method="noisy",
                label="noisy input",
                kind="input",
                measured=measured,
                mse=None if noise is None else noise**2,
                true_mse=self._true(self.pairs.seen),
            )
        )

    def of(
        self,
        method: str,
        label: str,
        kind: Literal["baseline", "model"],
        restore: Restore,
        detail: str,
    ) -> MethodEstimates:
        """Return what can be said of one method."""
        noisy, second = self.pairs.seen, self._second
        restored = restore(noisy)
        mse = None
        if second is not None:
            measured = mean_squared_errors(second, restored)
            mse = float(second_shot_errors(noisy, second, restored).mean())
        else:
            measured = held_out_errors(noisy, restore)
            if self._deviation is not None:
                risks = stein_risks(noisy, restore, self._deviation, seed=FROZEN_SEED)
                mse = float(risks.mean())
        return self._with_psnr(
            MethodEstimates(
                method=method,
                label=label,
                kind=kind,
                detail=detail,
                measured=float(measured.mean()),
                mse=mse,
                true_mse=self._true(restored),
            )
        )

    def table(self, methods: list[MethodEstimates]) -> Estimates:
        """Return the table of all methods."""
        second = self._second is not None
        gaussian = self._deviation is not None
        return Estimates(
            data=self._name,
            split=self._split,
            images=len(self.pairs.seen),
            corruption=str(self._experiment.corruption),
            against="second shot" if second else "held-out pixels",
            estimator="second shot" if second else "SURE" if gaussian else None,
            noise=self._noise,
            noise_known=not second and _known_deviation(self._experiment) is not None,
            clipped=clipped_share(self.pairs.seen),
            methods=tuple(methods),
        )

    @cached_property
    def _deviation(self) -> float | NDArray[np.float64] | None:
        return _deviation(self._experiment, self.pairs.seen)

    @cached_property
    def _noise(self) -> float | None:
        """The root of the mean variance of the noise."""
        if self._second is not None:
            apart = mean_squared_errors(self._second, self.pairs.seen)
            return math.sqrt(0.5 * float(apart.mean()))
        if self._deviation is None:
            return None
        return _root_mean_square(self._deviation)

    def _true(self, restored: NDArray[np.float32]) -> float | None:
        if self._clean is None:
            return None
        return float(mean_squared_errors(self._clean, restored).mean())

    def _with_psnr(self, found: MethodEstimates) -> MethodEstimates:
        """Return figures with the PSNR and the gain that follow from an estimated error."""
        if found.mse is None or found.mse <= 0.0:
            return found
        psnr = float(peak_signal_to_noise(found.mse))
        gain = psnr - peak_signal_to_noise(self._noise**2) if self._noise else None
        return replace(found, psnr=psnr, gain=None if gain is None else float(gain))


def _known_deviation(experiment: Experiment) -> float | None:
    """Return the standard deviation of Gaussian noise, where the experiment names one."""
    levels = gaussian_levels(experiment.corruption)
    return levels.lowest if levels is not None and levels.fixed else None


def _deviation(
    experiment: Experiment, noisy: NDArray[np.float32]
) -> float | NDArray[np.float64] | None:
    """Return the standard deviation of the noise, ``None`` where it is not Gaussian."""
    known = _known_deviation(experiment)
    if known is not None:
        return known
    gaussian = gaussian_levels(experiment.corruption) is not None
    return gaussian_deviations(noisy) if gaussian or experiment.corruption == FILES else None


def _root_mean_square(deviation: float | NDArray[np.float64]) -> float:
    return math.sqrt(float(np.mean(np.square(deviation))))


def _fitted(experiment: Experiment, splits: Splits) -> Iterator[Baseline]:
    """Yield filters whose parameters were chosen without clean images."""
    pairs = _few_pairs(splits, experiment, "validation")
    if experiment.second_shot is None:
        deviation = _deviation(experiment, pairs.seen)
        pairs = NoisyAlone(pairs.seen, None if deviation is None else _root_mean_square(deviation))
    for baseline in (MedianFilter(), TotalVariation(), WaveletShrinkage(), NonLocalMeans()):
        yield baseline.fit(pairs, pairs)


def _few_pairs(splits: Splits, experiment: Experiment, split: Split) -> Pairs:
    """Return the first pairs of a split, as every table of the run has them."""
    images: Images = getattr(splits, split)
    seen, target = freeze_pairs(images, experiment.corruption, split)
    few = max(1, min(_MOST_IMAGES, _MOST_VALUES // seen[0].size))
    return Pairs(seen=seen[:few], clean=target[:few])


def _about(model: ImageModel) -> str:
    about = f"{model.count_params():,} parameters"
    if isinstance(model, BlindSpotDenoiser) and model.kept:
        return f"{about}, {model.kept:.0%} of the noisy image mixed in"
    return about


def _samples(restored: dict[str, NDArray[np.float32]]) -> Samples:
    """Return the first images of the split: without clean ones none is best or worst."""
    shown = np.arange(min(_STRIP_LENGTH, len(restored["noisy"])))
    return Samples(
        groups={"first": shown},
        positions=shown,
        images={method: images[: len(shown)] for method, images in restored.items()},
        errors={},
    )
