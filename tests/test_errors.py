import pytest

from hourglass import errors
from hourglass.errors import HourglassError, nearest, require_known


def test_every_error_has_one_root() -> None:
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, Exception)
    ]
    assert len(kinds) > 5
    assert all(issubclass(kind, HourglassError) for kind in kinds)


def test_the_tree_in_the_docstring_names_every_error() -> None:
    drawn = {word for word in (errors.__doc__ or "").split() if word.endswith("Error")}
    defined = {name for name in vars(errors) if name.endswith("Error")}
    assert defined <= drawn


def test_an_unknown_name_is_answered_with_the_choices_and_the_nearest() -> None:
    with pytest.raises(errors.ConfigurationError, match=r"mean 'dense'\?.*There is: dense, unet"):
        require_known("network", "desne", ["unet", "dense"])


def test_nothing_is_offered_where_nothing_is_near() -> None:
    assert nearest("xyzzy", ["dense", "unet"]) == ""


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_a_number_that_must_be_positive(value: float) -> None:
    with pytest.raises(errors.ConfigurationError, match="level must be a number above 0"):
        errors.require_positive("level", value)


def test_zero_is_not_negative_but_nan_is_refused() -> None:
    assert errors.require_not_negative("level", 0.0) == 0.0
    with pytest.raises(errors.ConfigurationError, match="0 or more; nan was given"):
        errors.require_not_negative("level", float("nan"))
