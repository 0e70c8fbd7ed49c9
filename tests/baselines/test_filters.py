"""What only the filters do: their one parameter follows the noise on validation."""

from itertools import product

import numpy as np
import pytest
import pywt
from skimage.restoration import denoise_tv_chambolle

from hourglass.baselines import (
    GaussianFilter,
    MedianFilter,
    NonLocalMeans,
    Pairs,
    TotalVariation,
    WaveletShrinkage,
)
from hourglass.baselines.choice import chosen_on_validation
from hourglass.images import load_images
from hourglass.seeds import generator

PARAMETERS = [
    pytest.param(GaussianFilter, "_width", id="gaussian-filter"),
    pytest.param(NonLocalMeans, "_tolerance", id="non-local-means"),
    pytest.param(TotalVariation, "_weight", id="total-variation"),
    pytest.param(WaveletShrinkage, "_threshold", id="wavelet"),
]


def noisy(clean, level):
    noise = generator(0, "filters").normal(0, level, clean.shape)
    return Pairs(np.clip(clean + noise, 0, 1).astype(np.float32), clean)


@pytest.fixture(scope="module")
def clothes():
    return load_images("fashion-mnist-small").test.read(range(60))


@pytest.mark.parametrize(("build", "name"), PARAMETERS)
def test_stronger_noise_on_validation_gives_a_stronger_filter(build, name, clothes):
    training, weak, strong = noisy(clothes, 0.2), noisy(clothes[:20], 0.1), noisy(clothes[:20], 0.4)
    gentle, firm = build().fit(training, weak), build().fit(training, strong)
    assert vars(gentle)[name] < vars(firm)[name]
    assert gentle.detail != firm.detail and "chosen on validation" in gentle.detail


@pytest.mark.parametrize(("build", "name"), PARAMETERS)
def test_filters_take_away_noise(build, name, clothes):
    seen, clean = noisy(clothes[40:], 0.2)
    rebuilt = build().fit(*[noisy(clothes[:20], 0.2)] * 2).reconstruct(seen)
    assert np.square(rebuilt - clean).mean() < 0.65 * np.square(seen - clean).mean()


@pytest.mark.parametrize("build", [MedianFilter, *[build.values[0] for build in PARAMETERS]])
def test_channels_and_images_stay_apart(build):
    images = np.zeros((2, 9, 9, 2), np.float32)
    images[1, :, :, 1] = 1.0
    pairs = Pairs(images, images)
    assert np.allclose(build().fit(pairs, pairs).reconstruct(images), images, atol=1e-6)


def test_total_variation_takes_the_steps_of_scikit_image(clothes):
    seen = np.concatenate([noisy(clothes[:4], 0.2).seen, noisy(clothes[4:8], 0.2).seen], axis=-1)
    baseline = TotalVariation().fit(*[noisy(clothes, 0.2)] * 2)
    peer = [
        denoise_tv_chambolle(
            image, weight=baseline._weight, eps=0.0, max_num_iter=41, channel_axis=-1
        )
        for image in seen
    ]
    assert np.allclose(baseline.reconstruct(seen), np.clip(peer, 0, 1), atol=1e-5)


def test_wavelet_shrinkage_is_the_mean_over_all_shifts(clothes):
    seen = noisy(clothes[:3], 0.2).seen
    baseline = WaveletShrinkage().fit(*[noisy(clothes, 0.2)] * 2)
    shifts = [np.array(shift) for shift in product(range(4), repeat=2)]
    peer = np.mean([shrunk(seen, baseline._threshold, shift) for shift in shifts], axis=0)
    assert np.allclose(baseline.reconstruct(seen), np.clip(peer, 0, 1), atol=1e-5)


def shrunk(images, threshold, shift):
    """Shift, set small coefficients of the decimated Haar transform to zero, and shift back."""
    shifted = np.roll(images, shift, axis=(1, 2))
    coarse, *details = pywt.wavedec2(shifted, "haar", level=2, axes=(1, 2))
    kept = [tuple(pywt.threshold(band, threshold, "hard") for band in bands) for bands in details]
    return np.roll(pywt.waverec2([coarse, *kept], "haar", axes=(1, 2)), -shift, axis=(1, 2))


def test_the_best_candidate_on_the_first_images_is_chosen():
    clean = np.full((300, 2, 2, 1), 0.5, np.float32)
    clean[100:] = 0.9
    counts = []

    def constant(seen, value):
        counts.append(len(seen))
        return np.full_like(seen, value)

    assert chosen_on_validation((0.1, 0.4, 0.9), constant, Pairs(clean, clean)) == 0.4
    assert counts == [100] * 3
