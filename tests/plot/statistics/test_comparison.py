"""A comparison of two medians: its interval and its verdict."""

import numpy as np
import pytest

from concur.statistics import intervals
from concur.statistics.comparison import FASTER, SAME, SLOWER, UNCLEAR, quotient, verdict
from concur.statistics.intervals import Estimate


def estimate(value, spread=0.01, rounds=7):
    return Estimate(value, value * (1 - spread), value * (1 + spread), rounds)


def test_a_quotient_has_the_spread_of_both():
    ratio = quotient(estimate(2.0, 0.03), estimate(1.0, 0.04))
    assert ratio.value == pytest.approx(2)
    assert ratio.high / ratio.value == pytest.approx(1.05, abs=0.005)
    assert ratio.low / ratio.value == pytest.approx(0.95, abs=0.005)


@pytest.mark.parametrize(
    ("value", "spread", "rounds", "expected"),
    [
        (1.10, 0.02, 7, SLOWER),
        (0.90, 0.02, 7, FASTER),
        (1.00, 0.02, 7, SAME),
        (1.05, 0.02, 7, UNCLEAR),
        (1.00, 0.20, 7, UNCLEAR),
        (1.50, 0.01, 4, UNCLEAR),
    ],
)
def test_a_verdict_needs_its_whole_interval_beyond_the_margin(value, spread, rounds, expected):
    assert verdict(estimate(value, spread, rounds), 0.05) == expected


def test_its_interval_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(3)
    sets = 1000
    sides = []
    for _ in range(2):
        values = 10 + rng.normal(0, 0.05, (sets, 7))
        sides.append((np.median(values, axis=1), *intervals.median_interval(values)))
    held = 0
    for new, old in zip(zip(*sides[0]), zip(*sides[1])):
        ratio = quotient(Estimate(*map(float, new), 7), Estimate(*map(float, old), 7))
        held += ratio.low <= 1 <= ratio.high
    assert held / sets >= 0.93
