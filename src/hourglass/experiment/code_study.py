"""Autoencoders beside variational ones: what random codes decode to, and what lies between."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourglass.baselines import GaussianPCA
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
from hourglass.experiment.material import learned_from
from hourglass.images import Splits
from hourglass.inference import decode, encode, encode_gaussian
from hourglass.models import LatentModel, VariationalAutoencoder
from hourglass.records import CodeSource, CodeSpace, CodeSpread, RandomCodes
from hourglass.runs import RunFolder
from hourglass.seeds import derive, generator

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
    count = min(_MEASURED, len(splits.test), len(learned_from(splits.train)))
    known, test = learned_from(splits.train).read_all(), splits.test.read(np.arange(count))
    ends, place = default_ends(splits.test), f"{len(study.spaces)}"
    study.pictures[f"{place}/between/mix of pixels"] = _mix(ends)
    spreads: list[CodeSpread] = []
    random: list[RandomCodes] = []
    for run in runs:
        name, model = run.path.name, load_latent_model(run)[0]
        codes = _codes(model, known)
        spreads.append(_spread(name, model, codes))
        drawn = _drawn(model, codes, count)
        random += _beside(name, _codes(model, test), {**drawn, "training images": codes[:count]})
        for source, made in drawn.items():
            study.pictures[f"{place}/random/{name}, {source}"] = decode(model, made[:_SHOWN])
        decoded = between(model, ends[0].image, ends[1].image, _STEPS)
        study.pictures[f"{place}/between/{name}"] = decoded
        if size == 2:
            study.pictures[f"{place}/plane/{name}"] = _plane(model, codes)
    random += _of_pca(known, test, size, study.pictures, place)
    return CodeSpace(
        data=data,
        latent_dim=size,
        images=count,
        ends=(ends[0].name, ends[1].name),
        spreads=tuple(spreads),
        random=tuple(random),
    )


def _of_pca(
    known: NDArray[np.float32],
    test: NDArray[np.float32],
    size: int,
    pictures: Pictures,
    place: str,
) -> Iterator[RandomCodes]:
    pca = GaussianPCA.fit(known, size, seed=derive(_SEED, "pca"))
    # On its own scale, the Gaussian that is fitted to the codes of PCA is the standard normal.
    normals = normal_draws(len(test), len(pca.directions), _SEED)
    pictures[f"{place}/random/PCA, fitted Gaussian"] = pca.decode(normals[:_SHOWN])
    codes = pca.encode(known[: len(test)])
    yield from _beside(
        "PCA", pca.encode(test), {"fitted Gaussian": normals, "training images": codes}
    )


def _codes(model: LatentModel, images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what the decoder is given in training, shape (count, numbers): codes, or draws."""
    if not (isinstance(model, VariationalAutoencoder) and has_prior(model)):
        return encode(model, images).reshape(len(images), -1)
    mean, log_variance = encode_gaussian(model, images)
    noise = generator(_SEED, "posterior").standard_normal(mean.shape, dtype=np.float32)
    drawn: NDArray[np.float32] = mean + np.exp(0.5 * log_variance) * noise
    return drawn


def _spread(name: str, model: LatentModel, codes: NDArray[np.float32]) -> CodeSpread:
    deviations = codes.std(axis=0, dtype=np.float64)
    axes = _axes(model, codes) if codes.shape[1] == 2 else ()
    low_and_high = [(float(axis[0]), float(axis[-1])) for axis in axes]
    return CodeSpread(
        run=name,
        kind="variational" if has_prior(model) else "autoencoder",
        least_deviation=float(deviations.min()),
        greatest_deviation=float(deviations.max()),
        plane=(low_and_high[0], low_and_high[1]) if low_and_high else None,
    )


def _drawn(
    model: LatentModel, codes: NDArray[np.float32], count: int
) -> dict[CodeSource, NDArray[np.float32]]:
    """Return random codes from each source; every model is given the same draws."""
    normals = normal_draws(count, model.code_size, _SEED)
    return {
        "standard normal": prior_codes(model).codes(normals),
        "fitted Gaussian": fit_codes(codes).codes(normals),
    }


def _beside(
    maker: str, real: NDArray[np.float32], codes: Mapping[CodeSource, NDArray[np.float32]]
) -> Iterator[RandomCodes]:
    for source, made in codes.items():
        precision, recall = precision_and_recall(real, made)
        yield RandomCodes(maker=maker, source=source, precision=precision, recall=recall)


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
