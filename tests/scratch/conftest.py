"""Small images and networks for the room of tensor operations."""

import numpy as np
import pytest

from hourglass.images import ArrayImages
from hourglass.seeds import generator


@pytest.fixture(scope="session")
def images(digits):
    return ArrayImages(digits[:1000])


@pytest.fixture(scope="session")
def pairs(digits):
    clean = digits[1000:1300]
    noise = generator(0).normal(0, 0.2, clean.shape)
    return np.clip(clean + noise, 0, 1).astype(np.float32), clean
