"""What can go wrong, in the user's words.

::

    HourglassError
    ├── ConfigurationError   a value, name or key that cannot be (also a ValueError)
    │   └── DriftError       a run that would go on with other libraries or on another machine
    ├── MissingPathError     a path that is not there (also a FileNotFoundError)
    ├── OutputExistsError    a path that is there and must not be (also a FileExistsError)
    ├── DataError            files or arrays that are not images as promised (also a ValueError)
    │   └── ImageShapeError  axes or sizes that do not fit
    ├── ModelFileError       a model file that is damaged or not one (also a ValueError)
    ├── FetchError           data that could not be had (also an OSError)
    ├── WriteError           output that could not be written (also an OSError)
    ├── DivergenceError      a training whose loss is no longer a number (also an ArithmeticError)
    ├── CollapseError        a training that ended with a network that learned nothing
    ├── BusyError            a run that another process is working on
    ├── PartialError         a batch of files of which some failed
    └── BackendError         no Keras backend to compute with (also an ImportError)
"""

import math
from collections.abc import Iterable
from difflib import get_close_matches


class HourglassError(Exception):
    """Root of every error that Hourglass raises on purpose."""


class ConfigurationError(HourglassError, ValueError):
    """A value, name or key that Hourglass cannot work with."""


class DriftError(ConfigurationError):
    """A run that would go on with other libraries, or on another machine, than it was begun."""


class MissingPathError(HourglassError, FileNotFoundError):
    """A path that was asked for and does not exist."""


class OutputExistsError(HourglassError, FileExistsError):
    """A path that would be written and exists already."""


class DataError(HourglassError, ValueError):
    """Files or arrays that do not hold images as promised."""


class ImageShapeError(DataError):
    """Images whose axes or sizes do not fit."""


class ModelFileError(HourglassError, ValueError):
    """A model file that is damaged, or not a model file."""


class FetchError(HourglassError, OSError):
    """A data set that could neither be found nor fetched."""


class WriteError(HourglassError, OSError):
    """Output that could not be written."""


class DivergenceError(HourglassError, ArithmeticError):
    """A training whose loss is no longer a finite number."""


class CollapseError(HourglassError):
    """A training that ended with a network that answers every image with the same one."""


class BusyError(HourglassError):
    """A run that another process is working on."""


class PartialError(HourglassError):
    """Some files of a batch failed; the others are done."""


class BackendError(HourglassError, ImportError):
    """No Keras backend is installed."""


def require_positive(name: str, value: float) -> float:
    """Return ``value`` if it is a finite number above zero.

    Raises
    ------
    ConfigurationError
        If it is not.
    """
    if not (math.isfinite(value) and value > 0):
        raise ConfigurationError(f"{name} must be a number above 0; {value} was given.")
    return value


def require_not_negative(name: str, value: float) -> float:
    """Return ``value`` if it is a finite number, zero or more.

    Raises
    ------
    ConfigurationError
        If it is not.
    """
    if not (math.isfinite(value) and value >= 0):
        raise ConfigurationError(f"{name} must be 0 or more; {value} was given.")
    return value


def require_fraction(name: str, value: float) -> float:
    """Return ``value`` if it lies in [0, 1].

    Raises
    ------
    ConfigurationError
        If it does not.
    """
    if not 0.0 <= value <= 1.0:
        raise ConfigurationError(f"{name} must lie between 0 and 1; {value} was given.")
    return value


def require_known(name: str, value: str, known: Iterable[str]) -> str:
    """Return ``value`` if it is one of ``known``; else name the choices and the nearest.

    Raises
    ------
    ConfigurationError
        If it is not.
    """
    choices = sorted(known)
    if value in choices:
        return value
    raise ConfigurationError(
        f"{name} {value!r} is not known.{nearest(value, choices)} There is: {', '.join(choices)}."
    )


def nearest(word: str, choices: Iterable[str]) -> str:
    """Return a question that offers the choice nearest to ``word``, or nothing."""
    near = get_close_matches(word, list(choices), n=1, cutoff=0.5)
    return f" Did you mean {near[0]!r}?" if near else ""
