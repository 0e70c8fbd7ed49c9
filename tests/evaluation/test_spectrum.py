import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hourglass.evaluation import error_by_frequency

shapes = st.tuples(st.integers(1, 5), st.integers(2, 13), st.integers(2, 13), st.integers(1, 3))
pixels = hnp.arrays(np.float32, shapes, elements=st.floats(0, 1, width=32))


@given(pixels, st.integers(1, 9))
def test_the_rings_add_up_to_the_mean_squared_error(clean, rings):
    other = np.random.default_rng(0).random(clean.shape, np.float32)
    found = error_by_frequency(clean, other, rings)
    assert found.shape == (rings,)
    assert found.min() >= 0.0
    assert found.sum() == pytest.approx(np.square(clean - other).mean(), rel=1e-4, abs=1e-9)


@pytest.mark.parametrize(("period", "ring"), [(28, 0), (4, 2), (2, 5)])
def test_a_wave_falls_into_the_ring_of_its_frequency(period, ring):
    columns = np.arange(28)
    wave = 0.1 * np.cos(2 * np.pi * columns / period)
    images = np.broadcast_to(wave[None, None, :, None], (3, 28, 28, 1)).astype(np.float32)
    found = error_by_frequency(np.zeros_like(images), images)
    # 1/28, 1/4 and 1/2 cycles per pixel of at most 0.707, in eight rings.
    assert found.argmax() == ring
    assert found[ring] == pytest.approx(found.sum(), rel=1e-5)
