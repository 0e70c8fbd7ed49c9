"""What an autoencoder or a classifier must beat, computed without a network."""

from hourglass.baselines.base import Baseline, NoisyAlone, Pairs
from hourglass.baselines.cache import ArrayCache
from hourglass.baselines.classifiers import (
    ClassifierBaseline,
    Labeled,
    LogisticRegression,
    MajorityClass,
    NearestNeighbors,
    classifier_baselines,
)
from hourglass.baselines.gaussian_filter import GaussianFilter
from hourglass.baselines.gaussian_pca import GaussianPCA
from hourglass.baselines.lmmse import AffineLMMSE
from hourglass.baselines.mean_image import MeanImage
from hourglass.baselines.median import MedianFilter
from hourglass.baselines.nearest import count_copies, look_up
from hourglass.baselines.non_local_means import NonLocalMeans
from hourglass.baselines.patch_lmmse import PatchLMMSE
from hourglass.baselines.pca import PCAReconstruction
from hourglass.baselines.total_variation import TotalVariation
from hourglass.baselines.wavelet import WaveletShrinkage

__all__ = [
    "AffineLMMSE",
    "ArrayCache",
    "Baseline",
    "ClassifierBaseline",
    "GaussianFilter",
    "GaussianPCA",
    "Labeled",
    "LogisticRegression",
    "MajorityClass",
    "MeanImage",
    "MedianFilter",
    "NearestNeighbors",
    "NoisyAlone",
    "NonLocalMeans",
    "PCAReconstruction",
    "Pairs",
    "PatchLMMSE",
    "TotalVariation",
    "WaveletShrinkage",
    "classifier_baselines",
    "count_copies",
    "look_up",
]
