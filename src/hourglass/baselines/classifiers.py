"""What a classifier must beat: the commonest class, a linear map of pixels, and looking up."""

import abc
import warnings
from collections.abc import Iterator, Sequence
from typing import ClassVar, Final, NamedTuple, Self, final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from hourglass.seeds import generator

# More images take minutes, and add a point of accuracy or two.
_MOST_IMAGES: Final = 20_000
_MOST_STEPS: Final = 60
_NEIGHBORS: Final = (1, 3, 5, 9, 15)
_PENALTIES: Final = (0.01, 0.1, 1.0)


class Labeled(NamedTuple):
    """Values of shape (count, ...), and the class of each, shape (count,)."""

    values: NDArray[np.float32]
    labels: NDArray[np.int64]

    @property
    def rows(self) -> NDArray[np.float32]:
        """The values of each in a row, shape (count, values)."""
        return self.values.reshape(len(self.values), -1)


class ClassifierBaseline(abc.ABC):
    """A way to name classes that needs no network.

    Parameters
    ----------
    classes
        How many classes there are.
    seed
        Which images are taken where there are too many.

    Attributes
    ----------
    method
        Short name, the key of its scores.
    label
        Name in tables and pictures.
    detail
        What was chosen while fitting, and on how many images; empty before.
    """

    method: ClassVar[str]
    label: ClassVar[str]

    def __init__(self, classes: int, *, seed: int = 0) -> None:
        self.classes = classes
        self.seed = seed
        self.detail = ""

    @abc.abstractmethod
    def fit(self, training: Labeled, validation: Labeled) -> Self:
        """Learn from training images; choose on validation what has to be chosen."""

    @abc.abstractmethod
    def classify(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the probability of each class, shape (count, classes)."""

    @final
    def taken(self, training: Labeled, most: int) -> Labeled:
        """Return at most so many training images, drawn with the seed."""
        count = len(training.labels)
        if count <= most:
            return training
        drawn = generator(self.seed, "baseline").choice(count, most, replace=False)
        return Labeled(training.values[drawn], training.labels[drawn])


@final
class MajorityClass(ClassifierBaseline):
    """Answer every image with the shares that the classes have among the training images."""

    method: ClassVar[str] = "majority"
    label: ClassVar[str] = "commonest class"

    def fit(self, training: Labeled, validation: Labeled) -> Self:
        """Count the classes."""
        counts = np.bincount(training.labels, minlength=self.classes)
        self._shares = counts / counts.sum()
        return self

    def classify(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the same shares for every image."""
        return np.tile(self._shares, (len(values), 1))


@final
class LogisticRegression(ClassifierBaseline):
    """Give each class a weighted sum of the values, with an L2 penalty (Hastie et al. 2009, 4.4).

    The weight of the penalty is chosen on validation.

    Parameters
    ----------
    classes, seed
        As every baseline takes them.
    most
        How many training images are taken at most.
    penalties
        The weights of the sums' fit to try; the higher, the lighter the penalty.
    """

    method: ClassVar[str] = "logistic"
    label: ClassVar[str] = "logistic regression"

    def __init__(
        self,
        classes: int,
        *,
        seed: int = 0,
        most: int = _MOST_IMAGES,
        penalties: Sequence[float] = _PENALTIES,
    ) -> None:
        super().__init__(classes, seed=seed)
        self.most = most
        self.penalties = tuple(penalties)

    def fit(self, training: Labeled, validation: Labeled) -> Self:
        """Fit the sums for each penalty, and keep those that name most validation images."""
        from sklearn.linear_model import LogisticRegression as Logistic

        taken = self.taken(training, self.most)
        fitted = []
        # Its products are so small that threads wait for each other: on a busy machine one alone
        # took 0.2 seconds where two took 100.
        with threadpool_limits(1), warnings.catch_warnings():
            # Where the steps run out, the sums are as good as these steps make them.
            warnings.simplefilter("ignore")
            for weight in self.penalties:
                model = Logistic(C=weight, max_iter=_MOST_STEPS, tol=1e-3)
                fitted.append(model.fit(taken.rows, taken.labels))
        scores = [float(model.score(validation.rows, validation.labels)) for model in fitted]
        best = int(np.argmax(scores))
        self._model = fitted[best]
        chosen = f"C = {self.penalties[best]:g}, chosen on validation"
        self.detail = f"{chosen}; {len(taken.labels):,} training images"
        return self

    def classify(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the probabilities; a class that was not there has 0."""
        found = self._model.predict_proba(values.reshape(len(values), -1))
        return _spread(found, self._model.classes_, self.classes)


@final
class NearestNeighbors(ClassifierBaseline):
    """Ask the nearest training images for their class (Cover and Hart 1967).

    How many are asked is chosen on validation.
    """

    method: ClassVar[str] = "neighbors"
    label: ClassVar[str] = "nearest neighbors"

    def fit(self, training: Labeled, validation: Labeled) -> Self:
        """Keep the training images, and choose how many of them are asked."""
        from sklearn.neighbors import KNeighborsClassifier

        taken = self.taken(training, _MOST_IMAGES)
        counts = [count for count in _NEIGHBORS if count <= len(taken.labels)]
        self._model = KNeighborsClassifier(max(counts), algorithm="brute")
        self._model.fit(taken.rows, taken.labels)
        _, nearest = self._model.kneighbors(validation.rows)
        votes = np.cumsum(np.eye(self.classes)[taken.labels[nearest]], axis=1)
        scores = [
            float(np.mean(votes[:, count - 1].argmax(axis=1) == validation.labels))
            for count in counts
        ]
        best = counts[int(np.argmax(scores))]
        self._model.set_params(n_neighbors=best)
        self.detail = f"{best}, chosen on validation; {len(taken.labels):,} training images"
        return self

    def classify(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the shares of the classes among the nearest."""
        found = self._model.predict_proba(values.reshape(len(values), -1))
        return _spread(found, self._model.classes_, self.classes)


def classifier_baselines(classes: int, *, seed: int = 0) -> Iterator[ClassifierBaseline]:
    """Yield the baselines, from the one that knows least to the one that knows most."""
    for kind in (MajorityClass, LogisticRegression, NearestNeighbors):
        yield kind(classes, seed=seed)


def _spread(
    probabilities: NDArray[np.float64], known: NDArray[np.int64], classes: int
) -> NDArray[np.float64]:
    """Put the columns of known classes in their places among all."""
    spread = np.zeros((len(probabilities), classes))
    spread[:, known] = probabilities
    return spread
