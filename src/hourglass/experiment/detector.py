"""A network and its rivals, each of which scores how unlike normal images an image is."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple, Self, final

import numpy as np
from numpy.typing import NDArray

from hourglass.baselines import Pairs, PCAReconstruction
from hourglass.evaluation import (
    NETWORK_SCORES,
    AnomalyReference,
    LayerScales,
    NetworkView,
    fit_anomaly,
    mean_squared_errors,
    neighbor_distances,
    relative_errors,
    usual_errors,
)
from hourglass.experiment import network_view
from hourglass.experiment.network_view import NetworkViewer, batches_of
from hourglass.experiment.pairs import FROZEN_SEED
from hourglass.images.memory import as_unit_range
from hourglass.models import LatentModel
from hourglass.records import DETECTION_METHODS
from hourglass.runs.archive import with_prefix
from hourglass.seeds import derive

COMPONENTS: Final = 32

Scores = Mapping[str, NDArray[np.float64]]


class Seen(NamedTuple):
    """What a detector makes of images.

    Attributes
    ----------
    scores
        By method, each of shape (images,); a higher one is less normal.
    rebuilt
        The reconstructions, shape (images, height, width, channels).
    heat
        How many times as large as usual the error is at each place, shape (images, height, width).
    """

    scores: Scores
    rebuilt: NDArray[np.float32]
    heat: NDArray[np.float32]


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Detector:
    """A trained network and what normal images are to it and to its rivals.

    Attributes
    ----------
    viewer
        Asks the network, which was trained on normal images.
    layers
        How much the layers of its encoder vary among normal training images.
    reference
        What it says of normal training images.
    pca
        The best linear code of 32 numbers for those.
    known
        Their pixels, shape (images, values).
    usual
        The error that held-out normal images have at each place, shape (height, width).
    held_out
        Scores of those by method: what thresholds are taken from.
    """

    viewer: NetworkViewer
    layers: LayerScales
    reference: AnomalyReference
    pca: PCAReconstruction
    known: NDArray[np.float32]
    usual: NDArray[np.float32]
    held_out: Scores

    def score(self, images: NDArray[np.float32]) -> dict[str, NDArray[np.float64]]:
        """Return the scores of images by method, each of shape (images,).

        Parameters
        ----------
        images
            Shape (count, height, width, channels), in [0, 1].
        """
        views = ((batch, self.viewer.view(batch, self.layers)[0]) for batch in batches_of(images))
        return _joined([_of_view(self, batch, view) for batch, view in views])

    def see(self, images: NDArray[np.float32]) -> Seen:
        """Return the scores of a few images, with their reconstructions and heat maps."""
        view, rebuilt = self.viewer.view(images, self.layers)
        heat = relative_errors(_squares(images, rebuilt), self.usual)
        return Seen(_of_view(self, images, view), rebuilt, heat)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that scores follow from but the code."""
        digest = hashlib.sha256(model_digest(self.viewer.model).encode())
        for name, array in sorted(self.state().items()):
            digest.update(f"{name} {array.shape} {array.dtype}".encode())
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    def state(self) -> dict[str, NDArray[Any]]:
        """Return all but the network as arrays by name."""
        return {
            **_arrays("layers/", self.layers),
            **_arrays("reference/", self.reference),
            **{f"pca/{name}": array for name, array in self.pca.state().items()},
            **{f"held-out/{name}": scores for name, scores in self.held_out.items()},
            "known": _smallest(self.known),
            "usual": self.usual,
        }

    @classmethod
    def restored(cls, model: LatentModel, state: Mapping[str, NDArray[Any]]) -> Self:
        """Return the detector that ``state`` was taken from.

        Raises
        ------
        KeyError, TypeError, ValueError
            If an array is missing or is of another shape.
        """
        arrays = dict(state)
        known = arrays["known"]
        return cls(
            viewer=NetworkViewer(model),
            layers=LayerScales(**with_prefix(arrays, "layers/")),
            reference=AnomalyReference(**with_prefix(arrays, "reference/")),
            pca=_pca().restore(with_prefix(arrays, "pca/")),
            known=as_unit_range(known),
            usual=arrays["usual"],
            held_out={name: arrays[f"held-out/{name}"] for name in DETECTION_METHODS},
        )


def fit_detector(
    model: LatentModel, training: NDArray[np.float32], held_out: NDArray[np.float32]
) -> Detector:
    """Return a detector of what is unlike normal images.

    Parameters
    ----------
    model
        A network with a code, trained on normal images alone.
    training
        Normal images that scores are fitted to, shape (count, height, width, channels), in [0, 1].
    held_out
        Other normal images, which neither the network nor this has learned from: thresholds are
        taken from them.
    """
    viewer = NetworkViewer(model)
    layers = viewer.scales(training)
    known = Pairs(seen=training, clean=training)
    fitted = Detector(
        viewer=viewer,
        layers=layers,
        reference=fit_anomaly(viewer.view_all(training, layers)),
        pca=_pca().fit(known, known),
        known=training.reshape(len(training), -1),
        usual=np.ones(training.shape[1:3], np.float32),
        held_out={},
    )
    scores, squares = [], []
    for batch in batches_of(held_out):
        view, rebuilt = viewer.view(batch, layers)
        scores.append(_of_view(fitted, batch, view))
        squares.append(_squares(batch, rebuilt))
    return replace(fitted, usual=usual_errors(np.concatenate(squares)), held_out=_joined(scores))


def model_digest(model: LatentModel) -> str:
    """Return the SHA-256 of the weights of a network."""
    digest = hashlib.sha256()
    for weights in model.get_weights():
        digest.update(f"{weights.shape} {weights.dtype}".encode())
        digest.update(np.ascontiguousarray(weights).data)
    return digest.hexdigest()


def detector_code() -> bytes:
    """Return what changes with how scores are made: what was fitted before is fitted again."""
    return b"".join(Path(place).read_bytes() for place in (__file__, network_view.__file__))


def _of_view(
    detector: Detector, images: NDArray[np.float32], view: NetworkView
) -> dict[str, NDArray[np.float64]]:
    """Return the scores of images by method, in the order of every table."""
    found = {name: score(detector.reference, view) for name, score in NETWORK_SCORES.items()}
    rows = images.reshape(len(images), -1)
    rivals = {
        "pca": mean_squared_errors(images, detector.pca.reconstruct(images)),
        "neighbors": neighbor_distances(rows, detector.known),
    }
    return {name: (found | rivals)[name] for name in DETECTION_METHODS}


def _pca() -> PCAReconstruction:
    return PCAReconstruction(COMPONENTS, seed=derive(FROZEN_SEED, "pca"))


def _arrays(prefix: str, record: AnomalyReference | LayerScales) -> dict[str, NDArray[Any]]:
    return {f"{prefix}{field.name}": getattr(record, field.name) for field in fields(record)}


def _joined(parts: Sequence[Scores]) -> dict[str, NDArray[np.float64]]:
    return {name: np.concatenate([part[name] for part in parts]) for name in DETECTION_METHODS}


def _squares(images: NDArray[np.float32], rebuilt: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return squared errors, the mean over channels, shape (images, height, width)."""
    squares: NDArray[np.float32] = np.square(images - rebuilt).mean(axis=-1)
    return squares


def _smallest(known: NDArray[np.float32]) -> NDArray[Any]:
    """Return pixels in the smallest type that gives them back to the last bit."""
    for dtype in (np.uint8, np.uint16):
        levels = np.rint(known * np.iinfo(dtype).max).astype(dtype)
        if np.array_equal(as_unit_range(levels), known):
            return levels
    return known
