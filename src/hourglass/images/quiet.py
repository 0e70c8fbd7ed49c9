"""Decoders and encoders without their warnings, in any number of threads."""

import threading
import warnings
from contextlib import AbstractContextManager
from typing import final


@final
class _Silence:
    """The filters of all warnings, which a process has once, while somebody is at work.

    ``warnings.catch_warnings`` puts back what it found, which may be what another thread had
    silenced. Here the first one who comes silences, and the last one who goes puts back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._before, self._silent = warnings.filters, [*warnings.filters]

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            # Somebody else may have put an old silence back; what was before it still counts.
            if warnings.filters is not self._silent:
                self._before = warnings.filters
                self._silent = warnings.filters = [("ignore", None, Warning, None, 0)]

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside and warnings.filters is self._silent:
                warnings.filters = self._before


_silence = _Silence()


def without_warnings() -> AbstractContextManager[None]:
    """Silence every warning; the filters are put back when the last of several threads leaves.

    Pillow and others warn of odd metadata, which is no one's business while pixels are fine.
    """
    return _silence
