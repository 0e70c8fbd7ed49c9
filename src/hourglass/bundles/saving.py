"""From a model to its files."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from hourglass.bundles.archive import DESCRIPTION, WEIGHTS, write_archive
from hourglass.bundles.reading import BUNDLE_SUFFIX, check_description
from hourglass.bundles.shapes import weight_shapes
from hourglass.bundles.vocabulary import require_vocabulary
from hourglass.bundles.weights import pack_weights, require_weights, scan_weights, variables_of
from hourglass.errors import ConfigurationError, OutputExistsError
from hourglass.files import exists, write_bytes
from hourglass.records import (
    SCHEMA_VERSION,
    FolderOptions,
    ModelCard,
    ModelDescription,
    ModelSpec,
    Preprocessing,
    ValueRange,
    to_json,
)

if TYPE_CHECKING:
    import keras

    from hourglass.models import Trainable


def save_model(
    model: "Trainable",
    spec: ModelSpec,
    folder: Path,
    *,
    images: FolderOptions = FolderOptions(),
    bands: int = 0,
    ranges: Mapping[str, ValueRange] = MappingProxyType({}),
) -> None:
    """Write a model; the description comes last, so that a folder with one is whole.

    Parameters
    ----------
    model, spec
        A model, and what it was built from.
    folder
        Where it goes.
    images
        What was done with the images of a folder that it was trained on.
    bands, ranges
        As ``Preprocessing`` has them.

    Raises
    ------
    WriteError
        If it cannot be written.
    """
    weights = pack_weights(model)
    write_bytes(folder / WEIGHTS, weights)
    write_bytes(
        folder / DESCRIPTION, to_json(describe(spec, weights, images, bands=bands, ranges=ranges))
    )


def save_bundle(
    model: "keras.Model", spec: ModelSpec, path: Path | str, *, card: ModelCard | None = None
) -> Path:
    """Write a model as one file to hand on, and return its path.

    Parameters
    ----------
    model, spec
        A model of Hourglass, and what it was built from.
    path
        A file that does not exist yet; its name ends in ``.hourglass``.
    card
        Where the model comes from. It is written as it is: of paths give the last part alone, as
        ``hourglass export`` does.

    Raises
    ------
    ConfigurationError
        If it is no model of Hourglass or not the one of the specification, or the name of the
        file ends otherwise.
    ModelFileError
        If its weights are infinite or no numbers, or the card tells of another model.
    OutputExistsError
        If something stands at the path.
    WriteError
        If it cannot be written.
    """
    path = Path(path)
    require_new_bundle(path)
    _require_ours(model, spec)
    weights = pack_weights(model)
    description = describe(spec, weights, card=card)
    text = to_json(description)
    # What is written can be read again.
    check_description(text, "The card")
    sha256 = description.weights_sha256
    require_weights(scan_weights([weights]), weight_shapes(spec), sha256, "The model")
    write_archive(path, text, weights)
    return path


def require_new_bundle(path: Path) -> None:
    """Refuse the path of a new bundle that is taken, or has another ending.

    Raises
    ------
    ConfigurationError
        If its name does not end in ``.hourglass``.
    OutputExistsError
        If something stands there.
    WriteError
        If that cannot be told.
    """
    if path.suffix.lower() != BUNDLE_SUFFIX:
        raise ConfigurationError(
            f"A model is handed on as a file whose name ends in {BUNDLE_SUFFIX}; {path} was given."
        )
    if exists(path):
        raise OutputExistsError(f"{path} exists already. Choose another place.")


def describe(
    spec: ModelSpec,
    weights: bytes,
    images: FolderOptions = FolderOptions(),
    card: ModelCard | None = None,
    bands: int = 0,
    ranges: Mapping[str, ValueRange] = MappingProxyType({}),
) -> ModelDescription:
    """Return the description of a model and of its weights."""
    return ModelDescription(
        schema_version=SCHEMA_VERSION,
        spec=spec,
        weights_sha256=hashlib.sha256(weights).hexdigest(),
        preprocessing=preprocessing_of(spec, images, bands, ranges),
        card=card,
    )


def preprocessing_of(
    spec: ModelSpec,
    images: FolderOptions = FolderOptions(),
    bands: int = 0,
    ranges: Mapping[str, ValueRange] = MappingProxyType({}),
) -> Preprocessing:
    """Return the form in which a model takes images, and how those of a folder came to it."""
    return Preprocessing(
        bands=bands,
        ranges=dict(ranges),
        image_shape=spec.image_shape,
        resize=_spelled(images.resize),
        crop=_spelled(images.crop),
        color=images.color,
    )


def _spelled(sides: object) -> str | None:
    return None if sides is None else str(sides)


def _require_ours(model: "keras.Model", spec: ModelSpec) -> None:
    """Refuse a model that no specification describes, or another one than is given."""
    from hourglass.models import Trainable

    if not isinstance(model, Trainable):
        raise ConfigurationError(
            f"A bundle holds models that Hourglass builds from a specification, so that nothing "
            f"of a stranger's file is executed; {type(model).__name__} has layers of its own. "
            'Keep it with model.save("model.keras").'
        )
    require_vocabulary(spec)
    found = {name: tuple(variable.shape) for name, variable in variables_of(model).items()}
    if found != weight_shapes(spec):
        raise ConfigurationError(
            "The model was not built from this specification: its weights have other names or "
            "shapes. Give the one that build_model or load_model gave with it."
        )
