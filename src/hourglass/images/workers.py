"""Decoding by several threads, and what they have decoded, in bounded memory."""

import os
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import Any, Final, TypeVar, final

from numpy.typing import NDArray

from hourglass.images.quiet import without_warnings

Item = TypeVar("Item")
Result = TypeVar("Result")

_MOST_WORKERS: Final = 16
_AHEAD: Final = 2


def worker_count() -> int:
    """Return how many threads decode; no result follows from it."""
    return min(_MOST_WORKERS, os.cpu_count() or 1)


def in_order(step: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield what threads make of items, in their order; a few are worked on ahead.

    Pillow lets other threads run while it decodes.
    """
    waiting: deque[Future[Result]] = deque()
    # Whoever takes the results may set filters of warnings in between and put them back.
    with without_warnings():
        try:
            for item in items:
                waiting.append(_threads().submit(step, item))
                if len(waiting) > _AHEAD * worker_count():
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(worker_count(), thread_name_prefix="decode")


@final
class PixelCache:
    """The images that were asked for last, as they lie at rest.

    Parameters
    ----------
    budget
        Bytes that are kept at most.
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self._kept: OrderedDict[int, NDArray[Any]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: int) -> NDArray[Any] | None:
        """Return what was kept under a number, ``None`` where nothing is."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: int, pixels: NDArray[Any]) -> None:
        """Keep pixels under a number, and give up those that were asked for longest ago."""
        with self._lock:
            if key in self._kept or pixels.nbytes > self.budget:
                return
            self._kept[key] = pixels
            self._bytes += pixels.nbytes
            while self._bytes > self.budget:
                self._bytes -= self._kept.popitem(last=False)[1].nbytes
