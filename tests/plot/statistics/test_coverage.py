"""What the intervals promise, on simulated data of which the truth is known.

Seven rounds, and the noise that was measured between neighbours: a standard deviation of 0.6 % per pair.
"""

import numpy as np
import pytest

from concur.statistics import intervals

SETS, ROUNDS, NOISE = 1000, 7, 0.006
MARGIN = np.log(1.02)


def log_ratios(truth, draw=None, seed=17):
    """One row for each data set: the logarithms of its paired ratios."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(0, 1, (SETS, ROUNDS)) if draw is None else draw(rng, (SETS, ROUNDS))
    return np.log(truth) + NOISE * noise


DRAWS = {
    "normal": None,
    "heavy tails": lambda rng, size: rng.standard_t(3, size),
    "skewed": lambda rng, size: np.exp(rng.normal(0, 1, size)) - 1,
}


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS.keys())
def test_the_interval_holds_the_truth_as_often_as_it_says(draw):
    low, high = intervals.median_interval(log_ratios(1.1, draw))
    held = np.mean((low <= np.log(1.1)) & (np.log(1.1) <= high))
    assert 0.93 <= held <= 0.97


@pytest.mark.parametrize("rounds", [6, 9, 11, 15, 30])
def test_and_with_other_numbers_of_rounds(rounds):
    rng = np.random.default_rng(rounds)
    low, high = intervals.median_interval(rng.normal(0, 1, (SETS * 2, rounds)))
    assert 0.93 <= np.mean((low <= 0) & (0 <= high)) <= 0.97


def test_the_same_against_the_same_is_hardly_ever_called_different():
    low, high = intervals.median_interval(log_ratios(1.0))
    assert np.mean((low > MARGIN) | (high < -MARGIN)) <= 0.01


@pytest.mark.parametrize("truth", [1.05, 1 / 1.05])
def test_a_change_of_five_percent_is_found(truth):
    low, high = intervals.median_interval(log_ratios(truth))
    found = low > MARGIN if truth > 1 else high < -MARGIN
    assert np.mean(found) >= 0.95


def test_the_interval_of_one_set_is_that_of_many():
    sets = log_ratios(1.0)
    low, high = intervals.median_interval(sets)
    for row in range(20):
        one = intervals.median(sets[row])
        assert (one.low, one.high) == (low[row], high[row])
