"""Everything that the future of a training depends on, as arrays."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError
from hourglass.models import Trainable

Arrays = Mapping[str, NDArray[np.generic]]


def read_state(model: Trainable, metrics: Sequence[keras.metrics.Metric]) -> Arrays:
    """Return weights, counters of chance, the optimizer's averages and running metrics.

    Parameters
    ----------
    model
        A compiled model whose optimizer is built.
    metrics
        What an epoch's figures are gathered in.
    """
    return {name: _copy(variable) for name, variable in _variables(model, metrics)}


def write_state(model: Trainable, metrics: Sequence[keras.metrics.Metric], arrays: Arrays) -> None:
    """Put arrays that ``read_state`` gave back into a model of the same kind.

    Raises
    ------
    DataError
        If one is missing or has another shape or type.
    """
    for name, variable in _variables(model, metrics):
        array = arrays.get(name)
        expected = (tuple(variable.shape), keras.backend.standardize_dtype(variable.dtype))
        found = None if array is None else (array.shape, array.dtype.name)
        if array is None or found != expected:
            raise DataError(
                f"The checkpoint does not fit the model: {name} should be {expected} and is "
                f"{found}. It belongs to another training."
            )
        variable.assign(array)


def digest(arrays: Sequence[NDArray[np.generic]]) -> str:
    """Return the SHA-256 of the bytes of arrays, shapes and types included."""
    total = hashlib.sha256()
    for array in arrays:
        total.update(f"{array.dtype.str}{array.shape}".encode())
        total.update(np.ascontiguousarray(array).tobytes())
    return total.hexdigest()


def _variables(
    model: Trainable, metrics: Sequence[keras.metrics.Metric]
) -> Iterator[tuple[str, keras.Variable]]:
    """Yield every variable by a name that another process gives it, too."""
    # Keras' own names count every layer that a process has made.
    groups = {
        "model": model.variables,
        "optimizer": model.optimizer.variables,
        "metric": [variable for metric in metrics for variable in metric.variables],
    }
    for group, variables in groups.items():
        for number, variable in enumerate(variables):
            yield f"{group}/{number:04d}", variable


def _copy(variable: keras.Variable) -> NDArray[np.generic]:
    return np.array(variable.numpy())
