"""A trained model as one file: a bundle to hand on, or a Keras file to go on with."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from hourglass.bundles.archive import write_archive
from hourglass.bundles.bundle_file import BundleFile
from hourglass.bundles.card import card_of
from hourglass.bundles.reading import BUNDLE_SUFFIX, check_description, open_model
from hourglass.bundles.saving import preprocessing_of
from hourglass.errors import ConfigurationError, OutputExistsError
from hourglass.files import exists
from hourglass.records import ModelCard, to_json
from hourglass.runs import RunFolder

KERAS_SUFFIX: Final = ".keras"


def export_model(found: RunFolder | BundleFile, output: Path) -> str:
    """Write a trained model as one file, whose ending says of which kind.

    ``.hourglass`` is the model with its card, which every command takes in place of a run; equal
    models give equal bytes. ``.keras`` is the plain Keras model.

    Parameters
    ----------
    found
        A run that was trained, or a bundle.
    output
        A file that does not exist yet.

    Returns
    -------
    str
        A sentence for the user.

    Raises
    ------
    ConfigurationError
        If the training is not over, the ending is another one, or the model is none that plain
        Keras can have.
    ModelFileError
        If the model is damaged.
    OutputExistsError
        If something stands at the output.
    WriteError
        If it cannot be written.
    """
    suffix = output.suffix.lower()
    if suffix not in (BUNDLE_SUFFIX, KERAS_SUFFIX):
        raise ConfigurationError(
            f"A model is exported as {BUNDLE_SUFFIX}, which every command takes, or as "
            f"{KERAS_SUFFIX} for Keras; --output {output} names neither."
        )
    if exists(output):
        raise OutputExistsError(f"{output} exists already. Choose another --output.")
    if suffix == BUNDLE_SUFFIX:
        return _write_bundle(found, output)
    _card_or_refusal(found)
    from hourglass.bundles.keras_file import write_keras

    return write_keras(found.model, output)


def _write_bundle(found: RunFolder | BundleFile, output: Path) -> str:
    card = _card_or_refusal(found)
    with open_model(found.model) as model:
        description, weights = model.description, model.read_weights()
    if isinstance(found, RunFolder):
        # A run of an older version says in its experiment alone how images came to their form.
        folder = found.read_experiment().folder
        known = description.preprocessing
        preprocessing = preprocessing_of(description.spec, folder, known.bands, known.ranges)
        description = replace(description, card=card, preprocessing=preprocessing)
    text = to_json(description)
    check_description(text, f"The card of {found.path}")
    write_archive(output, text, weights)
    return (
        f"{output}: {output.stat().st_size:,} bytes. Every command takes it in place of a run; "
        f"`hourglass runs show {output}` prints its card."
    )


def _card_or_refusal(found: RunFolder | BundleFile) -> ModelCard | None:
    return card_of(found) if isinstance(found, RunFolder) else found.description.card
