"""A ``.hourglass`` file as a command sees it: a trained model and its card."""

from dataclasses import fields
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, final

from hourglass.bundles.reading import describing, read_description
from hourglass.errors import ConfigurationError
from hourglass.records import (
    FILES,
    LAYERS,
    Classification,
    ClassifierCalibration,
    Estimates,
    Experiment,
    ModelCard,
    ModelDescription,
    ModelSpec,
    RunRecord,
    Scores,
)

Found = TypeVar("Found")


@final
class BundleFile:
    """A model that was handed on, in one file; a ``TrainedModel``.

    Parameters
    ----------
    path
        The file. It is read, and checked, when something is asked of it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def model(self) -> Path:
        """What ``load_model`` and ``load_classifier`` take: the file."""
        return self.path

    @cached_property
    def description(self) -> ModelDescription:
        """What the file tells of its model.

        Raises
        ------
        ModelFileError
            If the file is damaged, or not one.
        """
        return read_description(self.path)

    @property
    def measured(self) -> bool:
        """Whether its scores are told."""
        card = self.description.card
        return card is not None and card.scores is not None

    @property
    def classified(self) -> bool:
        """Whether the scores of a classifier are told."""
        card = self.description.card
        return card is not None and card.classification is not None

    @property
    def estimated(self) -> bool:
        """Whether estimates without clean images are told."""
        card = self.description.card
        return card is not None and card.estimates is not None

    def read_experiment(self) -> Experiment:
        """Return the experiment that led to the model, or the words for its task without a card.

        Of paths only the last part is left.

        Raises
        ------
        ModelFileError
            If nothing that can be asked for leads to such a model.
        """
        card = self.description.card
        if card is not None:
            return card.training.experiment
        with describing(str(self.path)):
            return _asked_for(self.description.spec)

    def read_record(self) -> RunRecord:
        """Return the facts of the run that made the model.

        Raises
        ------
        ConfigurationError
            If the file tells nothing of a run.
        """
        card = self._card()
        told = {
            entry.name: getattr(card.training, entry.name)
            for entry in fields(card.training)
            if entry.name != "experiment"
        }
        return RunRecord(
            command=card.training.experiment.command(),
            data_fingerprint=card.data.fingerprint,
            split_hash=card.data.split_hash,
            image_shape=card.data.image_shape,
            images_by_split=dict[Any, int](card.data.images_by_split),
            ranges=self.description.preprocessing.ranges,
            **told,
        )

    def read_scores(self) -> Scores:
        """Return the scores, without those of single classes.

        Raises
        ------
        ConfigurationError
            If the file tells none.
        """
        return self._told(self._card().scores)

    def read_classification(self) -> Classification:
        """Return the scores of the classifier, without its classes, curves and mistakes.

        Raises
        ------
        ConfigurationError
            If the file tells none.
        """
        return self._told(self._card().classification)

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of the classes of the data, nothing where they are not told."""
        card = self.description.card
        return () if card is None else card.data.class_names

    def read_calibration(self) -> ClassifierCalibration | None:
        """Return how sure a classifier may be, ``None`` where the file does not tell it."""
        card = self.description.card
        return None if card is None else card.calibration

    def read_estimates(self) -> Estimates:
        """Return what was estimated without clean images.

        Raises
        ------
        ConfigurationError
            If the file tells nothing of that.
        """
        return self._told(self._card().estimates)

    def _card(self) -> ModelCard:
        card = self.description.card
        if card is None:
            raise ConfigurationError(
                f"{self.path} holds a model alone and tells nothing of its training or its data. "
                "`hourglass export RUN` writes a file that does."
            )
        return card

    def _told(self, found: Found | None) -> Found:
        if found is None:
            raise ConfigurationError(
                f"{self.path} does not tell that of its model. `hourglass evaluate {self.path}` "
                "measures it where its data are at hand."
            )
        return found


def _asked_for(spec: ModelSpec) -> Experiment:
    """Return an experiment whose words tell what a model does."""
    # Noise that came with the files was told from a clean image of each, or from neighbors.
    pairs = spec.corruption == FILES and spec.objective != "blind-spot"
    return Experiment(
        data="images",
        clean="clean" if pairs else None,
        # Layers that a user brought are a network that no experiment can ask for.
        network=None if spec.network == LAYERS else spec.network,
        latent_dim=spec.options.latent_dim,
        objective=spec.objective,
        corruption=spec.corruption,
    )
