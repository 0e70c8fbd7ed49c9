"""Autoencoders beside variational ones: what random codes decode to, and what lies between."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourglass.baselines import images_from_pca
from hourglass.evaluation import (
    fit_codes,
    interpolate,
    normal_quantiles,
    plane_codes,
    precision_and_recall,
)
from hourglass.experiment.codes import (
    End,
    between,
    default_ends,
    has_prior,
    load_latent_model,
    normal_draws,
    prior_codes,
)
from hourglass.experiment.evaluate import load_splits_of
from hourglass.images import Splits
from hourglass.inference import decode, encode
from hourglass.models import LatentModel
from hourglass.records import CodeSource, CodeSpace, CodeSpread, RandomImages
from hourglass.runs import RunFolder
from hourglass.seeds import derive

# Not the seed of a run: every model is given the same draws.
_SEED: Final = 0
_MEASURED: Final = 1000
_SHOWN: Final = 10
_STEPS: Final = 10
_GRID: Final = 15
# The grid of an autoencoder leaves out the codes that lie farthest out.
_OUTERMOST: Final = (1.0, 99.0)

Pictures = dict[str, NDArray[np.float32]]


@dataclass(kw_only=True, slots=True)
class CodeStudy:
    """What the study of several runs found.

    Attributes
    ----------
    spaces
        One for each data set and size of the code.
    pictures
        Images (count, height, width, channels): ``NUMBER/random/LABEL``, ``NUMBER/between/LABEL``
        and ``NUMBER/plane/RUN``, where the number is that of the space.
    """

    spaces: list[CodeSpace] = field(default_factory=list)
    pictures: Pictures = field(default_factory=dict)


def study_codes(
    runs: Sequence[RunFolder], *, data_dir: Path | None = None, offline: bool = False
) -> CodeStudy:
    """Draw random codes, interpolate and decode planes with every run; tell how codes lie.

    Parameters
    ----------
    runs
        Finished runs whose networks have a code; those on the same data with codes of the same
        size are compared.
    data_dir, offline
        Where data come from.

    Raises
    ------
    ConfigurationError
        If a run has no code.
    """
    study = CodeStudy()
    sizes = {run: load_latent_model(run)[0].code_size for run in runs}
    for (data, size), members in _spaces(sizes).items():
        splits = load_splits_of(members[0], data_dir=data_dir, offline=offline)
        study.spaces.append(_space(data, size, members, splits, study))
    return study


def _spaces(sizes: dict[RunFolder, int]) -> dict[tuple[str, int], list[RunFolder]]:
    """Return the runs of each data set and size of the code, in order."""
    spaces: dict[tuple[str, int], list[RunFolder]] = {}
    for run, size in sizes.items():
        spaces.setdefault((run.read_experiment().data, size), []).append(run)
    return spaces


def _space(
    data: str, size: int, runs: Sequence[RunFolder], splits: Splits, study: CodeStudy
) -> CodeSpace:
    count = min(_MEASURED, len(splits.test), len(splits.train))
    normals = normal_draws(count, size, _SEED)
    known, real = splits.train.read_all(), splits.test.read(np.arange(count))
    ends, place = default_ends(splits.test), f"{len(study.spaces)}"
    study.pictures[f"{place}/between/mix of pixels"] = _mix(ends)
    spreads, random = [], []
    for run in runs:
        model, _ = load_latent_model(run)
        codes = encode(model, known).reshape(len(known), -1)
        spreads.append(_spread(run, model, codes))
        for source, images in _random(model, codes, normals):
            made = _beside(run.path.name, source, real, images)
            random.append(made)
            study.pictures[f"{place}/random/{made.label}"] = images[:_SHOWN]
        decoded = between(model, ends[0].image, ends[1].image, _STEPS)
        study.pictures[f"{place}/between/{run.path.name}"] = decoded
        if size == 2:
            study.pictures[f"{place}/plane/{run.path.name}"] = _plane(model, codes)
    linear = images_from_pca(known, normals, seed=derive(_SEED, "pca"))
    random.append(_beside("PCA", "fitted Gaussian", real, linear))
    study.pictures[f"{place}/random/{random[-1].label}"] = linear[:_SHOWN]
    random.append(_beside("training images", None, real, known[:count]))
    return CodeSpace(
        data=data,
        latent_dim=size,
        images=count,
        ends=(ends[0].name, ends[1].name),
        spreads=tuple(spreads),
        random=tuple(random),
    )


def _spread(run: RunFolder, model: LatentModel, codes: NDArray[np.float32]) -> CodeSpread:
    deviations = codes.std(axis=0, dtype=np.float64)
    axes = _axes(model, codes) if codes.shape[1] == 2 else ()
    low_and_high = [(float(axis[0]), float(axis[-1])) for axis in axes]
    return CodeSpread(
        run=run.path.name,
        kind="variational" if has_prior(model) else "autoencoder",
        least_deviation=float(deviations.min()),
        greatest_deviation=float(deviations.max()),
        plane=(low_and_high[0], low_and_high[1]) if low_and_high else None,
    )


def _random(
    model: LatentModel, codes: NDArray[np.float32], normals: NDArray[np.float32]
) -> Iterator[tuple[CodeSource, NDArray[np.float32]]]:
    yield "standard normal", decode(model, prior_codes(model).codes(normals))
    yield "fitted Gaussian", decode(model, fit_codes(codes).codes(normals))


def _beside(
    maker: str, codes: CodeSource | None, real: NDArray[np.float32], made: NDArray[np.float32]
) -> RandomImages:
    precision, recall = precision_and_recall(real, made)
    return RandomImages(maker=maker, codes=codes, precision=precision, recall=recall)


def _mix(ends: tuple[End, End]) -> NDArray[np.float32]:
    return interpolate(ends[0].image, ends[1].image, _STEPS)


def _plane(model: LatentModel, codes: NDArray[np.float32]) -> NDArray[np.float32]:
    return decode(model, plane_codes(*_axes(model, codes)))


def _axes(model: LatentModel, codes: NDArray[np.float32]) -> list[NDArray[np.float64]]:
    """Return the values of both numbers on the grid: where the codes of this model lie."""
    if has_prior(model):
        return [normal_quantiles(_GRID)] * 2
    low, high = np.percentile(codes.astype(np.float64), _OUTERMOST, axis=0)
    return list(np.linspace(low, high, _GRID).T)
