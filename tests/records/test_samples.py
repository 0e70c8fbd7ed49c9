import numpy as np
import pytest

from hourglass.errors import DataError
from hourglass.records import Samples

IMAGES = np.zeros((3, 4, 5, 1), np.float32)
WHOLE = {
    "groups": {"best": np.array([7, 2])},
    "positions": np.array([2, 5, 7]),
    "images": {"clean": IMAGES, "model": IMAGES},
    "errors": {"model": np.zeros(9, np.float32)},
}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"images": {"model": IMAGES}}, "need clean or noisy images"),
        ({"images": {"clean": IMAGES, "model": IMAGES[:2]}}, "'model' has shape"),
        ({"images": {"clean": IMAGES, "model": IMAGES[:, 1:]}}, "'model' has shape"),
        ({"images": {"clean": IMAGES[..., 0]}}, "'clean' has shape"),
        ({"positions": np.array([2, 7])}, "'clean' has shape"),
        ({"groups": {"best": np.array([7, 3])}}, r"'best' shows images \[3\]"),
        ({"errors": {"model": np.float32(0.1)}}, "one axis"),
    ],
)
def test_samples_that_do_not_fit_together(changes: dict, words: str) -> None:
    assert Samples(**WHOLE).strip("best", "model").shape == (2, 4, 5, 1)
    with pytest.raises(DataError, match=words):
        Samples(**{**WHOLE, **changes})
