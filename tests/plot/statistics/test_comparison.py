"""A comparison of two figures: its interval and its verdict."""

import math
from dataclasses import replace

import numpy as np
import pytest

from concur.statistics.comparison import Compared, together
from concur.statistics.turns import WALL, Sets
from concur.statistics.verdicts import FASTER, SAME, SLOWER, UNCLEAR, quotient, verdict


def spread(value, error, sets=7, in_turns=True):
    """Sets whose mean has this value, and whose mean and median have about this standard error."""
    steps = np.linspace(-1, 1, sets)
    logs = math.log(value) + steps / np.std(steps, ddof=1) * error * math.sqrt(sets)
    return Sets(dict(enumerate(map(float, logs))), in_turns)


@pytest.mark.parametrize("in_turns", (True, False))
def test_a_quotient_has_the_spread_of_both(in_turns):
    new, old = spread(2.0, 0.003, in_turns=in_turns), spread(1.0, 0.004, in_turns=in_turns)
    ratio = quotient(new, old)
    assert ratio.value == pytest.approx(2)
    halves = [math.log(one.high / one.value) for one in (new.estimate(), old.estimate())]
    # Welch's interval has more degrees of freedom than either of the two.
    share = math.log(ratio.high / ratio.value) / math.hypot(*halves)
    assert (0.85 < share < 0.95) if in_turns else share == pytest.approx(1)
    assert ratio.low * ratio.high == pytest.approx(4)


def test_more_sets_give_more_degrees_of_freedom():
    few, many = (quotient(spread(1, 0.01, sets), spread(1, 0.01, sets)) for sets in (5, 40))
    assert few.high > many.high > 1
    uneven = quotient(spread(1, 0.01, 40), spread(1, 0.01, 5))
    assert few.high > uneven.high > many.high and uneven.sets == 5


@pytest.mark.parametrize(
    ("value", "error", "sets", "expected"),
    [
        (1.05, 0.008, 10, SLOWER),
        (0.95, 0.008, 10, FASTER),
        (1.00, 0.008, 10, SAME),
        (1.03, 0.008, 10, UNCLEAR),
        (1.00, 0.050, 10, UNCLEAR),
        (1.05, 0.020, 10, UNCLEAR),
        (1.50, 0.001, 4, UNCLEAR),
        (1.008, 0.0001, 10, SAME),
    ],
)
def test_a_verdict_on_turns(value, error, sets, expected):
    assert verdict(spread(value, error, sets), spread(1.0, error, sets)) == expected


@pytest.mark.parametrize(
    ("value", "error", "sets", "expected"),
    [(1.10, 0.008, 7, SLOWER), (0.90, 0.008, 7, FASTER), (1.0, 0.008, 7, SAME), (1.05, 0.008, 7, UNCLEAR)],
)
def test_a_verdict_on_whole_samples_needs_a_wide_margin(value, error, sets, expected):
    new, old = (spread(of, error, sets, in_turns=False) for of in (value, 1.0))
    assert verdict(new, old) == expected


@pytest.mark.parametrize("in_turns", (True, False))
def test_its_interval_holds_the_truth_as_often_as_it_says(in_turns):
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(1000):
        sides = (Sets(dict(enumerate(rng.normal(0, 0.05, 7))), in_turns) for _ in range(2))
        ratio = quotient(*sides)
        held += ratio.low <= 1 <= ratio.high
    assert held >= 930


def compared(value, error):
    sets = spread(value, error), spread(1.0, error)
    ratio = quotient(*sets)
    return Compared(None, ratio, math.hypot(*(one.error for one in sets)), "epoll", WALL, SAME, "")


def test_a_small_change_of_a_model_is_seen_in_its_cases_together():
    changed = [compared(1.05, 0.012) for _ in range(8)]
    assert verdict(spread(1.05, 0.012), spread(1.0, 0.012)) == UNCLEAR
    assert together(changed).verdict == SLOWER
    assert together(changed).mean.value == pytest.approx(1.05)
    assert together([compared(1.0, 0.012) for _ in range(8)]).verdict == SAME
    by_times = [replace(one, baseline=None) for one in changed]
    assert together(by_times).verdict == UNCLEAR and not together(by_times).mean.has_interval
