"""The small handwritten digits that come with scikit-learn."""

from pathlib import Path

import numpy as np

from hourglass.images.memory import ArrayImages
from hourglass.images.split import DataSet

BRIGHTEST = 16


def load_digits(data_dir: Path | None = None, offline: bool = False) -> DataSet:
    """Load 1,797 digits of 8×8 pixels, without official splits (Alpaydin and Kaynak 1998).

    Parameters
    ----------
    data_dir, offline
        Not used: the images come with scikit-learn, which is always installed.
    """
    from sklearn import datasets

    digits = datasets.load_digits()
    pixels = np.rint(digits.images * (255 / BRIGHTEST)).astype(np.uint8)[..., None]
    images = ArrayImages(pixels, digits.target, tuple("0123456789"))
    return DataSet(name="digits", train=images, source=str(location()))


def location() -> Path:
    """Return the file of scikit-learn that holds the digits."""
    import sklearn

    return Path(sklearn.__path__[0], "datasets", "data", "digits.csv.gz")
