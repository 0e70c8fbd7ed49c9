import numpy as np

from hourglass.baselines import GaussianPCA, Pairs, PCAReconstruction
from hourglass.seeds import generator


def test_codes_of_the_training_images_have_the_moments_of_the_standard_normal(digits):
    codes = GaussianPCA.fit(digits, 5).encode(digits)
    assert np.abs(codes.mean(axis=0)).max() < 1e-4
    assert np.allclose(np.cov(codes.T), np.eye(5), atol=1e-3)


def test_there_and_back_is_the_reconstruction_of_pca(digits):
    pairs = Pairs(digits[:500], digits[:500])
    pca, gaussian = PCAReconstruction(6).fit(pairs, pairs), GaussianPCA.fit(digits[:500], 6)
    rebuilt = gaussian.decode(gaussian.encode(digits[500:520]))
    assert np.allclose(rebuilt, pca.reconstruct(digits[500:520]), atol=1e-3)


def test_random_images_are_images(digits):
    normals = generator(0).standard_normal((40, 5), dtype=np.float32)
    made = GaussianPCA.fit(digits, 5).decode(normals)
    assert made.shape == (40, 8, 8, 1) and made.min() >= 0.0 and made.max() <= 1.0


def test_there_are_no_more_components_than_images(digits):
    few = GaussianPCA.fit(digits[:3], 30)
    assert len(few.directions) == 3 and np.isfinite(few.encode(digits[:9])).all()
