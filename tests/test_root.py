import subprocess
import sys

import pytest

import hourglass


def test_every_name_of_the_root_resolves_and_they_are_sorted() -> None:
    assert hourglass.__all__ == sorted(hourglass.__all__)
    for name in hourglass.__all__:
        assert getattr(hourglass, name) is not None


def test_a_misspelt_name_is_answered_with_the_list() -> None:
    with pytest.raises(AttributeError, match=r"no 'Autoencodr'; it has .*Autoencoder"):
        _ = hourglass.Autoencodr


def test_importing_the_root_loads_no_library() -> None:
    code = "import hourglass, sys; print(sorted({'keras','numpy','pydantic'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
