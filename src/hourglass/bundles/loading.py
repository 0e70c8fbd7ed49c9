"""From files that were checked to a model.

Nothing is unpickled and nothing of a file is executed: the description names one of our own
networks and its sizes, and the weights are arrays whose names and shapes have to match it.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from hourglass.bundles.reading import describing, description_of, open_model
from hourglass.bundles.weights import unpack_weights, variables_of
from hourglass.errors import ConfigurationError
from hourglass.records import ModelSpec

if TYPE_CHECKING:
    from hourglass.models import Classifier, ImageModel


def load_model(path: Path | str) -> tuple["ImageModel", ModelSpec]:
    """Read a model that rebuilds images, and what it was built from.

    Parameters
    ----------
    path
        The folder of a model, that of a run, or a ``.hourglass`` file.

    Raises
    ------
    MissingPathError
        If there is no model.
    ConfigurationError
        If it is a classifier.
    ModelFileError
        If a file is damaged, of another schema, cannot be read, or does not fit the other one.
    """
    return _load(Path(path), classifies=False)


def load_classifier(path: Path | str) -> tuple["Classifier", ModelSpec]:
    """Read a classifier and what it was built from.

    Parameters
    ----------
    path
        The folder of a model, that of a run, or a ``.hourglass`` file.

    Raises
    ------
    MissingPathError
        If there is no model.
    ConfigurationError
        If it is a model that rebuilds images.
    ModelFileError
        If a file is damaged, of another schema, cannot be read, or does not fit the other one.
    """
    return _load(Path(path), classifies=True)


def _load(path: Path, *, classifies: bool) -> tuple[Any, ModelSpec]:
    with open_model(path) as found:
        spec = found.description.spec
        _require_task(spec, path, classifies=classifies)
        # A file that is refused is refused before Keras takes its seconds and its memory.
        from hourglass.models import build_classifier, build_model

        with describing(description_of(path)):
            model = build_classifier(spec) if classifies else build_model(spec)
        tensors = unpack_weights(found.read_weights())
    for name, variable in variables_of(model).items():
        variable.assign(tensors[name])
    return model, spec


def _require_task(spec: ModelSpec, path: Path, *, classifies: bool) -> None:
    if (spec.objective == "classify") == classifies:
        return
    if classifies:
        raise ConfigurationError(
            f"The model in {path} rebuilds images and names no classes. "
            "`hourglass train --objective classify` gives a classifier."
        )
    raise ConfigurationError(
        f"The model in {path} is a classifier: it names classes and rebuilds no images. "
        "`hourglass classify` names the classes of files, `hourglass evaluate` measures it; "
        "`hourglass train` without --objective classify gives a run that rebuilds images."
    )
