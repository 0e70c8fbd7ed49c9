"""Ctrl-C that is not lost on its way."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

# Longer than it takes to clear up behind an interruption.
_PATIENCE_SECONDS: Final = 4.0
# Where Python says that it let an interruption fall, there is nothing to wait for.
_SOON_SECONDS: Final = 0.01


@contextmanager
def interruptible(patience: float = _PATIENCE_SECONDS) -> Iterator[None]:
    """Raise ``KeyboardInterrupt`` at Ctrl-C, and again until it has left the block.

    It is lost where it falls into a callback, of the garbage collector or of the import system,
    from which Python lets nothing out, or into an import of a library that goes on whatever it
    raises. Where the signal is ignored, as in the background of a shell, it stays so.

    Parameters
    ----------
    patience
        Seconds between one ``KeyboardInterrupt`` and the next, where none is known to be lost.
    """
    if not _can_repeat():
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        signal.setitimer(signal.ITIMER_REAL, patience)
        raise KeyboardInterrupt

    def drop(unraisable: "sys.UnraisableHookArgs") -> None:
        if unraisable.exc_type is KeyboardInterrupt:
            signal.setitimer(signal.ITIMER_REAL, _SOON_SECONDS)
        else:
            hook(unraisable)

    numbers = (signal.SIGINT, signal.SIGALRM)
    before = {number: signal.signal(number, interrupt) for number in numbers}
    hook, sys.unraisablehook = sys.unraisablehook, drop
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.unraisablehook = hook
        for number, handler in before.items():
            signal.signal(number, handler)


def _can_repeat() -> bool:
    """Return whether this process answers Ctrl-C as usual, and has an alarm; Windows has none."""
    return (
        hasattr(signal, "setitimer")
        and threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
