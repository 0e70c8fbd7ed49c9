"""Every score that tells anomalies keeps the same promises."""

import numpy as np
import pytest

from hourglass.bundles import load_model
from hourglass.experiment import Detector, fit_detector
from hourglass.experiment.network_view import NetworkViewer
from hourglass.inference import encode, reconstruct
from hourglass.models import build_model
from hourglass.records import DECIDING, DETECTION_METHODS, NETWORK_DEFAULTS, ModelSpec
from hourglass.seeds import generator

SCORES = ["combined", "pixels", "latents", "pca", "neighbors"]


@pytest.fixture(scope="module")
def model(finished):
    return load_model(finished("autoencoder").model)[0]


@pytest.fixture(scope="module")
def detector(model, digits):
    return fit_detector(model, digits[:600], digits[600:900])


@pytest.fixture(scope="module")
def odd():
    """Return a black, a white and a gray image, and one of noise."""
    shape = (8, 8, 1)
    images = [np.zeros(shape), np.ones(shape), np.full(shape, 0.5), generator(1).random(shape)]
    return np.stack(images).astype(np.float32)


def test_the_list_of_scores_is_that_of_the_tables():
    assert list(DETECTION_METHODS) == SCORES and SCORES[0] == DECIDING


@pytest.mark.parametrize("method", SCORES)
def test_every_score_is_finite_and_higher_for_noise_than_for_normal_images(
    method, detector, digits
):
    noise = generator(2).random((50, 8, 8, 1), np.float32)
    normal, strange = (detector.score(images)[method] for images in (digits[900:1100], noise))
    assert normal.shape == (200,) and strange.shape == (50,)
    assert np.isfinite(normal).all() and np.isfinite(strange).all()
    assert np.median(strange) > np.quantile(normal, 0.95)
    assert detector.held_out[method].shape == (300,)


@pytest.mark.parametrize("method", SCORES)
def test_a_score_is_the_same_alone_and_among_others(method, detector, digits):
    together = detector.score(digits[:5])[method]
    alone = [detector.score(digits[n : n + 1])[method][0] for n in range(5)]
    assert together == pytest.approx(np.array(alone), rel=1e-4, abs=1e-4)


def test_images_of_one_color_and_noise_score_above_all_normal_images(detector, odd):
    assert (detector.score(odd)[DECIDING] > detector.held_out[DECIDING].max()).all()


def test_a_detector_is_restored_from_its_arrays_to_the_last_bit(detector, model, digits):
    state = detector.state()
    # Digits have 17 levels, none of which needs more than floating point.
    again = Detector.restored(model, state)
    assert again.digest == detector.digest
    for name, scores in detector.score(digits[:20]).items():
        assert np.array_equal(scores, again.score(digits[:20])[name])
    with pytest.raises(KeyError):
        Detector.restored(model, {name: state[name] for name in state if name != "usual"})


def test_pixels_of_files_are_kept_as_bytes(model):
    levels = generator(3).integers(0, 256, (40, 8, 8, 1)).astype(np.uint8)
    images = np.divide(levels, 255.0, dtype=np.float32)
    kept = fit_detector(model, images, images).state()["known"]
    assert kept.dtype == np.uint8 and np.array_equal(kept, levels.reshape(40, -1))


def test_what_the_network_says_is_what_it_gives_elsewhere(model, digits):
    viewer = NetworkViewer(model)
    scales = viewer.scales(digits[:200])
    view, rebuilt = viewer.view(digits[:30], scales)
    assert np.allclose(rebuilt, reconstruct(model, digits[:30]), atol=1e-6)
    codes = encode(model, digits[:30]).reshape(30, -1)
    standardized = codes / scales.deviations[-codes.shape[1] :] / np.sqrt(codes.shape[1])
    assert np.allclose(view.codes, standardized, rtol=1e-4, atol=1e-5)
    assert np.array_equal(view.features[:, -codes.shape[1] :], view.codes)


def test_a_heat_map_is_hottest_where_an_image_was_changed(detector, digits):
    image = digits[1000:1001].copy()
    before = detector.see(image).heat[0]
    image[0, :3, 0] = 1.0 - image[0, :3, 0]
    after = detector.see(image).heat[0]
    assert after.shape == (8, 8)
    assert after[:3, 0].mean() > 3 * before[:3, 0].mean()


@pytest.mark.parametrize(
    "network", ["convolutional", "dense", "pooling", "pooling-dense", "strided"]
)
def test_every_network_with_a_code_is_asked_at_every_depth(network, digits):
    spec = ModelSpec(
        network=network, image_shape=(8, 8, 1), options=NETWORK_DEFAULTS[network], corruption=None
    )
    viewer = NetworkViewer(build_model(spec))
    view, _ = viewer.view(digits[:3], viewer.scales(digits[:20]))
    assert np.isfinite(view.features).all() and view.features.shape[1] > view.codes.shape[1] > 0
