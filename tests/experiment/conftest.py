from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hourglass.bundles import save_model
from hourglass.images import write_image_file
from hourglass.models import build_model
from hourglass.records import Experiment, ModelSpec, NetworkOptions, TrainingPlan
from hourglass.runs import RunFolder
from hourglass.seeds import generator

# Small batches: an epoch costs more than its steps where images are few.
PLAN = TrainingPlan(epochs=6, batch_size=32, seed=3)
EXPERIMENTS = {
    "denoiser": Experiment(
        data="digits", corruption="gaussian:0.3", network="unet", units=(16, 16), plan=PLAN
    ),
    # Long enough to be better on noisy images than the same network that saw clean ones.
    "dense-denoiser": Experiment(
        data="digits",
        corruption="gaussian:0.3",
        network="dense",
        units=(48,),
        plan=replace(PLAN, epochs=30),
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
def finished(made_once: Callable[[str, Experiment], RunFolder]) -> Callable[[str], RunFolder]:
    """Return a function that gives a finished run by its name, made when first asked for."""
    return lambda name: made_once(f"runs/{name}", EXPERIMENTS[name])


@pytest.fixture(scope="session")
def untrained() -> Callable[..., RunFolder]:
    """Return a function that makes a run with a model as it is before its first step."""

    def run(
        path: Path,
        corruption: str,
        network: Any = "unet",
        size: int | None = None,
        channels: int = 1,
    ) -> RunFolder:
        folder = RunFolder(path)
        folder.write_experiment(Experiment(data="digits", network=network, corruption=corruption))
        spec = ModelSpec(
            network=network,
            image_shape=(size, size, channels),
            options=NetworkOptions(units=(4,), latent_dim=None, activation="silu"),
            corruption=corruption,
        )
        save_model(build_model(spec), spec, folder.model)
        return folder

    return run


@pytest.fixture(scope="session")
def identity(
    untrained: Callable[..., RunFolder], tmp_path_factory: pytest.TempPathFactory
) -> RunFolder:
    """Return a run whose model gives every image back: the last layers of a U-Net start at 0."""
    return untrained(tmp_path_factory.mktemp("identity"), "gaussian:0.05..0.5")


@pytest.fixture
def noisy_files(tmp_path: Path, digits: np.ndarray) -> Path:
    """Return a folder in which `in` holds six noisy digits, half of them in `in/sub`."""
    noise = generator(1)
    for number, clean in enumerate(digits[:6]):
        noisy = np.clip(clean + noise.normal(0, 0.3, clean.shape), 0, 1).astype(np.float32)
        name = f"sub/{number}.png" if number % 2 else f"{number}.png"
        write_image_file(tmp_path / "in" / name, noisy)
    return tmp_path
