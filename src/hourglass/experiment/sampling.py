"""A trained model at work on codes: images from random ones, and between two images."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import ConfigurationError, OutputExistsError
from hourglass.evaluation import interpolate
from hourglass.experiment.codes import (
    between,
    default_ends,
    fitted_codes,
    has_prior,
    is_position,
    load_latent_model,
    normal_draws,
    prior_codes,
    read_ends,
)
from hourglass.experiment.embed_source import form_of, seen_by
from hourglass.experiment.evaluate import load_splits_of
from hourglass.experiment.file_ranges import find_ranges
from hourglass.figures import image_sheet, labeled_strip, strip_scale
from hourglass.files import exists
from hourglass.images import write_image_file
from hourglass.inference import decode
from hourglass.runs import TrainedModel

# Up to 64 images stand eight to a row; more make a square.
_COLUMNS: Final = 8
_MOST: Final = 10_000


def sample_images(
    run: TrainedModel,
    output: Path,
    *,
    count: int = 32,
    seed: int = 0,
    data_dir: Path | None = None,
    offline: bool = False,
) -> str:
    """Decode random codes and write the images as one sheet; say where the codes come from.

    A variational autoencoder is given codes of its prior, every other one codes of a Gaussian
    that is fitted to the codes of its training images.

    Parameters
    ----------
    run
        A run whose network has a code.
    output
        A PNG file that does not exist yet.
    count
        How many images, up to 10,000.
    seed
        Where the codes come from.
    data_dir, offline
        Where training images come from, if they are needed.

    Returns
    -------
    str
        A sentence for the user.

    Raises
    ------
    ConfigurationError
        If the run has no code, the count cannot be, or the output is no PNG file.
    OutputExistsError
        If the output exists.
    """
    _require_count("count", count, least=1)
    _require_output(output)
    model, _ = load_latent_model(run)
    if has_prior(model):
        source, codes = "the standard normal, the prior of this run's codes", prior_codes(model)
    else:
        training = load_splits_of(run, data_dir=data_dir, offline=offline).train
        source = f"a Gaussian fitted to the codes of its {len(training):,} training images"
        codes = fitted_codes(model, training)
    images = decode(model, codes.codes(normal_draws(count, model.code_size, seed)))
    columns = min(count, max(_COLUMNS, math.isqrt(count)))
    _write(output, image_sheet(images, columns, strip_scale(max(images.shape[1:3]))))
    return f"{count:,} images from codes drawn from {source} (seed {seed}): {output}."


def interpolate_images(
    run: TrainedModel,
    output: Path,
    ends: Sequence[str] = (),
    *,
    steps: int = 10,
    data_dir: Path | None = None,
    offline: bool = False,
    tell: Callable[[str], None] = lambda line: None,
) -> str:
    """Decode codes on the straight line between two images and write them as one strip.

    Parameters
    ----------
    run
        A run whose network has a code.
    output
        A PNG file that does not exist yet.
    ends
        Two positions in the test split, counted from 0, or PNG files; with none, the first test
        image and the first one of another class.
    steps
        How many images, both ends included, up to 10,000.
    data_dir, offline
        Where test images come from, if they are needed.
    tell
        Called with a line for what was taken for black and white in files, and for what of them
        is not in the strip.

    Returns
    -------
    str
        A sentence for the user.

    Raises
    ------
    ConfigurationError
        If the run has no code, there are not two ends, or a position or the steps cannot be.
    DataError
        If a file is no image that the model takes.
    MissingPathError
        If there is no such file.
    OutputExistsError
        If the output exists.
    """
    _require_count("steps", steps, least=2)
    _require_output(output)
    if len(ends) not in (0, 2):
        raise ConfigurationError(
            f"An interpolation goes between two images; {len(ends)} was given. Name both, or none."
        )
    model, _ = load_latent_model(run)
    test = None
    if not ends or any(map(is_position, ends)):
        test = load_splits_of(run, data_dir=data_dir, offline=offline).test
    if test is not None and not ends:
        first, last = default_ends(test)
    else:
        seen = seen_by(run).preprocessing
        files = [Path(end) for end in ends if test is None or not is_position(end)]
        ranges, notes = find_ranges(files, None, seen.ranges)
        form = replace(form_of(seen), ranges=ranges)
        first, last = read_ends(ends, test, form)
        for note in (*notes, *form.files_read.lines(ranges)):
            tell(note)
    rows = {
        "mix of pixels": interpolate(first.image, last.image, steps),
        "decoded": between(model, first.image, last.image, steps),
    }
    scale = strip_scale(max(first.image.shape[:2]))
    _write(output, labeled_strip(rows, scale, f"{first.name} to {last.name}"))
    return (
        f"{steps} images from {first.name} to {last.name}, on the straight line between their "
        f"codes: {output}."
    )


def _require_count(name: str, count: int, *, least: int) -> None:
    if not least <= count <= _MOST:
        raise ConfigurationError(
            f"{name} must lie between {least} and {_MOST:,}; {count:,} was given."
        )


def _require_output(output: Path) -> None:
    if output.suffix.lower() != ".png":
        raise ConfigurationError(f"The result is a PNG file; --output {output} names none.")
    if exists(output):
        raise OutputExistsError(f"{output} exists already. Choose another --output.")


def _write(output: Path, picture: NDArray[np.uint8]) -> None:
    write_image_file(output, picture.astype(np.float32) / 255.0)
