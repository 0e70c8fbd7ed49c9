"""An interruption that a library swallows comes again."""

import gc
import signal
import time

import pytest

from hourglass.cli.interruption import interruptible


@pytest.fixture(autouse=True)
def _answers_as_usual():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interruption_leaves_at_once_and_once():
    with pytest.raises(KeyboardInterrupt), interruptible(patience=0.05):
        signal.raise_signal(signal.SIGINT)
    time.sleep(0.1)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_one_that_was_swallowed_comes_again():
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), interruptible(patience=0.05):
        try:
            signal.raise_signal(signal.SIGINT)
        except BaseException:
            swallowed = True
        time.sleep(30)
    assert swallowed and time.monotonic() - began < 20


def test_one_that_fell_into_the_garbage_collector_comes_again(capsys):
    def callback(phase, info):
        if phase == "start":
            gc.callbacks.remove(callback)
            signal.raise_signal(signal.SIGINT)

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), interruptible(patience=60):
        gc.callbacks.append(callback)
        gc.collect()
        time.sleep(30)
    assert time.monotonic() - began < 20
    assert capsys.readouterr().err == ""


def test_where_the_signal_is_ignored_it_stays_so():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with interruptible(patience=0.05):
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
