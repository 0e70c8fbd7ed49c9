"""How well 16 numbers tell classes: nearest neighbors in a network's code and in as large a PCA.

The network is Hourglass' default for clean images with a code of 16, trained without any label.
Ten neighbors among the training images vote on each test image; what is chosen at all, the number
of epochs, was chosen on validation. Runs are kept in ``--runs`` and never trained again.

    python benchmarks/sixteen_numbers.py --runs kept --output benchmarks/results/sixteen_numbers.csv
"""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from hourglass.experiment import evaluate_latents, resume_run, run_experiment
from hourglass.records import Experiment, TrainingPlan
from hourglass.runs import RunFolder
from tables import write_table

LATENT_DIM: Final = 16
# Maps are not what is measured here.
_MAPPED: Final = 200


def main() -> None:
    """Train and measure what was asked for, and write the table."""
    options = _options()
    write_table(options.output, measured(options))


def measured(options: argparse.Namespace) -> Iterator[Mapping[str, object]]:
    """Yield a line for each seed, split and space."""
    for seed in options.seeds:
        run = trained(seed, options)
        for split in ("validation", "test"):
            study = evaluate_latents(
                run, split=split, most_mapped=_MAPPED, data_dir=options.data_dir, tell=print
            )
            for space in study.embedding.spaces:
                yield {
                    "data": options.data,
                    "seed": seed,
                    "epochs": options.epochs,
                    "split": split,
                    "images": study.embedding.images,
                    "space": space.label,
                    "numbers": space.dimensions,
                    "neighbors_accuracy": f"{space.neighbors_accuracy or 0.0:.4f}",
                    "probe_accuracy": f"{space.probe_accuracy or 0.0:.4f}",
                }


def trained(seed: int, options: argparse.Namespace) -> RunFolder:
    """Return a finished run, trained now or before."""
    run = RunFolder(options.runs / f"{options.data}-seed-{seed}-epochs-{options.epochs}")
    if run.path.is_dir():
        return resume_run(run, data_dir=options.data_dir, tell=print)
    plan = TrainingPlan(epochs=options.epochs, seed=seed)
    asked = Experiment(data=options.data, latent_dim=LATENT_DIM, plan=plan)
    return run_experiment(asked, run.path, data_dir=options.data_dir, tell=print)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="fashion-mnist")
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--seeds", nargs="+", type=int, default=(0, 1, 2))
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
