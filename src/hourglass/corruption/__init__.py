"""Ways to corrupt images: in the graph while training, frozen in NumPy for comparing."""

from hourglass.corruption.base import Corruption
from hourglass.corruption.gaussian import GaussianNoise
from hourglass.corruption.words import corruption_from_words

__all__ = ["Corruption", "GaussianNoise", "corruption_from_words"]
