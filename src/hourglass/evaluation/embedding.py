"""How images lie in a space of numbers: do neighbors belong together, do classes stand apart."""

import warnings
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from sklearn import metrics
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.manifold import trustworthiness as trustworthiness_of
from sklearn.metrics.cluster import contingency_matrix
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hourglass.errors import DataError
from hourglass.records import SpaceName, SpaceScores

NEIGHBORS: Final = 10
# Ranks of neighbors mean something where most images are not neighbors.
LEAST_IMAGES: Final = 5
_STEPS: Final = 2000
# Ten times scikit-learn's: a finer optimum takes nine times as long for as many right answers.
_TOLERANCE: Final = 1e-3


class Classes(NamedTuple):
    """The classes of images and of training images, shape (count,) each."""

    labels: NDArray[np.int64]
    training: NDArray[np.int64]


def score_space(
    space: SpaceName,
    label: str,
    *,
    codes: NDArray[Any],
    training: NDArray[Any],
    fitted: NDArray[np.int64],
    mapped: NDArray[np.int64],
    pixels: NDArray[Any],
    places: NDArray[Any],
    classes: Classes | None = None,
    seed: int = 0,
) -> SpaceScores:
    """Measure how the images of a split lie in one space.

    Parameters
    ----------
    space, label
        As in ``SpaceScores``.
    codes, training
        The images of the split and the training images in this space, shape (count, dimensions).
    fitted
        Which training images probe and clusters are fitted to.
    mapped
        Which images of the split are on the map; neighborhoods are compared for these.
    pixels
        The pixels of the mapped images, shape (mapped, values).
    places
        Their places on the map of this space, shape (mapped, 2).
    classes
        ``None`` leaves out what needs labels.
    seed
        For the clusters.
    """
    neighbors, shown = neighbors_within(len(mapped)), codes[mapped]
    scores = SpaceScores(
        space=space,
        label=label,
        dimensions=codes.shape[1],
        effective_dimension=effective_dimension(codes),
        trustworthiness=trustworthiness(pixels, shown, neighbors),
        continuity=continuity(pixels, shown, neighbors),
        map_trustworthiness=trustworthiness(shown, places, neighbors),
    )
    if classes is None:
        return scores
    labels, known = classes
    groups = len(np.unique(known))
    clusters = find_clusters(codes, groups, training=training[fitted], seed=seed)
    return replace(
        scores,
        neighbors_accuracy=neighbors_accuracy(
            codes, labels, training=training, training_labels=known, neighbors=neighbors
        ),
        probe_accuracy=probe_accuracy(
            codes, labels, training=training[fitted], training_labels=known[fitted]
        ),
        clustering_accuracy=clustering_accuracy(labels, clusters),
        mutual_information=mutual_information(labels, clusters),
        adjusted_rand=adjusted_rand(labels, clusters),
        map_neighbors_accuracy=neighbors_accuracy_among(places, labels[mapped], neighbors),
    )


def neighbors_within(count: int) -> int:
    """Return how many neighbors are asked among ``count`` images: ten, or as many as there are.

    Raises
    ------
    DataError
        If there are too few images to have neighbors.
    """
    if count < LEAST_IMAGES:
        raise DataError(
            f"Neighbors need at least {LEAST_IMAGES} images; there are {count}. Add images."
        )
    return min(NEIGHBORS, (count - 1) // 2)


def effective_dimension(codes: NDArray[Any]) -> float:
    """Return the participation ratio (Σ λ)² / Σ λ² of the covariance's eigenvalues λ.

    Between 1, where one direction carries everything, and the number of directions; 0 for codes
    that are all alike. The sums are traces, (tr C)² / tr C², and tr C² is the same for the
    covariance of numbers and for the products between images: the smaller matrix is taken.

    Parameters
    ----------
    codes
        Shape (count, ...), the numbers of each code in any arrangement.
    """
    rows = codes.reshape(len(codes), -1).astype(np.float64)
    rows -= rows.mean(axis=0)
    products = rows.T @ rows if rows.shape[1] <= len(rows) else rows @ rows.T
    total = float(np.square(np.trace(products)))
    return total / max(float(np.square(products).sum()), 1e-300)


def neighbors_accuracy(
    codes: NDArray[Any],
    labels: NDArray[np.int64],
    *,
    training: NDArray[Any],
    training_labels: NDArray[np.int64],
    neighbors: int = NEIGHBORS,
) -> float:
    """Return the share of images whose class their nearest training images tell.

    Each of the ``neighbors`` nearest has one vote (Cover and Hart 1967), Euclidean distances.

    Parameters
    ----------
    codes, labels
        What is asked: shapes (count, dimensions) and (count,).
    training, training_labels
        What is known, alike.
    neighbors
        How many are asked.
    """
    # A tree is slower than a matrix product from about 15 dimensions on.
    known = KNeighborsClassifier(min(neighbors, len(training)), algorithm="brute")
    return float(known.fit(training, training_labels).score(codes, labels))


def neighbors_accuracy_among(
    codes: NDArray[Any], labels: NDArray[np.int64], neighbors: int = NEIGHBORS
) -> float:
    """Return the share of images whose class their nearest *other* images tell.

    The leave-one-out form, for maps that have no place for new images. Of classes with as many
    votes the one with the lower number wins, as in scikit-learn.

    Parameters
    ----------
    codes, labels
        Shapes (count, dimensions) and (count,).
    neighbors
        How many are asked.
    """
    found = NearestNeighbors(n_neighbors=neighbors).fit(codes).kneighbors(return_distance=False)
    votes = np.eye(int(labels.max()) + 1, dtype=np.int64)[labels[found]].sum(axis=1)
    return float((votes.argmax(axis=1) == labels).mean())


def probe_accuracy(
    codes: NDArray[Any],
    labels: NDArray[np.int64],
    *,
    training: NDArray[Any],
    training_labels: NDArray[np.int64],
) -> float:
    """Return the share of images whose class a logistic regression tells (Alain and Bengio 2016).

    Numbers are standardized first, so that the L2 penalty (scikit-learn's, C = 1) sees all alike.

    Parameters
    ----------
    codes, labels
        What is asked: shapes (count, dimensions) and (count,).
    training, training_labels
        What it is fitted to, alike.
    """
    probe = make_pipeline(StandardScaler(), LogisticRegression(max_iter=_STEPS, tol=_TOLERANCE))
    return float(probe.fit(training, training_labels).score(codes, labels))


def trustworthiness(
    space: NDArray[Any], embedded: NDArray[Any], neighbors: int = NEIGHBORS
) -> float:
    """Return whether neighbors in ``embedded`` are neighbors in ``space`` too, 1 at best.

    Venna and Kaski (2001), equation 1: every one of the k nearest that is not among the k nearest
    in the space costs as much as its rank there is beyond k. A matrix of distances between all
    images is held.

    Parameters
    ----------
    space, embedded
        The same images, shapes (count, dimensions); more than twice as many as neighbors.
    neighbors
        k.
    """
    return float(trustworthiness_of(space, embedded, n_neighbors=neighbors))


def continuity(space: NDArray[Any], embedded: NDArray[Any], neighbors: int = NEIGHBORS) -> float:
    """Return whether neighbors in ``space`` stay neighbors in ``embedded``, 1 at best.

    Venna and Kaski (2001), equation 2: ``trustworthiness`` with the spaces exchanged.

    Parameters
    ----------
    space, embedded, neighbors
        As ``trustworthiness`` takes them.
    """
    return trustworthiness(embedded, space, neighbors)


def find_clusters(
    codes: NDArray[Any], count: int, *, training: NDArray[Any], seed: int
) -> NDArray[np.int64]:
    """Return the cluster of each image, shape (count,).

    k-means (Lloyd 1982), the best of ten starts on training images, none of which has a label.

    Parameters
    ----------
    codes
        Shape (images, dimensions).
    count
        How many clusters.
    training
        What they are fitted to, shape (train images, dimensions).
    seed
        Where the centers start from.
    """
    with warnings.catch_warnings():
        # Codes that are all alike make one cluster, and the figures say so.
        warnings.simplefilter("ignore", ConvergenceWarning)
        means = KMeans(count, n_init=10, random_state=seed).fit(training)
    clusters: NDArray[np.int64] = means.predict(codes).astype(np.int64)
    return clusters


def clustering_accuracy(labels: NDArray[np.int64], clusters: NDArray[np.int64]) -> float:
    """Return the share of images in the cluster of their class.

    Each cluster is given to one class such that the share is as high as can be (Kuhn 1955; Yang
    et al. 2010, equation 17).

    Parameters
    ----------
    labels, clusters
        Shape (images,).
    """
    together = contingency_matrix(labels, clusters)
    rows, columns = linear_sum_assignment(-together)
    return float(together[rows, columns].sum() / len(labels))


def mutual_information(labels: NDArray[np.int64], clusters: NDArray[np.int64]) -> float:
    """Return the mutual information of labels and clusters over the mean of their entropies."""
    return float(metrics.normalized_mutual_info_score(labels, clusters))


def adjusted_rand(labels: NDArray[np.int64], clusters: NDArray[np.int64]) -> float:
    """Return the adjusted Rand index (Hubert and Arabie 1985): 0 for chance, 1 for agreement."""
    return float(metrics.adjusted_rand_score(labels, clusters))
