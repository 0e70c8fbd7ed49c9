import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hourglass.seeds import derive, generator, order

seeds = st.integers(min_value=0, max_value=2**31 - 1)


@given(seeds, st.integers(0, 1000), st.integers(1, 300))
def test_an_order_visits_every_image_once(seed: int, epoch: int, count: int) -> None:
    assert np.array_equal(np.sort(order(seed, epoch, count)), np.arange(count))


@given(seeds)
def test_an_order_is_a_function_of_seed_and_epoch(seed: int) -> None:
    assert np.array_equal(order(seed, 3, 50), order(seed, 3, 50))
    assert not np.array_equal(order(seed, 3, 50), order(seed, 4, 50))


@given(seeds)
def test_purposes_do_not_share_a_stream(seed: int) -> None:
    assert derive(seed, "split") != derive(seed, "noise")
    assert generator(seed, "a").random() != generator(seed, "b").random()


def test_derived_seeds_stay_the_same_in_every_version() -> None:
    # A run is repeated from its seed, so these may never change.
    assert (derive(0, "order"), derive(7, "split", 2)) == (1766560666, 1446354562)


def test_words_do_not_run_into_each_other() -> None:
    assert derive(1, "ab", "c") != derive(1, "a", "bc")
