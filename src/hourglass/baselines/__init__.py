"""What an autoencoder must beat, computed without a network."""

from hourglass.baselines.base import Baseline, Pairs
from hourglass.baselines.lmmse import AffineLMMSE
from hourglass.baselines.mean_image import MeanImage
from hourglass.baselines.median import MedianFilter
from hourglass.baselines.pca import PCAReconstruction

__all__ = ["AffineLMMSE", "Baseline", "MeanImage", "MedianFilter", "PCAReconstruction", "Pairs"]
