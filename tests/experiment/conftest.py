from collections.abc import Callable
from pathlib import Path

import pytest

from hourglass.records import Experiment, TrainingPlan
from hourglass.runs import RunFolder

PLAN = TrainingPlan(epochs=12, batch_size=64, seed=3)
EXPERIMENTS = {
    "denoiser": Experiment(
        data="digits", corruption="gaussian:0.3", network="unet", units=(16, 16), plan=PLAN
    ),
    "dense-denoiser": Experiment(
        data="digits", corruption="gaussian:0.3", network="dense", units=(32,), plan=PLAN
    ),
    "autoencoder": Experiment(data="digits", units=(8, 16), latent_dim=16, plan=PLAN),
    "variational": Experiment(
        data="digits",
        network="dense",
        units=(32,),
        latent_dim=4,
        objective="variational",
        plan=PLAN,
    ),
}


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], RunFolder]:
    """Return a function that gives a finished run by its name, made when first asked for."""
    from hourglass.experiment import run_experiment

    root: Path = tmp_path_factory.mktemp("runs")

    def run(name: str) -> RunFolder:
        path = root / name
        return RunFolder(path) if path.exists() else run_experiment(EXPERIMENTS[name], path)

    return run
