"""The noise level of an image is read off the image alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hourglass.evaluation import estimate_noise_level
from hourglass.seeds import generator


def waves(height, width, channels=1):
    """Return a smooth clean image in [0.2, 0.8]."""
    down, across = np.ogrid[:height, :width]
    gray = 0.5 + 0.3 * np.sin(down / 40.0) * np.cos(across / 30.0)
    return np.repeat(gray[..., None], channels, axis=-1)


@pytest.mark.parametrize("level", [0.01, 0.04])
@pytest.mark.parametrize("shape", [(200, 150), (200, 150, 3), (2000, 1700)], ids=len)
def test_white_noise_is_found_at_every_depth(level, shape):
    clean = waves(*shape)
    noisy = np.clip(clean + generator(1).normal(0, level, clean.shape), 0, 1)
    for white in (255, 65_535):
        pixels = np.rint(noisy * white).astype(np.uint8 if white == 255 else np.uint16)
        assert estimate_noise_level(pixels) == pytest.approx(level, rel=0.1)
    assert estimate_noise_level(noisy.astype(np.float32)) == pytest.approx(level, rel=0.1)


def test_a_clean_image_has_next_to_none():
    assert estimate_noise_level(waves(200, 150).astype(np.float32)) < 1e-3
    assert estimate_noise_level(np.full((60, 40, 3), 200, np.uint8)) < 1e-6


def test_clipped_noise_is_told_as_weak_as_it_is(digits):
    black = np.clip(generator(2).normal(0, 0.2, (300, 300, 1)), 0, 1)
    assert 0.5 * 0.2 < estimate_noise_level(black) < 0.8 * 0.2


@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 3]))
def test_the_smallest_images_have_an_estimate(height, width, channels):
    pixels = generator(3).integers(0, 256, (height, width, channels), dtype=np.uint8)
    assert 0.0 <= estimate_noise_level(pixels) < 2.0
