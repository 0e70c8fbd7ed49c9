import numpy as np
import pytest

from hourglass.errors import ConfigurationError
from hourglass.experiment import run_experiment
from hourglass.experiment.linear_study import study_linear
from hourglass.records import Experiment, TrainingPlan

LINEAR = {"activation": "linear", "code_activation": "linear", "output_activation": "linear"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    asked = Experiment(
        data="digits",
        network="dense",
        units=(),
        latent_dim=4,
        plan=TrainingPlan(epochs=20, batch_size=16, learning_rate=0.02, keep="last"),
        **LINEAR,
    )
    return run_experiment(asked, tmp_path_factory.mktemp("linear") / "run")


@pytest.fixture(scope="module")
def study(run):
    return study_linear([run])


def test_gradients_come_near_and_least_squares_arrive(study):
    found = {row.method: row.comparison for row in study.rows}
    assert [row.latent_dim for row in study.rows] == [4, 4, 4]
    assert 0 < found["gradient"].excess < 1e-2
    assert abs(found["exact"].excess) < 1e-6
    assert found["exact"].largest_angle < 0.5
    assert found["gradient"].largest_angle < 10


def test_the_penalty_finds_the_components_themselves(study):
    regularized = study.rows[-1].comparison
    assert regularized.least_cosine > 0.999
    assert regularized.excess > 0


def test_directions_are_kept_as_images(study):
    assert list(study.components) == ["PCA", "gradient", "exact", "regularized"]
    assert {images.shape for images in study.components.values()} == {(4, 8, 8, 1)}
    pca, regularized = study.components["PCA"], study.components["regularized"]
    assert np.abs(pca - regularized).max() < 0.05


def test_a_run_that_is_not_linear_is_refused(finished):
    with pytest.raises(ConfigurationError, match="Only a linear autoencoder"):
        study_linear([finished("dense-denoiser")])
