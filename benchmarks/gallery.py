"""Hold the gallery at full length against the founding systems, and its rows against collapse.

``figures`` reads finished groups (made with ``hourglass gallery run ENTRY``) and sets the test
error or accuracy of each run beside that of the system it repeats, reproduced with stock Keras on
all 60,000 training images with noise drawn once; ours train on 54,000 of them. At most 1.05 times
the error is asked, and at least 0.995 times the accuracy.

    python benchmarks/gallery.py --output benchmarks/results/gallery.csv figures runs

``seeds`` trains every run of every entry for two epochs with the seeds 0 to 4 and judges whether
it collapsed (see ``hourglass.evaluation.judge_collapse``); equal runs of two entries count once.

    python benchmarks/gallery.py --output benchmarks/results/gallery_seeds.csv seeds
"""

import argparse
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import keras

from hourglass.evaluation import judge_collapse
from hourglass.experiment.fitting import fit
from hourglass.experiment.pairs import freeze_pairs
from hourglass.experiment.table import model_spec
from hourglass.images import load_splits
from hourglass.inference import reconstruct
from hourglass.models import build_model
from hourglass.records import (
    ClassifierResult,
    Experiment,
    MemberResult,
    gallery_names,
    read_entry,
)
from hourglass.runs import GroupFolder
from tables import write_table

SEEDS: Final = range(5)
# Test MSE of the founding systems (stock Keras, one seed), by entry and run.
ANCHORS: Final[Mapping[tuple[str, str], float]] = {
    ("scratch-denoiser", "scratch"): 0.01246,
    ("scratch-denoiser", "keras"): 0.01246,
    ("lab-dense", "dense"): 0.00855,
    ("lab-conv", "strided"): 0.00210,
    ("lab-denoiser", "frozen-noise"): 0.00679,
    ("lab-denoiser", "fresh-noise"): 0.00679,
    ("noise-factor", "noise-0.2"): 0.00679,
    ("digits-conv-denoiser", "published"): 0.11396,
    ("suite-dense", "published"): 0.00452,
    ("suite-conv", "published"): 0.00457,
}
# Test accuracy of the founding classifiers, likewise; at least 0.995 times is asked.
ACCURACIES: Final[Mapping[tuple[str, str], float]] = {
    ("classifier", "adam"): 0.872,
    ("classifier", "sgd"): 0.866,
    ("classifier", "rmsprop"): 0.878,
    ("classifier", "nadam"): 0.877,
}


def figures(runs: Path) -> Iterator[dict[str, object]]:
    """Yield a line for each run of each finished group in a folder."""
    for entry in gallery_names():
        group = GroupFolder(runs / entry)
        if not group.exists():
            continue
        record = group.read_record()
        for member in record.members:
            best = group.run(member.name).read_scores().best_baseline
            baseline = (best.label, best.mse)
            yield line(group, member, "test MSE", member.test_mse, baseline, ANCHORS)
        for one in record.classifiers:
            found = group.run(one.name).read_classification().best_baseline
            baseline = (found.label, found.accuracy)
            yield line(group, one, "test accuracy", one.test_accuracy, baseline, ACCURACIES)


def line(
    group: GroupFolder,
    result: MemberResult | ClassifierResult,
    measure: str,
    value: float,
    baseline: tuple[str, float],
    anchors: Mapping[tuple[str, str], float],
) -> dict[str, object]:
    """Return the line of one run beside its best baseline and the system that it repeats."""
    run = group.run(result.name)
    record, anchor = run.read_record(), anchors.get((group.path.name, result.name))
    return {
        "entry": group.path.name,
        "run": result.name,
        "seed": run.read_experiment().plan.seed,
        "parameters": record.parameters,
        "images_seen": result.images_seen,
        "training_seconds": round(record.seconds["training"]),
        "measure": measure,
        "value": f"{value:.5f}",
        "best_baseline": baseline[0],
        "baseline": f"{baseline[1]:.5f}",
        "anchor": anchor or "",
        "ratio": "" if anchor is None else f"{value / anchor:.3f}",
    }


def seeds(data_dir: Path | None) -> Iterator[dict[str, object]]:
    """Yield a line for each run of the gallery and each seed, after two epochs."""
    known: set[Experiment] = set()
    for entry in gallery_names():
        for member in read_entry(entry).members:
            if member.experiment.classifies:
                continue
            short = replace(member.experiment.plan, epochs=2, minutes=None)
            experiment = replace(member.experiment, plan=short)
            if experiment.filled() in known:
                continue
            known.add(experiment.filled())
            for seed in SEEDS:
                seeded = replace(experiment, plan=replace(short, seed=seed))
                found = judge(seeded.filled(), data_dir)
                yield {"entry": entry, "run": member.name, "seed": seed, **found}


def judge(experiment: Experiment, data_dir: Path | None) -> dict[str, object]:
    """Train once and return what became of it on validation."""
    # The split is that of seed 0 for all, so that only the training differs.
    splits = load_splits(experiment.data, seed=0, data_dir=data_dir)
    spec = model_spec(experiment, splits.train.shape)
    model = build_model(spec, seed=experiment.plan.seed)
    start = time.perf_counter()
    training = fit(model, spec, experiment, splits, (), lambda line: None)
    seconds = time.perf_counter() - start
    pairs = freeze_pairs(splits.validation, experiment.corruption, "validation")
    collapse = judge_collapse(pairs.clean, reconstruct(model, pairs.seen))
    if collapse is None:
        raise RuntimeError("The images of a validation split are all alike.")
    keras.utils.clear_session()
    return {
        "data": experiment.data,
        "val_mse": f"{training.history.epochs[-1].val_mse:.5f}",
        "skill": f"{collapse.skill:.3f}",
        "variance": f"{collapse.variance:.3f}",
        "collapsed": collapse.collapsed,
        "expected": experiment.expected or "",
        "seconds": round(seconds),
    }


def main() -> None:
    """Read or make what was asked for, and write it as it comes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, required=True)
    parts = parser.add_subparsers(required=True, dest="part")
    parts.add_parser("figures").add_argument("runs", type=Path)
    parts.add_parser("seeds").add_argument("--data-dir", type=Path)
    words = parser.parse_args()
    lines = figures(words.runs) if words.part == "figures" else seeds(words.data_dir)
    write_table(words.output, lines)


if __name__ == "__main__":
    main()
