"""Numbers that a table shows, always with the split they were measured on."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from hourglass.errors import ConfigurationError
from hourglass.records.health import Collapse, LatentHealth, Lookup
from hourglass.records.variational import VariationalScores


@dataclass(frozen=True, kw_only=True, slots=True)
class MethodScores:
    """How well one method rebuilds the clean images of a split.

    Attributes
    ----------
    method
        A short name: ``noisy``, ``lmmse``, ``model``; the key of its images in the samples.
    label
        The name that tables and pictures show.
    kind
        ``input`` for the images as they came, ``baseline``, or ``model``.
    detail
        What was chosen or left open, such as ``3×3 window, chosen on validation``.
    mse
        Mean squared error per pixel, pixels in [0, 1].
    psnr
        In dB, of the mean MSE: −10 log10(mse).
    psnr_per_image
        In dB, the mean of the PSNR of each image.
    ssim
        Mean structural similarity, 1 at best.
    gain
        PSNR over that of the noisy input, in dB; ``None`` where the input is not corrupted.
    mse_by_class
        Mean squared error of each class, by its name; empty without labels.
    """

    method: str
    label: str
    kind: Literal["input", "baseline", "model"]
    mse: float
    psnr: float
    psnr_per_image: float
    ssim: float
    gain: float | None = None
    detail: str = ""
    mse_by_class: Mapping[str, float] = field(default_factory=dict)


# Stands in a table where no baseline could be computed.
_NO_BASELINE: Final = MethodScores(
    method="none",
    label="no baseline",
    kind="baseline",
    mse=math.nan,
    psnr=math.nan,
    psnr_per_image=math.nan,
    ssim=math.nan,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scores:
    """The table of a run: its model beside what it must beat.

    Attributes
    ----------
    data
        Name or path of the data set.
    split
        What every figure here was measured on: ``test`` or ``validation``.
    images
        How many images the split has.
    corruption
        What the input went through, such as ``gaussian:0.2``; ``None`` for clean input.
    methods
        One record a method: the input, the baselines, the model last.
    left_out
        A line for each baseline that could not be computed, with the reason.
    collapse
        Whether the kept weights learned anything, judged on validation.
    latent
        What the numbers of the code carry; ``None`` for a network without one.
    lookup
        What the nearest training images would give.
    variational
        What the codes cost and tell; ``None`` where they are no distributions.

    Raises
    ------
    ConfigurationError
        If the methods do not have exactly one model among them.
    """

    data: str
    split: Literal["test", "validation"]
    images: int
    methods: tuple[MethodScores, ...]
    corruption: str | None = None
    left_out: tuple[str, ...] = ()
    collapse: Collapse | None = None
    latent: LatentHealth | None = None
    lookup: Lookup | None = None
    variational: VariationalScores | None = None

    def __post_init__(self) -> None:
        models = [method for method in self.methods if method.kind == "model"]
        if len(models) != 1:
            raise ConfigurationError(
                f"A table of scores has one method of kind model; this one has {len(models)}. "
                "Evaluate the run again."
            )

    @property
    def collapsed(self) -> bool:
        """Whether the model answers every image with nearly the same one."""
        return self.collapse is not None and self.collapse.collapsed

    @property
    def model(self) -> MethodScores:
        """The scores of the trained model."""
        return next(method for method in self.methods if method.kind == "model")

    @property
    def best_baseline(self) -> MethodScores:
        """The method with the lowest error among all that were not trained here.

        Where there is none, a method called ``no baseline`` whose figures are all NaN.
        """
        return min(
            (method for method in self.methods if method.kind != "model"),
            key=lambda method: method.mse,
            default=_NO_BASELINE,
        )
