"""A classifier at work on files: how often it is right, how sure, and what it flags.

One network is trained on Fashion-MNIST for each of ``--networks``. Files are written as PNG, eight
bits: images of the test split, MNIST digits, uniform and normal noise, and images of one gray from
black to white. ``hourglass.classify_files`` names them at the default levels. Each line has the
share of its files with each flag; ``accuracy`` and ``missed`` (the class is not in the set) are of
the files that have a class. ``test`` is the run's own record: up to 1,000 of its test images.

Trained runs are kept in ``--runs`` and never trained again.

    python benchmarks/classify_files.py --runs kept --output benchmarks/results/classify.csv
"""

import argparse
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourglass.experiment import classify_files, resume_run, run_experiment
from hourglass.images import Images, load_images, load_splits, write_image_file
from hourglass.records import (
    Experiment,
    FlagRates,
    NetworkName,
    PredictedFiles,
    Temperature,
    TrainingPlan,
)
from hourglass.runs import RunFolder
from hourglass.seeds import generator
from tables import write_table

_SHAPE: Final = (28, 28, 1)

Line = Mapping[str, object]


def main() -> None:
    """Train what is missing, classify all files, and write the table."""
    options = _options()
    shutil.rmtree(options.runs / "files", ignore_errors=True)
    folders = dict(written(options))
    write_table(options.output, measured(options, folders))


def written(options: argparse.Namespace) -> Iterator[tuple[str, Path]]:
    """Write the files, and yield the folder of each kind."""
    clothes = load_splits("fashion-mnist", data_dir=options.data_dir).test
    digits = load_images("mnist", data_dir=options.mnist or options.data_dir).parts["test"]
    chance = generator(0, "files of nothing")
    count = options.files
    grays = np.linspace(0.0, 1.0, 21)[:, None, None, None]
    kinds: dict[str, NDArray[np.floating]] = {
        "MNIST digits": digits.read(np.arange(count)),
        "uniform noise": chance.random((count, *_SHAPE)),
        "normal noise": np.clip(chance.normal(0.5, 0.15, (count, *_SHAPE)), 0.0, 1.0),
        "one gray": grays * np.ones((1, *_SHAPE)),
    }
    yield "clothes", _by_class(clothes, count, options.runs / "files" / "clothes")
    for kind, images in kinds.items():
        folder = options.runs / "files" / kind.replace(" ", "-")
        for number, image in enumerate(images.astype(np.float32)):
            write_image_file(folder / f"{number:05}.png", image)
        yield kind, folder


def measured(options: argparse.Namespace, folders: Mapping[str, Path]) -> Iterator[Line]:
    """Yield a line for each network and kind of files, its own test images first."""
    for network in options.networks:
        run = trained(network, options)
        record, facts = run.read_record(), {"network": network, "seed": options.seed}
        for kind, folder in folders.items():
            output = options.runs / "files" / f"{network}-{folder.name}.csv"
            found = classify_files(run, [folder], output, tell=print)
            if kind == "clothes" and found.rates is not None and found.scaling is not None:
                accuracy = run.read_classification().model.accuracy
                own = _of_test(found.rates, found.scaling, accuracy)
                yield {**facts, **own, "seconds": round(record.seconds["training"], 1)}
            yield {**facts, **_of_files(kind, found), "seconds": ""}


def trained(network: NetworkName, options: argparse.Namespace) -> RunFolder:
    """Return a run that was trained now or before."""
    run = RunFolder(options.runs / network)
    if run.path.is_dir():
        return resume_run(run, tell=print)
    asked = Experiment(
        data="fashion-mnist",
        objective="classify",
        network=network,
        plan=TrainingPlan(epochs=options.epochs, seed=options.seed),
    )
    return run_experiment(asked, run.path, data_dir=options.data_dir, tell=print)


def _by_class(images: Images, count: int, folder: Path) -> Path:
    """Write images into folders that are called like their classes, as far as these can be."""
    pixels, labels = images.read(np.arange(count)), images.labels
    for number, image in enumerate(pixels):
        name = (
            ""
            if labels is None or images.class_names is None
            else images.class_names[int(labels[number])]
        )
        # "T-shirt/top" is no name of a folder: these files have no class here.
        write_image_file(folder / name.replace("/", " or ") / f"{number:05}.png", image)
    return folder


def _of_test(rates: FlagRates, scaling: Temperature, accuracy: float) -> Line:
    return {
        "files": "test split",
        "count": rates.flagged.images,
        "unknown": f"{rates.unknown_flagged.rate:.4f}",
        "unsure": f"{rates.unsure.rate:.4f}",
        "missed": f"{rates.missed.rate:.4f}",
        "accuracy": f"{accuracy:.4f}",
        "temperature": f"{scaling.temperature:.4f}",
        "cross_entropy": f"{scaling.measured.cross_entropy:.4f}",
        "calibrated_cross_entropy": f"{scaling.measured.calibrated_cross_entropy:.4f}",
        "calibration_error": f"{scaling.measured.calibration_error:.4f}",
        "calibrated_error": f"{scaling.measured.calibrated_error:.4f}",
    }


def _of_files(kind: str, found: PredictedFiles) -> Line:
    labeled = found.labeled
    missed = "" if labeled is None or labeled.missed is None else labeled.missed / labeled.files
    return {
        "files": kind,
        "count": found.files,
        "unknown": f"{(found.unknown or 0) / found.files:.4f}",
        "unsure": f"{(found.unsure or 0) / found.files:.4f}",
        "missed": missed and f"{missed:.4f}",
        "accuracy": "" if labeled is None else f"{labeled.accuracy:.4f}",
        **dict.fromkeys(
            (
                "temperature",
                "cross_entropy",
                "calibrated_cross_entropy",
                "calibration_error",
                "calibrated_error",
            ),
            "",
        ),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", nargs="+", default=("convolutional", "dense"))
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--mnist", type=Path, help="Folder that holds MNIST, if it is another.")
    parser.add_argument("--runs", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
