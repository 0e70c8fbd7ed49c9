"""Two settings, chosen by the environment."""

import os

import matplotlib
import pytest

from hourglass.errors import ConfigurationError
from hourglass.lessons import SETTING_VARIABLE, begin, is_quick, pick


@pytest.mark.parametrize(("asked", "picked"), [(None, 30), ("full", 30), ("quick", 2)])
def test_the_environment_picks(monkeypatch, asked, picked):
    monkeypatch.delenv(SETTING_VARIABLE, raising=False)
    if asked:
        monkeypatch.setenv(SETTING_VARIABLE, asked)
    assert pick(quick=2, full=30) == picked
    assert is_quick() == (picked == 2)


def test_a_misspelled_setting_is_refused_at_the_beginning(monkeypatch):
    monkeypatch.setenv(SETTING_VARIABLE, "quik")
    with pytest.raises(ConfigurationError, match="quick"):
        begin()


@pytest.fixture
def _restored(monkeypatch):
    monkeypatch.delenv(SETTING_VARIABLE, raising=False)
    with matplotlib.rc_context():
        yield


@pytest.mark.usefixtures("_restored")
def test_beginning_keeps_the_log_level_that_was_asked_for(monkeypatch):
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    begin()
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0"


@pytest.mark.usefixtures("_restored")
def test_what_is_drawn_after_the_beginning_has_the_style_of_the_house():
    begin()
    assert not matplotlib.rcParams["legend.frameon"]


@pytest.mark.usefixtures("_restored")
def test_outside_of_a_kernel_standard_error_stays_what_it_is(capfd):
    begin()
    os.write(2, b"still here")
    assert capfd.readouterr().err == "still here"
