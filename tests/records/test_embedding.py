import numpy as np
import pytest

from hourglass.errors import ConfigurationError, DataError
from hourglass.records import Embedding, Maps, SuiteRow, SuiteStudy


@pytest.mark.parametrize(
    ("places", "labels", "words"),
    [
        (np.zeros((3, 2)), None, r"each of its 4 images; 'latents' has shape \(3, 2\)"),
        (np.zeros((4, 3)), None, "two finite numbers"),
        (np.full((4, 2), np.nan), None, "two finite numbers"),
        (np.zeros((4, 2)), np.zeros(3, np.int64), r"4 images on a map have labels of shape \(3,\)"),
    ],
    ids=["too-few", "three-axes", "no-number", "labels"],
)
def test_maps_that_do_not_fit_together_are_named(places, labels, words):
    with pytest.raises(DataError, match=words):
        Maps(positions=np.arange(4), labels=labels, maps={"latents": places})


def test_a_space_that_was_not_measured_is_named():
    embedding = Embedding(
        run="a-run",
        data="digits",
        model="a model",
        split="test",
        images=9,
        train_images=9,
        fitted_images=9,
        mapped_images=9,
        neighbors=4,
        perplexity=2.0,
        seed=0,
        class_names=(),
        spaces=(),
    )
    with pytest.raises(ConfigurationError, match="'latents' of a-run was not measured"):
        embedding.space("latents")


def test_a_suite_that_was_not_ranked_has_no_error():
    study = SuiteStudy(rows=(SuiteRow(run="a", validation_mse=0.1),), best="a", least_good=None)
    assert (study.validation_mse("a"), study.validation_mse("b")) == (0.1, None)
