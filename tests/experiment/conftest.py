from collections.abc import Callable
from dataclasses import replace

import pytest

from hourglass.records import Experiment, TrainingPlan
from hourglass.runs import RunFolder

PLAN = TrainingPlan(epochs=12, batch_size=64, seed=3)
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
        plan=replace(PLAN, epochs=60),
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
