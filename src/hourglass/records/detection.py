"""How files were held against normal images, as numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

HeatMaps = Literal["worst", "all", "none"]
#: Which files get a heat map; the first where nothing is said.
HEAT_MAPS: Final[tuple[HeatMaps, ...]] = ("worst", "all", "none")
DetectionMethod = Literal["combined", "pixels", "latents", "pca", "neighbors"]
#: The methods in the order of every table; the first decides.
DETECTION_METHODS: Final[Mapping[DetectionMethod, str]] = MappingProxyType(
    {
        "combined": "features and pixels",
        "pixels": "pixel error",
        "latents": "latent distance",
        "pca": "PCA-32 error",
        "neighbors": "kNN-5 on pixels",
    }
)
DECIDING: Final[DetectionMethod] = "combined"
DEFAULT_FALSE_ALARMS: Final = 0.01


@dataclass(frozen=True, kw_only=True, slots=True)
class ObservedRate:
    """A rate that was counted.

    Attributes
    ----------
    flagged
        Images that were flagged.
    images
        Of how many.
    low, high
        The exact interval of the rate (Clopper and Pearson 1934), at 95 % confidence.
    measured_on
        The split, or ``the given files``.
    """

    flagged: int
    images: int
    low: float
    high: float
    measured_on: str

    @property
    def rate(self) -> float:
        """Share of the images that were flagged."""
        return self.flagged / self.images


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """What the threshold was taken from.

    Attributes
    ----------
    data
        The normal images.
    fitted_images
        How many of them scores were fitted to.
    split
        Which of them the threshold was taken from; nothing was fitted to these.
    images
        How many.
    rank
        Which of their scores, in rising order, is the threshold.
    false_alarms
        The rate that was asked for.
    low, high
        Between which rates that threshold really lies, as chance has it with so many images, at
        95 % confidence.
    """

    data: str
    fitted_images: int
    split: str
    images: int
    rank: int
    false_alarms: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class DetectionScores:
    """One method at its threshold.

    Attributes
    ----------
    method, label
        Its key and its name in tables.
    kind
        ``model`` where the network was asked, ``baseline`` for what needs none.
    threshold
        The score above which an image is flagged.
    false_alarms
        Flagged among normal images that neither fitting nor threshold has seen; ``None`` where
        there are none.
    flagged
        How many of the given files it flags.
    auroc
        How often an anomaly among them scores higher than a normal file, where labels tell which
        is which.
    detected
        Flagged among the files that are anomalies by their label.
    flagged_normal
        Flagged among those that are normal by their label.
    """

    method: DetectionMethod
    label: str
    kind: Literal["model", "baseline"]
    threshold: float
    false_alarms: ObservedRate | None
    flagged: int
    auroc: float | None = None
    detected: ObservedRate | None = None
    flagged_normal: ObservedRate | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoredFile:
    """One of the files that are least like normal images."""

    file: str
    score: float
    p_value: float
    anomaly: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Detection:
    """How all given files were held against normal images.

    Attributes
    ----------
    run, model
        The run, and what it is in words.
    files
        How many files were given.
    failed
        How many could not be read; they have no score.
    calibration
        What the threshold was taken from.
    methods
        The scores of the network and its rivals; the first decides.
    worst
        Files with the highest scores, the highest first.
    normal_labels
        Folders whose files are normal by the user's word; empty where nothing was said.
    normal_files, anomalous_files
        How many files are which by their label.
    heat_maps
        What a heat map shows, in words; ``None`` where none were asked for.
    notes
        What else is to be known, a sentence each.
    not_listed
        What the given folders hold besides, counted by ending or reason.
    """

    run: str
    model: str
    files: int
    failed: int
    calibration: Calibration
    methods: tuple[DetectionScores, ...]
    worst: tuple[ScoredFile, ...]
    normal_labels: tuple[str, ...] = ()
    normal_files: int = 0
    anomalous_files: int = 0
    heat_maps: str | None = None
    notes: tuple[str, ...] = ()
    not_listed: Mapping[str, int] = field(default_factory=dict)

    @property
    def deciding(self) -> DetectionScores:
        """The method that decides."""
        return self.methods[0]
