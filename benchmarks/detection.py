"""One class of ten as the normal one: how well the others are told apart, and at which cost.

For each class a network is trained on its training images alone (nine tenths of them; the others
stop the training early and give the threshold), and the official test images of all classes are
scored. ``auroc`` is the area under the curve of a method, ``detected`` the share of anomalies above
its threshold at the asked rate of false alarms, and ``false_alarms`` the share of normal test
images above it. ``false_alarms_divided`` is the mean of ten divisions of the held-out and the test
images of the class, drawn by chance, into as many to calibrate on and the others to measure on:
the network is trained once, and has seen neither.

Trained runs are kept in ``--runs`` and never trained again; scores are taken afresh.

    python benchmarks/detection.py --runs kept --output benchmarks/results/detection.csv
"""

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import ConfigurationError
from hourglass.evaluation import area_under_curve, conformal_threshold
from hourglass.experiment import resume_run, run_experiment
from hourglass.experiment.codes import load_latent_model
from hourglass.experiment.normal_images import fitted_to_run
from hourglass.images import Images, Splits, load_splits
from hourglass.records import DETECTION_METHODS, Experiment, TrainingPlan
from hourglass.runs import RunFolder
from hourglass.seeds import generator
from tables import write_table

DATA: Final = ("fashion-mnist", "mnist")
DIVISIONS: Final = 10
_FIGURES: Final = ("auroc", "detected", "false_alarms", "false_alarms_divided")

Line = Mapping[str, object]
Scores = Mapping[str, NDArray[np.float64]]


def main() -> None:
    """Train and measure what was asked for, and write the table."""
    options = _options()
    lines = write_table(options.output, measured(options))
    for data in options.data:
        for line in _means(line for line in lines if line["data"] == data):
            print(json.dumps(line))


def measured(options: argparse.Namespace) -> Iterator[Line]:
    """Yield a line for each data set, class, seed and method."""
    for data in options.data:
        splits = load_splits(data, data_dir=options.data_dir)
        for number in options.classes or np.unique(_labels(splits.test)).tolist():
            for seed in options.seeds:
                run = trained(splits, number, seed, options)
                yield from of_class(run, splits, number, seed, options.rate)


def trained(splits: Splits, number: int, seed: int, options: argparse.Namespace) -> RunFolder:
    """Return a run that was trained on the images of one class, now or before."""
    place = options.runs / f"{splits.name}-{number}"
    run = RunFolder(place / f"seed-{seed}")
    if run.path.is_dir():
        return resume_run(run, tell=print)
    images = place / "normal.npz"
    if not images.is_file():
        place.mkdir(parents=True, exist_ok=True)
        training = [_of_class(part, number) for part in (splits.train, splits.validation)]
        np.savez(images, x_train=np.concatenate(training), x_test=_of_class(splits.test, number))
    plan = TrainingPlan(epochs=options.epochs, batch_size=options.batch_size, seed=seed)
    asked = Experiment(
        data=str(images.absolute()),
        network=options.network,
        latent_dim=options.latent_dim,
        corruption=options.corruption,
        objective=options.objective,
        plan=plan,
    )
    return run_experiment(asked, run.path, tell=print)


def of_class(run: RunFolder, splits: Splits, number: int, seed: int, rate: float) -> Iterator[Line]:
    """Yield a line for each method with one class as the normal one."""
    model, _ = load_latent_model(run)
    fitted = fitted_to_run(run, model, data_dir=None, offline=True, tell=print)
    scores = fitted.detector.score(splits.test.read_all())
    normal = _labels(splits.test) == number
    record, experiment = run.read_record(), run.read_experiment()
    for name in DETECTION_METHODS:
        held_out = fitted.detector.held_out[name]
        yield {
            "data": splits.name,
            "normal_class": number,
            "seed": seed,
            "method": name,
            **_figures(held_out, scores[name][normal], scores[name][~normal], rate, seed),
            "asked": rate,
            "train_images": len(fitted.detector.known),
            "held_out_images": len(held_out),
            "test_images": len(normal),
            "network": experiment.network,
            "latent_dim": experiment.latent_dim,
            "steps": record.steps,
            "training_seconds": round(record.seconds["training"], 1),
        }


def _figures(
    held_out: NDArray[np.float64],
    normal: NDArray[np.float64],
    anomalous: NDArray[np.float64],
    rate: float,
    seed: int,
) -> dict[str, object]:
    threshold = conformal_threshold(held_out, rate)
    divided = _divided(np.concatenate([held_out, normal]), len(held_out), rate, seed)
    area = area_under_curve(normal, anomalous)
    found = (area, (anomalous > threshold).mean(), (normal > threshold).mean(), divided)
    return {name: f"{value:.5f}" for name, value in zip(_FIGURES, found, strict=True)}


def _divided(scores: NDArray[np.float64], count: int, rate: float, seed: int) -> float:
    """Return the mean rate of false alarms over divisions of normal images by chance."""
    rates = []
    for division in range(DIVISIONS):
        drawn = scores[generator(seed, "division", str(division)).permutation(len(scores))]
        threshold = conformal_threshold(drawn[:count], rate)
        rates.append(float((drawn[count:] > threshold).mean()))
    return float(np.mean(rates))


def _of_class(images: Images, number: int) -> NDArray[np.uint8]:
    """Return the images of a class as bytes, shape (count, height, width, channels)."""
    read = images.read(np.flatnonzero(_labels(images) == number))
    return np.rint(read * 255).astype(np.uint8)


def _labels(images: Images) -> NDArray[np.int64]:
    if images.labels is None:
        raise ConfigurationError("The images of this benchmark need labels; choose other --data.")
    return images.labels


def _means(lines: Iterable[Line]) -> Iterator[Line]:
    lines = list(lines)
    for name in DETECTION_METHODS:
        mine = [line for line in lines if line["method"] == name]
        means = {
            figure: round(float(np.mean([float(str(line[figure])) for line in mine])), 4)
            for figure in _FIGURES
        }
        yield {"data": mine[0]["data"], "method": name, "trainings": len(mine), **means}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", nargs="+", default=DATA)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--classes", nargs="+", type=int)
    parser.add_argument("--seeds", nargs="+", type=int, default=(0,))
    parser.add_argument("--rate", type=float, default=0.01)
    parser.add_argument("--network", default="convolutional")
    parser.add_argument("--latent-dim", type=int)
    parser.add_argument("--corruption")
    parser.add_argument("--objective")
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
