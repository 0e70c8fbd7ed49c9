"""Codes of a trained model: where random ones come from, and what two images have between them."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hourglass.bundles import load_model
from hourglass.errors import ConfigurationError
from hourglass.evaluation import GaussianCodes, fit_codes, interpolate, standard_codes
from hourglass.experiment.material import learned_from
from hourglass.images import Images, ModelForm
from hourglass.images.memory import as_unit_range
from hourglass.inference import decode, encode
from hourglass.models import LatentModel, VariationalAutoencoder
from hourglass.records import ModelSpec
from hourglass.runs import TrainedModel
from hourglass.seeds import generator

# A covariance of so many numbers takes 128 MB, and as much again to be factored.
_MOST_NUMBERS: Final = 4096


class End(NamedTuple):
    """One end of an interpolation: an image (height, width, channels), and what it is called."""

    image: NDArray[np.float32]
    name: str


def load_latent_model(run: TrainedModel) -> tuple[LatentModel, ModelSpec]:
    """Read the model of a run and what it was built from.

    Raises
    ------
    ConfigurationError
        If it has no code.
    """
    model, spec = load_model(run.model)
    if not isinstance(model, LatentModel):
        data = shlex.quote(run.read_experiment().data)
        raise ConfigurationError(
            f"{run.path} has a {spec.network} network, which has no code. `hourglass train --data "
            f"{data} --objective variational` gives a run that has one."
        )
    return model, spec


def has_prior(model: LatentModel) -> bool:
    """Return whether a model was held to the standard normal as the prior of its codes."""
    return isinstance(model, VariationalAutoencoder) and model.beta > 0.0


def fitted_codes(model: LatentModel, training: Images) -> GaussianCodes:
    """Return the Gaussian that the codes of training images have.

    Raises
    ------
    ConfigurationError
        If the code has too many numbers for a covariance.
    """
    if model.code_size > _MOST_NUMBERS:
        raise ConfigurationError(
            f"A Gaussian can be fitted to codes of up to {_MOST_NUMBERS:,} numbers; this network's "
            f"have {model.code_size:,}. Train one with a smaller --latent-dim."
        )
    return fit_codes(encode(model, learned_from(training).read_all()))


def prior_codes(model: LatentModel) -> GaussianCodes:
    """Return the standard normal over the codes of a model."""
    return standard_codes(model.code_size)


def normal_draws(count: int, numbers: int, seed: int) -> NDArray[np.float32]:
    """Return standard normal draws (count, numbers), those of ``VariationalAutoencoder.sample``."""
    return generator(seed, "codes").standard_normal((count, numbers), dtype=np.float32)


def between(
    model: LatentModel, first: NDArray[np.float32], last: NDArray[np.float32], steps: int
) -> NDArray[np.float32]:
    """Return what a model decodes between two images, on the straight line of their codes.

    The straight line is taken for every kind of model, so that what differs is the codes: a great
    circle (White 2016) suits codes that are drawn from a prior of many dimensions, where they lie
    near a sphere, and nothing says that of an autoencoder's.

    Returns
    -------
    NDArray[np.float32]
        Shape (steps, height, width, channels), in [0, 1].
    """
    ends = encode(model, np.stack([first, last]))
    return decode(model, interpolate(ends[0], ends[1], steps))


def default_ends(images: Images, split: str = "test") -> tuple[End, End]:
    """Return the first image of a split and the first one of another class, if there are some."""
    labels = images.labels
    others = np.arange(1, len(images)) if labels is None else np.flatnonzero(labels != labels[0])
    last = int(others[0]) if len(others) else len(images) - 1
    return end_at(images, 0, split), end_at(images, last, split)


def end_at(images: Images, position: int, split: str = "test") -> End:
    """Return an image of a split by its position, counted from 0.

    Raises
    ------
    ConfigurationError
        If the split has no such image.
    """
    if not 0 <= position < len(images):
        raise ConfigurationError(
            f"The {split} split has {len(images):,} images, counted from 0; {position} was given."
        )
    return End(
        images.read(np.array([position]))[0], f"{split} image {position}{_class(images, position)}"
    )


def read_ends(ends: Sequence[str], images: Images | None, form: ModelForm) -> tuple[End, End]:
    """Return the ends that a user named: each a position in the test split, or a file.

    Parameters
    ----------
    ends
        Two of them.
    images
        The test images; they may be left out where both ends are files.
    form
        How a file becomes an image that the model takes.

    Raises
    ------
    ConfigurationError
        If the split has no such image.
    DataError
        If a file is no image that the model takes.
    MissingPathError
        If there is no such file.
    """
    first, last = (_read_end(end, images, form) for end in ends)
    return first, last


def is_position(end: str) -> bool:
    """Return whether a user's word is a position rather than a file."""
    return end.isdecimal()


def _read_end(end: str, images: Images | None, form: ModelForm) -> End:
    if images is not None and is_position(end):
        return end_at(images, int(end))
    path = Path(end)
    return End(as_unit_range(form.read(path).pixels), path.name)


def _class(images: Images, position: int) -> str:
    if images.labels is None:
        return ""
    label = int(images.labels[position])
    return f" ({label if images.class_names is None else images.class_names[label]})"
