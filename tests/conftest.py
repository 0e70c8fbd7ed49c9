"""Material that tests of several rooms share: real images, few and small."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from hourglass.errors import DataError
from hourglass.files import locked
from hourglass.records import Experiment, TrainingPlan
from hourglass.runs import RunFolder

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
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all processes of one session of tests share."""
    own = tmp_path_factory.getbasetemp()
    # A process of pytest-xdist has a folder of its own inside that of the session.
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session", autouse=True)
def _no_settings_from_outside(shared_folder: Path) -> Iterator[None]:
    """Keep the user's own settings and cache out of the tests, but for where the data lie.

    For the whole session: what tests of a file share is made before the fixtures of its first
    test. The cache is shared, so that a baseline is fitted once.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("HOURGLASS_") and name != "HOURGLASS_DATA_DIR":
                patch.delenv(name)
        patch.setenv("HOURGLASS_CACHE_DIR", str(shared_folder / "cache"))
        yield


@pytest.fixture(scope="session")
def made_once(shared_folder: Path) -> Callable[[str, Experiment], RunFolder]:
    """Return a function that gives a finished run, made by the process that is first to ask.

    Nobody may change such a run: copy it first.
    """
    from hourglass.experiment import run_experiment

    def run(name: str, asked: Experiment) -> RunFolder:
        folder = RunFolder(shared_folder / name)
        with locked(folder.path.parent / f".{folder.path.name}.lock"):
            if not _finished(folder):
                # Whoever began it has failed.
                shutil.rmtree(folder.path, ignore_errors=True)
                run_experiment(asked, folder.path)
        return folder

    return run


@pytest.fixture(scope="session")
def a_classifier(made_once: Callable[[str, Experiment], RunFolder]) -> RunFolder:
    """Return a finished run that names digits."""
    asked = Experiment(
        data="digits",
        objective="classify",
        network="dense",
        units=(16, 8),
        activations=("relu", "tanh"),
        plan=TrainingPlan(epochs=12, batch_size=64, optimizer="sgd", momentum=0.9),
    )
    return made_once("classes/run", asked)


def _finished(run: RunFolder) -> bool:
    try:
        return run.read_record().status == "finished"
    except DataError:
        return False
