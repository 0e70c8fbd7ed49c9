"""A threshold keeps its promise for any scores, and says how well it can."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hourglass.errors import ConfigurationError
from hourglass.evaluation import (
    calibrated_interval,
    conformal_rank,
    conformal_threshold,
    exact_interval,
    p_values,
)
from hourglass.seeds import generator


@pytest.mark.parametrize(
    ("count", "rate", "rank"),
    # By hand: ⌈(n + 1)(1 − α)⌉; 0.07 of 100 is 7, which is 6.99… in floating point.
    [(99, 0.01, 99), (100, 0.01, 100), (199, 0.01, 198), (99, 0.07, 93), (9, 0.1, 9), (3, 0.5, 2)],
)
def test_the_rank_of_small_cases_is_that_found_by_hand(count, rate, rank):
    assert conformal_rank(count, rate) == rank
    scores = generator(1).permutation(count).astype(float)
    assert conformal_threshold(scores, rate) == rank - 1


@pytest.mark.parametrize(
    ("count", "rate", "words"),
    [(98, 0.01, "at least 99 .* there are 98. Ask for 0.0102 or more"), (0, 0.5, "at least 1 ")],
)
def test_too_few_normal_images_for_a_rate_are_refused_with_what_would_do(count, rate, words):
    with pytest.raises(ConfigurationError, match=words):
        conformal_rank(count, rate)
    if count:
        assert conformal_rank(count, 0.0102) == count


@pytest.mark.parametrize("rate", [0.0, 1.0, -0.1, float("nan")])
def test_what_is_no_rate_is_refused(rate):
    with pytest.raises(ConfigurationError, match="above 0 and below 1"):
        conformal_rank(100, rate)


SCORES = st.lists(st.integers(-5, 5), min_size=20, max_size=60)


@given(scores=SCORES, rate=st.sampled_from([0.05, 0.1, 0.2, 0.31, 0.5]))
def test_every_score_has_its_turn_as_the_last_and_few_enough_are_flagged(scores, rate):
    """Exchangeable scores, ties and all: over all choices of the new image at most α."""
    values = np.array(scores, float)
    flagged = [
        value > conformal_threshold(np.delete(values, number), rate)
        for number, value in enumerate(values)
    ]
    assert np.mean(flagged) <= rate + 1e-12


@given(scores=SCORES, rates=st.tuples(st.floats(0.06, 0.9), st.floats(0.06, 0.9)))
def test_a_higher_rate_never_has_a_higher_threshold(scores, rates):
    values = np.array(scores, float)
    low, high = (conformal_threshold(values, rate) for rate in sorted(rates))
    assert high <= low


@given(scores=SCORES, others=SCORES, rate=st.sampled_from([0.05, 0.1, 0.25, 0.5]))
def test_p_values_count_and_agree_with_the_threshold(scores, others, rate):
    normal, new = np.array(scores, float), np.array(others, float)
    chances = p_values(normal, new)
    by_hand = [(1 + sum(normal >= value)) / (len(normal) + 1) for value in new]
    assert np.allclose(chances, by_hand)
    assert ((chances <= rate + 1e-12) == (new > conformal_threshold(normal, rate))).all()


def test_p_values_of_normal_images_are_valid():
    chance = generator(2)
    found = np.array(
        [p_values(chance.normal(size=39), chance.normal(size=1))[0] for _ in range(4000)]
    )
    for rate in (0.05, 0.1, 0.5):
        # Four standard deviations of a mean of so many.
        assert (found <= rate).mean() == pytest.approx(rate, abs=4 * (rate / 4000) ** 0.5)


def test_the_true_rate_of_a_threshold_spreads_as_its_interval_says():
    """Uniform scores: the true rate of a threshold is what lies above it."""
    count, rate = 199, 0.05
    rank = conformal_rank(count, rate)
    chance = generator(3)
    true = np.array([1 - conformal_threshold(chance.random(count), rate) for _ in range(4000)])
    for confidence in (0.5, 0.9, 0.95):
        low, high = calibrated_interval(count, rank, confidence)
        for tail in (true < low, true > high):
            assert tail.mean() == pytest.approx((1 - confidence) / 2, abs=0.03)
    assert true.mean() == pytest.approx(rate, abs=0.002)


def test_the_exact_interval_is_the_known_one():
    # Roots of the binomial tail at 2.5 %, such as (1 − p)^10 = 0.025 for none of ten.
    assert exact_interval(1, 10) == pytest.approx((0.00253, 0.44502), abs=1e-5)
    assert exact_interval(0, 10) == pytest.approx((0.0, 0.30850), abs=1e-5)
    assert exact_interval(10, 10) == pytest.approx((0.69150, 1.0), abs=1e-5)
    assert exact_interval(3, 40)[1] == pytest.approx(1 - exact_interval(37, 40)[0])
