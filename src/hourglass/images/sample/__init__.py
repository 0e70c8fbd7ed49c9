"""Real Fashion-MNIST images that come with the package, so that a demo needs no network.

8,000 training and 2,000 test images, as many of each class, drawn by ``scripts/make_sample.py``.
They are published by Zalando SE under the MIT license, which lies beside them.
"""

from importlib.resources import files
from pathlib import Path
from typing import Final

from hourglass.errors import DataError
from hourglass.images.arrays import load_npz
from hourglass.images.split import DataSet

NAME: Final = "fashion-mnist-small"
FINGERPRINT: Final = "cab34d5ac3e435e9ae997937f19bb06b0c565f1d9cebebbdd6a327f3e9d537cd"


def load_sample(data_dir: Path | None = None, offline: bool = False) -> DataSet:
    """Load the images that come with the package.

    Parameters
    ----------
    data_dir, offline
        Not used: the images are always there.

    Raises
    ------
    DataError
        If the installed file is not the one that was published.
    """
    path = location()
    data_set = load_npz(path) if path.is_file() else None
    if data_set is None or data_set.fingerprint != FINGERPRINT:
        raise DataError(
            f"{path} is missing or not the published sample: fingerprint {FINGERPRINT} was "
            "expected. Install hourglass-autoencoders again."
        )
    return data_set


def location() -> Path:
    """Return the file that holds the images."""
    return Path(str(files(__name__) / f"{NAME}.npz"))
