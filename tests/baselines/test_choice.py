"""Parameters of filters, chosen with clean images and without."""

import numpy as np
import pytest

from hourglass.baselines import MedianFilter, NoisyAlone, Pairs, TotalVariation


@pytest.fixture(scope="module")
def pairs(digits):
    clean = (0.3 + 0.4 * digits[:40]).repeat(2, axis=1).repeat(2, axis=2)
    noise = np.random.default_rng(0).normal(0, 0.1, clean.shape)
    return Pairs(seen=(clean + noise).astype(np.float32), clean=clean)


@pytest.mark.parametrize("deviation", [None, 0.1], ids=["held-out pixels", "known noise"])
@pytest.mark.parametrize("build", [MedianFilter, TotalVariation])
def test_without_clean_images_nearly_the_best_is_chosen(build, deviation, pairs):
    def error(validation):
        baseline = build().fit(validation, validation)
        return np.square(baseline.reconstruct(pairs.seen) - pairs.clean).mean()

    assert error(NoisyAlone(pairs.seen, deviation)) <= 1.1 * error(pairs)


def test_noisy_images_stand_in_both_places(pairs):
    alone = NoisyAlone(pairs.seen, 0.1)
    assert alone.seen is alone.clean and alone.deviation == 0.1
