"""A run with a code, and small files for it, without a training."""

from pathlib import Path

import numpy as np

from hourglass.bundles import save_model
from hourglass.images import write_image_file
from hourglass.models import build_model
from hourglass.records import (
    Experiment,
    FolderOptions,
    LatentRows,
    LatentsFacts,
    LatentsRequest,
    ModelSpec,
    NetworkOptions,
)
from hourglass.runs import RunFolder


def latent_run(
    path: Path,
    *,
    seed: int = 0,
    objective: str | None = None,
    side: int = 8,
    numbers: int = 4,
    folder: FolderOptions = FolderOptions(),
) -> RunFolder:
    """Make a run whose model has a code, as it is before its first step."""
    run = RunFolder(path)
    run.write_experiment(
        Experiment(data="digits", network="dense", objective=objective, folder=folder)
    )
    spec = ModelSpec(
        network="dense",
        image_shape=(side, side, 1),
        options=NetworkOptions(units=(16 * numbers,), latent_dim=numbers, activation="silu"),
        objective=objective,
        **({"beta": 1.0} if objective == "variational" else {}),
    )
    save_model(build_model(spec, seed=seed), spec, run.model)
    return run


def write_digits(folder: Path, digits: np.ndarray, count: int) -> Path:
    """Write the first digits as PNG files, in two sub-folders by turns."""
    for number, image in enumerate(digits[:count]):
        write_image_file(folder / ("even", "odd")[number % 2] / f"{number:03}.png", image)
    return folder


def some_rows(count: int, *, start: int = 0, everything: bool = True) -> LatentRows:
    """Return rows with names that are hard to keep, and with all columns or none but those due."""
    chance = np.random.default_rng(start)
    names = tuple(f'a b/é "{number}", x\u2028.png' for number in range(start, start + count))
    return LatentRows(
        ids=2 * np.arange(start, start + count),
        paths=names,
        labels=tuple(("cat", "")[number % 2] for number in range(count)) if everything else None,
        latents=chance.normal(size=(count, 3)).astype(np.float32),
        digests=chance.integers(0, 256, (count, 16)).astype(np.uint8),
        thumbnails=tuple(bytes([number]) * number for number in range(count))
        if everything
        else None,
        places=chance.normal(size=(count, 2)).astype(np.float32) if everything else None,
    )


def facts_of(rows: int, *, everything: bool = True) -> LatentsFacts:
    """Return what a file with such rows says about itself."""
    request = LatentsRequest(
        model_sha256="a" * 64,
        images="images",
        images_sha256="b" * 64,
        count=rows + 1,
        image_shape=(8, 8, 1),
        thumbnails=everything,
        map="pca" if everything else None,
    )
    return LatentsFacts(
        request=request,
        rows=rows,
        numbers=3,
        labeled=everything,
        failed=1,
        reasons={"bad.png": "it is empty"},
    )
