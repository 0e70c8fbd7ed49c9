"""What the latents of an autoencoder are worth where labels are few."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hourglass.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True, slots=True)
class FewLabelsRow:
    """One way to classify, learned from a part of the training labels.

    Attributes
    ----------
    features
        What it sees: ``pixels``, or ``latents`` of an autoencoder that saw no label.
    method
        ``logistic`` regression, or ``dense``: the same dense network for both features.
    share
        Part of the training labels, and of the validation labels that choose, from 0 to 1.
    labels
        How many training labels that is.
    validation_accuracies, test_accuracies
        One for each draw of labels.
    """

    features: Literal["pixels", "latents"]
    method: Literal["logistic", "dense"]
    share: float
    labels: int
    validation_accuracies: tuple[float, ...]
    test_accuracies: tuple[float, ...]

    @property
    def validation_accuracy(self) -> float:
        """Mean over draws."""
        return sum(self.validation_accuracies) / len(self.validation_accuracies)

    @property
    def test_accuracy(self) -> float:
        """Mean over draws."""
        return sum(self.test_accuracies) / len(self.test_accuracies)

    @property
    def spread(self) -> float | None:
        """Highest less lowest test accuracy over draws, ``None`` for a single one."""
        if len(self.test_accuracies) == 1:
            return None
        return max(self.test_accuracies) - min(self.test_accuracies)


@dataclass(frozen=True, kw_only=True, slots=True)
class FewLabelsStudy:
    """What the latents of an autoencoder are worth where labels are few.

    Attributes
    ----------
    run
        The autoencoder of the group whose latents were taken.
    latent_dim
        Numbers in its code.
    units
        Widths of the dense network, the same on pixels and on latents.
    rows
        One for each way and share.
    """

    run: str
    latent_dim: int
    units: tuple[int, ...]
    rows: tuple[FewLabelsRow, ...]

    def row(self, features: str, method: str, share: float) -> FewLabelsRow:
        """Return one row.

        Raises
        ------
        ConfigurationError
            If there is none.
        """
        for row in self.rows:
            if (row.features, row.method, row.share) == (features, method, share):
                return row
        raise ConfigurationError(
            f"The study has no row for {method} on {features} with a share of {share:g}."
        )

    @property
    def shares(self) -> tuple[float, ...]:
        """Parts of the labels, each once, in order."""
        return tuple(dict.fromkeys(row.share for row in self.rows))

    @property
    def ways(self) -> Mapping[tuple[str, str], tuple[FewLabelsRow, ...]]:
        """The rows of each way to classify, by features and method."""
        keys = dict.fromkeys((row.features, row.method) for row in self.rows)
        return {
            key: tuple(row for row in self.rows if (row.features, row.method) == key)
            for key in keys
        }
