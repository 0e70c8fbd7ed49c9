"""The compact list of files, and the threads that decode them."""

import os
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hourglass.images.listing import Listing, images_below
from hourglass.images.quiet import without_warnings
from hourglass.images.workers import PixelCache, in_order

names = st.lists(st.text("aZ.é日 ", min_size=1, max_size=9), max_size=9)


@given(names, names)
def test_a_listing_gives_back_every_path(first, second):
    listing = Listing(Path("photos"), map(os.fsencode, first))
    assert listing.extend(map(os.fsencode, second)) == len(second)
    assert [listing.name(index) for index in range(len(listing))] == first + second
    assert list(listing) == [Path("photos") / name for name in first + second]


def test_a_million_paths_take_little_more_than_their_letters():
    count = 100_000
    listing = Listing(Path("photos"), (b"%06d.png" % number for number in range(count)))
    assert listing.name(count - 1) == "099999.png"
    assert listing._text.__sizeof__() + listing._ends.nbytes < 25 * count


def test_files_come_before_sub_folders_and_both_are_sorted(tmp_path):
    for name in ("b/z.png", "b/a/é.png", "a.png", "b.jpg", "b/10.png", "b/9.png", "a/x.bmp"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = Listing(tmp_path, images_below(tmp_path, tmp_path))
    assert [found.name(index) for index in range(len(found))] == [
        "a.png", "b.jpg", "a/x.bmp", "b/10.png", "b/9.png", "b/z.png", "b/a/é.png",
    ]  # fmt: skip


def test_results_keep_the_order_of_their_items_and_few_are_made_ahead():
    started, waiting = [], threading.Event()

    def step(item: int) -> int:
        started.append(item)
        if item == 0:
            waiting.wait(5)
        return -item

    results = in_order(step, iter(range(500)))
    threading.Timer(0.05, waiting.set).start()
    assert next(results) == 0
    assert len(started) < 100
    assert list(results) == [-item for item in range(1, 500)]


def test_an_error_of_a_thread_is_that_of_the_reader():
    with pytest.raises(ZeroDivisionError):
        list(in_order(lambda item: 1 // item, [1, 0, 2]))


def test_threads_that_silence_warnings_leave_the_filters_alone(tmp_path, save):
    from hourglass.images import load_folder

    for number in range(40):
        save(tmp_path / f"{number}.png", np.full((9, 9), number, np.uint8))
    before = list(warnings.filters)
    load_folder(tmp_path)
    assert warnings.filters == before


def test_the_last_thread_to_leave_puts_the_filters_back():
    before, turn = warnings.filters, threading.Barrier(2, timeout=10)

    def overlap() -> None:
        with without_warnings():
            turn.wait()
            warnings.warn("odd metadata", stacklevel=1)
            turn.wait()

    with without_warnings():
        thread = threading.Thread(target=overlap)
        thread.start()
        turn.wait()
    # The one who came first has gone, and the other is still at work.
    assert warnings.filters is not before
    turn.wait()
    thread.join()
    assert warnings.filters is before


def test_many_threads_that_come_and_go_leave_the_filters_alone():
    before = warnings.filters

    def come_and_go() -> None:
        for _ in range(500):
            with without_warnings():
                warnings.warn("odd metadata", stacklevel=1)

    threads = [threading.Thread(target=come_and_go) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert warnings.filters is before


def test_filters_of_a_block_that_outlives_a_silence_do_not_last():
    before, block = warnings.filters, warnings.catch_warnings()
    with without_warnings():
        block.__enter__()
    block.__exit__(None, None, None)
    # What the block has put back is the silence, until the next one ends.
    with without_warnings():
        pass
    assert warnings.filters is before


def test_a_cache_gives_up_what_was_asked_for_longest_ago():
    cache = PixelCache(30)
    for number in range(3):
        cache.put(number, np.zeros(10, np.uint8))
    assert cache.get(0) is not None
    cache.put(3, np.zeros(10, np.uint8))
    assert cache.get(1) is None and cache.get(0) is not None
    cache.put(4, np.zeros(31, np.uint8))
    assert cache.get(4) is None and cache.get(3) is not None
