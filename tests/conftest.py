"""Material that tests of several rooms share: real images, few and small."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

# Machines are shared: how long an example takes says nothing.
settings.register_profile("shared", deadline=None)
settings.load_profile("shared")

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Threads that spin until the others have their turn make a minute of a second of t-SNE.
os.environ.setdefault("OMP_NUM_THREADS", "1")

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def digits() -> np.ndarray:
    """Return scikit-learn's digits, shape (1797, 8, 8, 1), float32 in [0, 1]."""
    from hourglass.images import load_images

    return load_images("digits").train.read_all()


@pytest.fixture(scope="session")
def cache_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache that the tests share, so that a baseline is fitted once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, cache_of_the_tests: Path) -> None:
    """Keep the user's own settings and cache out of the tests, but for where the data lie."""
    for name in list(os.environ):
        if name.startswith("HOURGLASS_") and name != "HOURGLASS_DATA_DIR":
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOURGLASS_CACHE_DIR", str(cache_of_the_tests))
