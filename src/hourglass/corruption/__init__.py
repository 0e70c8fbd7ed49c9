"""Ways to corrupt images: in the graph while training, frozen in NumPy for comparing."""

from hourglass.corruption.base import Corruption, LeveledCorruption
from hourglass.corruption.blur import GaussianBlur
from hourglass.corruption.gaussian import GaussianNoise
from hourglass.corruption.mixture import Mixture
from hourglass.corruption.patch_masking import PatchMasking
from hourglass.corruption.pixel_dropout import PixelDropout
from hourglass.corruption.poisson import PoissonNoise
from hourglass.corruption.salt_and_pepper import SaltAndPepper
from hourglass.corruption.speckle import Speckle
from hourglass.corruption.words import corruption_from_words, gaussian_levels

__all__ = [
    "Corruption",
    "GaussianBlur",
    "GaussianNoise",
    "LeveledCorruption",
    "Mixture",
    "PatchMasking",
    "PixelDropout",
    "PoissonNoise",
    "SaltAndPepper",
    "Speckle",
    "corruption_from_words",
    "gaussian_levels",
]
