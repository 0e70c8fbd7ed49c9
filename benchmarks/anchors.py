"""Hold the linear baselines against figures that were computed elsewhere, by other code.

PCA and the affine LMMSE are fitted on the official 60,000 training images and scored on the
official 10,000 test images, as the published figures were; runs fit on the 54,000 that are left
without the validation slice. The ridge of the LMMSE is chosen on the last 6,000 training images.

    python benchmarks/anchors.py --output benchmarks/results/anchors.csv
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from hourglass.baselines import AffineLMMSE, Baseline, Pairs, PCAReconstruction
from hourglass.evaluation import mean_squared_errors
from hourglass.experiment.pairs import freeze_pairs
from hourglass.images import Splits, load_splits
from tables import write_table

# Test MSE of PCA, clipped to [0, 1], by the size of the code; exact, fitted on 60,000 images.
PCA = {
    "fashion-mnist": {
        1: 0.061289,
        2: 0.045645,
        8: 0.025951,
        10: 0.023717,
        16: 0.019822,
        20: 0.018063,
        32: 0.014494,
        64: 0.009836,
        128: 0.005909,
    },
    "mnist": {
        1: 0.060647,
        2: 0.055474,
        8: 0.036412,
        10: 0.032892,
        16: 0.025380,
        20: 0.021973,
        32: 0.015207,
        64: 0.007751,
        128: 0.003402,
    },
}
# Test MSE of the best affine map, clipped, by noise factor; one draw of the noise.
LMMSE = {
    "fashion-mnist": {
        0.1: 0.00339,
        0.2: 0.00774,
        0.3: 0.01164,
        0.4: 0.01518,
        0.5: 0.01838,
        0.6: 0.02130,
        0.8: 0.02648,
    },
    "mnist": {
        0.1: 0.00181,
        0.2: 0.00502,
        0.3: 0.00885,
        0.4: 0.01309,
        0.5: 0.01742,
        0.6: 0.02160,
        0.8: 0.02915,
    },
}
CHOOSING = 6000


def official(splits: Splits, corruption: str | None) -> tuple[Pairs, Pairs, Pairs]:
    """Return pairs of all 60,000 training images, of the last 6,000 of them, and of the test."""
    parts = [freeze_pairs(splits.train, corruption, "train")]
    parts.append(freeze_pairs(splits.validation, corruption, "validation"))
    training = Pairs(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))
    choosing = Pairs(training.seen[-CHOOSING:], training.clean[-CHOOSING:])
    return training, choosing, freeze_pairs(splits.test, corruption, "test")


def lines(name: str, data_dir: Path | None) -> Iterator[dict[str, object]]:
    """Yield a line of the table for each figure of one data set."""
    splits = load_splits(name, seed=0, data_dir=data_dir)
    training, choosing, test = official(splits, None)
    for size, anchor in PCA[name].items():
        found = error(PCAReconstruction(size).fit(training, choosing), test)
        yield line(name, "PCA, clipped", size, anchor, found)
    for factor, anchor in LMMSE[name].items():
        training, choosing, test = official(splits, f"gaussian:{factor}")
        found = error(AffineLMMSE().fit(training, choosing), test)
        yield line(name, "affine LMMSE", factor, anchor, found)


def error(baseline: Baseline, test: Pairs) -> float:
    """Return the mean squared error on the test images."""
    return float(mean_squared_errors(test.clean, baseline.reconstruct(test.seen)).mean())


def line(data: str, method: str, level: float, anchor: float, found: float) -> dict[str, object]:
    """Return a line of the table."""
    return {
        "data": data,
        "method": method,
        "size or noise factor": level,
        "elsewhere": f"{anchor:.6f}",
        "here": f"{found:.6f}",
        "difference": f"{found - anchor:+.6f}",
        "percent": f"{100 * (found / anchor - 1):+.2f}",
    }


def main() -> None:
    """Measure all figures and write them as they come."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    words = parser.parse_args()
    write_table(words.output, (line for name in PCA for line in lines(name, words.data_dir)))


if __name__ == "__main__":
    main()
