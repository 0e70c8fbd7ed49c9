"""Figures of a run whose clean images nobody knows: estimates, and what they rest on."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

# With less of it cut off, noise has a mean near zero.
_MOST_CLIPPED: Final = 0.01

#: What a squared error was measured against where there is no clean image.
NoisyTarget = Literal["held-out pixels", "second shot"]


@dataclass(frozen=True, kw_only=True, slots=True)
class MethodEstimates:
    """What can be said of one method without a clean image.

    Attributes
    ----------
    method, label, kind, detail
        As in ``MethodScores``.
    measured
        Mean squared error against noisy pixels that the method did not see: held out, or of the
        second shot. The noise of these pixels is in it. ``None`` for the input itself where
        pixels are held out.
    mse
        Estimated mean squared error against the clean images; ``None`` where the kind of noise
        allows no estimate.
    psnr
        In dB, of that estimate; ``None`` with it, or where it is not above zero.
    gain
        Estimated PSNR over that of the noisy input, in dB.
    true_mse
        The error itself, where clean images are known after all.
    """

    method: str
    label: str
    kind: Literal["input", "baseline", "model"]
    detail: str = ""
    measured: float | None = None
    mse: float | None = None
    psnr: float | None = None
    gain: float | None = None
    true_mse: float | None = None

    @property
    def error(self) -> float:
        """What methods are put in order by: the estimate, or else the measured error."""
        known = self.measured if self.mse is None else self.mse
        return math.inf if known is None else known


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimates:
    """The table of a run without clean images: its model beside what it must beat.

    Attributes
    ----------
    data
        Name or path of the data set.
    split
        What every figure here was measured on.
    images
        How many images of the split that is, the first ones.
    corruption
        What the input went through; ``files`` where it came noisy.
    against
        What ``measured`` is the error against.
    estimator
        Where the estimates come from: Stein's unbiased risk estimate, or the second shot;
        ``None`` where there is none.
    noise
        Standard deviation of the noise, the root of the mean square over images; ``None`` where
        it has none that is one number.
    noise_known
        Whether it is known rather than estimated.
    clipped
        Share of the noisy values that are exactly 0 or 1.
    methods
        One record a method: the input, the baselines, the model last.
    """

    data: str
    split: Literal["test", "validation"]
    images: int
    corruption: str
    against: NoisyTarget
    estimator: Literal["SURE", "second shot"] | None
    noise: float | None
    noise_known: bool
    clipped: float
    methods: tuple[MethodEstimates, ...]

    @property
    def model(self) -> MethodEstimates:
        """What can be said of the trained model."""
        return self.methods[-1]

    @property
    def best_other(self) -> MethodEstimates:
        """The method that was not trained here with the lowest estimate, or measured error."""
        return min(self.methods[:-1], key=lambda method: method.error)

    @property
    def knows_clean(self) -> bool:
        """Whether the true errors stand beside the estimates."""
        return self.model.true_mse is not None

    def verdict(self) -> str:
        """Say in one sentence whether the model helps, and by what measure."""
        model, other = self.model, self.best_other
        if model.mse is not None and model.psnr is not None and other.psnr is not None:
            lead = model.psnr - other.psnr
            better = "better" if lead > 0 else "WORSE"
            return (
                f"By the estimate the {model.label} is {abs(lead):.2f} dB {better} than "
                f"{other.label}, the best other."
            )
        if model.measured is None or other.measured is None:
            return f"Nothing can be said of the {model.label} without clean images."
        better = "below" if model.measured < other.measured else "NOT below"
        return (
            f"The {model.label} has an error against {self.against} of {model.measured:.5f}, "
            f"{better} the {other.measured:.5f} of {other.label}, the best other."
        )

    def lines(self) -> Iterator[str]:
        """Yield what the figures are, and what they rest on."""
        if self.against == "held-out pixels":
            yield (
                "Held-out error: squared error at noisy pixels that were hidden from the method; "
                "the noise of these pixels is in it."
            )
        else:
            yield (
                "Error against the second shot: no clean image is known, and the noise of the "
                "second shot is in it."
            )
        if self.estimator == "SURE":
            known = "known" if self.noise_known else "estimated, too"
            yield (
                f"MSE, PSNR and gain are estimated from noisy images alone (Stein's unbiased risk "
                f"estimate): for Gaussian noise of standard deviation {self.noise:.4f} ({known}) "
                "that has mean zero and is independent from pixel to pixel."
            )
        elif self.estimator == "second shot":
            yield (
                "MSE, PSNR and gain are estimated: half the mean squared difference of the shots "
                f"(noise of standard deviation {self.noise:.4f}) is taken off, which holds for "
                "noise that has mean zero and is independent between the shots."
            )
        else:
            yield (
                "It needs noise that has mean zero and is independent from pixel to pixel. For "
                "noise that is not Gaussian there is no estimate of the MSE."
            )
        if warning := clipping_warning(self.clipped):
            yield warning


def clipping_warning(share: float) -> str:
    """Return what cut-off noise does to training without clean images; empty below 1 %.

    Parameters
    ----------
    share
        Share of the noisy values that are exactly 0 or 1.
    """
    if share <= _MOST_CLIPPED:
        return ""
    return (
        f"Warning: {share:.1%} of the noisy values are exactly black or white. Noise that was cut "
        "off there has no mean of zero, so that what is learned from noisy images has blacks too "
        "light and whites too dark, and estimates are off."
    )
