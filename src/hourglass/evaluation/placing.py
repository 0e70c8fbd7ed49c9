"""Maps of latents that can be kept, and the places of new images on them."""

import importlib.util
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA

from hourglass.errors import ConfigurationError, DataError
from hourglass.evaluation.embedding import LEAST_IMAGES
from hourglass.evaluation.maps import perplexity_within
from hourglass.records import LatentsMap, MapFacts, MapName

#: Latents that a map is fitted to at most; the others are placed on it.
MOST_FITTED: Final = 10_000
# Below, every point is looked at; above, forces are interpolated on a grid.
_LEAST_FOR_GRID: Final = 2_000

#: From latents (count, numbers) to places (count, 2).
Place = Callable[[NDArray[np.float32]], NDArray[Any]]


def require_map(kind: MapName) -> None:
    """Refuse a kind of map whose library is missing.

    Raises
    ------
    ConfigurationError
        If it is; the extra that brings it is named.
    """
    if kind == "tsne" and importlib.util.find_spec("openTSNE") is None:
        raise ConfigurationError(
            "A t-SNE map on which new images can be placed needs openTSNE, which the extra maps "
            'brings: pip install ".[cpu,maps]". --map pca does without.'
        )


def fit_map(
    kind: MapName, latents: NDArray[np.float32], *, model_sha256: str, seed: int
) -> tuple[LatentsMap, NDArray[np.float32]]:
    """Lay latents out on a plane, so that others can be placed there later.

    Parameters
    ----------
    kind
        ``pca``: the plane in which they vary most. ``tsne``: neighbors stay neighbors (van der
        Maaten and Hinton 2008), by the implementation of Poličar, Stražar and Zupan (2024), from
        the first two principal components on.
    latents
        Shape (count, numbers), ``LEAST_IMAGES`` or more.
    model_sha256
        Of the weights that the latents come from.
    seed
        Where it starts from.

    Returns
    -------
    tuple[LatentsMap, NDArray[np.float32]]
        The map, and the place of each latent on it, shape (count, 2).

    Raises
    ------
    ConfigurationError
        If a library is missing.
    DataError
        If there are too few latents.
    """
    require_map(kind)
    if len(latents) < LEAST_IMAGES:
        raise DataError(
            f"A map needs at least {LEAST_IMAGES} images; there are {len(latents)}. Leave --map "
            "out, or add images."
        )
    tsne = kind == "tsne"
    facts = MapFacts(
        kind=kind,
        model_sha256=model_sha256,
        seed=seed,
        fitted=len(latents),
        perplexity=perplexity_within(len(latents)) if tsne else None,
    )
    if not tsne:
        found = LatentsMap(facts=facts, arrays=_principal_plane(latents, seed))
        return found, place_latents(found, latents)
    places = _fitted_tsne(facts, latents)
    return LatentsMap(facts=facts, arrays={"latents": latents, "places": places}), places


def place_latents(on: LatentsMap, latents: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the places of latents on a map that is there already, shape (count, 2).

    Each is placed by itself. On a t-SNE map it starts from the median of its 25 nearest and finds
    its place among what was fitted, which stays where it is (Poličar et al. 2024).

    Raises
    ------
    DataError
        If they have another number of numbers than what the map was fitted to.
    """
    return placing_on(on)(latents)


def placing_on(on: LatentsMap) -> Place:
    """Return a function that places latents as ``place_latents`` does, for many of them in turn.

    Raises
    ------
    ConfigurationError
        If a library is missing.
    """
    place = _placing_by_tsne(on) if on.facts.kind == "tsne" else _placing_by_pca(on)

    def checked(latents: NDArray[np.float32]) -> NDArray[np.float32]:
        if latents.shape[1] != on.numbers:
            raise DataError(
                f"The map places latents of {on.numbers:,} numbers; these have "
                f"{latents.shape[1]:,}. Name a map of this run."
            )
        return np.asarray(place(latents), np.float32)

    return checked


def _principal_plane(latents: NDArray[np.float32], seed: int) -> dict[str, NDArray[Any]]:
    wanted = min(2, latents.shape[1])
    axes = np.zeros((2, latents.shape[1]), np.float32)
    if np.ptp(latents, axis=0).any():
        axes[:wanted] = PCA(wanted, random_state=seed).fit(latents).components_
    return {"mean": latents.mean(axis=0), "axes": axes}


def _fitted_tsne(facts: MapFacts, latents: NDArray[np.float32]) -> NDArray[np.float32]:
    import openTSNE

    if not np.ptp(latents, axis=0).any():
        return np.zeros((len(latents), 2), np.float32)
    layout = openTSNE.TSNE(
        perplexity=facts.perplexity,
        initialization="pca",
        neighbors="exact",
        negative_gradient_method=_method(len(latents)),
        random_state=facts.seed,
        # The order in which several threads add up is not always the same.
        n_jobs=1,
    ).fit(_wide(latents))
    # As `transform` centers what it places others on; what is stored is where they are.
    places = np.asarray(layout, np.float64)
    places -= (places.max(axis=0) + places.min(axis=0)) / 2
    return places.astype(np.float32)


def _placing_by_pca(on: LatentsMap) -> Place:
    return lambda latents: (latents - on.arrays["mean"]) @ on.arrays["axes"].T


def _placing_by_tsne(on: LatentsMap) -> Place:
    require_map("tsne")
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import PerplexityBasedNN

    known, places, seed = on.arrays["latents"], on.arrays["places"], on.facts.seed
    if not np.ptp(known, axis=0).any():
        return lambda latents: np.zeros((len(latents), 2))
    affinities = PerplexityBasedNN(
        _wide(known), perplexity=on.facts.perplexity, method="exact", n_jobs=1, random_state=seed
    )
    method = _method(len(known))

    def place(latents: NDArray[np.float32]) -> NDArray[Any]:
        if not len(latents):
            return np.zeros((0, 2))
        layout = TSNEEmbedding(
            places, affinities, negative_gradient_method=method, random_state=seed, n_jobs=1
        )
        return np.asarray(layout.transform(_wide(latents)))

    return place


def _method(count: int) -> str:
    return "fft" if count >= _LEAST_FOR_GRID else "bh"


def _wide(latents: NDArray[Any]) -> NDArray[np.float32]:
    """Return latents of two numbers at least: one has a single principal component."""
    rows = np.ascontiguousarray(latents, np.float32)
    return np.pad(rows, [(0, 0), (0, 1)]) if rows.shape[1] < 2 else rows
