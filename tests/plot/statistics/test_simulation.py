"""The method on simulated machines: coverage, false alarms, and what a sabotage of 5 % looks like.

The noise is that of real machines: it drifts over seconds as a random walk that is common to all models, a
process differs from set to set by 2.9 %, and a slice from the next by 10 %. (Both are spreads of a ratio;
each of its two models has a part of it.) A run has 6 sets of 6 slices of every case. The rest of its budget
is then allotted once to the cases with the widest intervals, at most 40 sets in all.
"""

from __future__ import annotations

import heapq
import math

import numpy as np
import pytest

from concur.documents.samples import Slices
from concur.statistics import intervals, turns
from concur.statistics.turns import WALL, Sets
from concur.statistics.verdicts import FASTER, SLOWER, verdict
from judging import sample

SETS, SLICES, MODELS, SETS_MOST = 6, 6, 8, 40
PROCESS, SLICE = 0.029 / math.sqrt(2), 0.10 / math.sqrt(2)
SLICE_MS = 25.0
# The random walk moves so far in a slice; in a second 5 %.
DRIFT = 0.05 / math.sqrt(1000 / SLICE_MS)
CASES, RUNS = 24, 80
# The budget, in sets for each case: twice the first pass.
BUDGET = 2 * SETS


def slices(rng, count, spread=1.0, truth=0.0):
    """The starts and the logarithms of the slices of a model and of its baseline, in so many sets."""
    turns_of_set = MODELS * SLICES
    walk = np.cumsum(rng.normal(0, DRIFT, (count, turns_of_set)), axis=1)
    # In each rotation the two have other places among the eight.
    places = np.argsort(rng.random((count, SLICES, MODELS)), axis=2)[:, :, :2]
    chosen = places + np.arange(SLICES)[None, :, None] * MODELS
    sides = []
    for side in (0, 1):
        at = chosen[:, :, side]
        logs = np.take_along_axis(walk, at, axis=1)
        logs = logs + spread * rng.normal(0, PROCESS, (count, 1)) + rng.normal(0, SLICE, at.shape)
        sides.append((at * SLICE_MS, logs + (truth if side == 0 else 0.0)))
    return sides


def interpolated(at, starts, logs):
    """np.interp for many sets at once."""
    after = np.clip((starts[:, None, :] <= at[:, :, None]).sum(axis=2), 1, SLICES - 1)

    def take(values, places):
        return np.take_along_axis(values, places, axis=1)

    left, right = take(starts, after - 1), take(starts, after)
    part = np.clip((at - left) / (right - left), 0, 1)
    return take(logs, after - 1) * (1 - part) + take(logs, after) * part


def log_ratios(rng, count, spread=1.0, truth=0.0):
    """For each set the log-ratio at each slice of the model."""
    (starts, logs), (theirs, base) = slices(rng, count, spread, truth)
    return logs - interpolated(starts, theirs, base)


def allot(first):
    """How many sets each case gets: as bench/suite/allotment.cpp does it, if all sets cost the same."""
    deviations = np.std(first, axis=1, ddof=1)

    def half_width(case, count):
        return intervals.quantile_t(count - 1, 0.95) * deviations[case] / math.sqrt(count)

    counts = [SETS] * len(first)
    widest = [(-half_width(case, SETS), case) for case in range(len(first))]
    heapq.heapify(widest)
    for _ in range((BUDGET - SETS) * len(first)):
        if not widest:
            break
        _, case = heapq.heappop(widest)
        counts[case] += 1
        if counts[case] < SETS_MOST:
            heapq.heappush(widest, (-half_width(case, counts[case]), case))
    return counts


def run(rng, spreads, truth=0.0):
    """The set values of all cases of a run: the first pass, and what was allotted then."""
    most = np.median(
        log_ratios(rng, CASES * SETS_MOST, np.repeat(spreads, SETS_MOST)[:, None], truth), axis=1
    ).reshape(CASES, SETS_MOST)
    return [values[:sets] for values, sets in zip(most, allot(most[:, :SETS]))]


@pytest.fixture(scope="module")
def runs():
    """Pairs of runs of the same programs. Some models differ more from set to set than others."""
    rng = np.random.default_rng(11)
    spreads = np.exp(rng.normal(0, 0.5, CASES))
    return [(run(rng, spreads), run(rng, spreads)) for _ in range(RUNS)]


def sets(values):
    return Sets(dict(enumerate(values)), in_turns=True)


def test_this_is_what_the_program_does_with_slices():
    rng = np.random.default_rng(5)
    sides = slices(rng, 4)
    (starts, logs), (theirs, base) = sides
    expected = np.median(logs - interpolated(starts, theirs, base), axis=1)
    for number in range(4):
        one, other = (
            sample(
                "noop/epoll/tasks:1", 0, 1, group="g", block=0,
                slices=Slices(
                    tuple(round(start * 1e6) for start in starts[number]),
                    tuple(round(math.exp(log) * 25e6) for log in logs[number]),
                    (1,) * SLICES, (0,) * SLICES, (1,) * SLICES,
                ),
            )
            for starts, logs in sides
        )  # fmt: skip
        found = turns.paired_sets([one], [other], WALL)
        assert found.in_turns and found.mean == pytest.approx(expected[number], abs=1e-6)


def test_the_budget_goes_to_the_widest(runs):
    numbers = [len(values) for pair in runs for one in pair for values in one]
    assert min(numbers) == SETS and max(numbers) > 25
    assert np.mean(numbers) <= BUDGET
    widths = [intervals.mean_of_logs(v) for pair in runs for one in pair for v in one]
    assert np.median([math.sqrt(e.high / e.low) - 1 for e in widths]) < 0.05


def test_the_interval_holds_the_truth_as_often_as_it_says(runs):
    found = [intervals.mean_of_logs(values) for pair in runs for one in pair for values in one]
    assert 0.93 <= np.mean([e.low <= 1 <= e.high for e in found]) <= 0.97


def test_slices_are_no_observations():
    """Pooled, they claim a confidence that they do not have."""
    rng = np.random.default_rng(7)
    rows = log_ratios(rng, 1500 * SETS).reshape(1500, SETS * SLICES)
    half = intervals.quantile_t(rows.shape[1] - 1, 0.95) * rows.std(axis=1, ddof=1) / math.sqrt(rows.shape[1])
    pooled = np.mean(np.abs(rows.mean(axis=1)) <= half)
    assert pooled < 0.88
    of_sets = np.median(rows.reshape(1500, SETS, SLICES), axis=2)
    half = intervals.quantile_t(SETS - 1, 0.95) * of_sets.std(axis=1, ddof=1) / math.sqrt(SETS)
    assert 0.93 <= np.mean(np.abs(of_sets.mean(axis=1)) <= half) <= 0.97


def test_without_pairing_the_drift_is_in_the_interval():
    rng = np.random.default_rng(8)
    paired = np.median(log_ratios(rng, 2000), axis=1)
    (_, logs), (_, base) = slices(rng, 2000)
    (_, other), _ = slices(rng, 2000)
    assert np.std(paired) < 0.8 * np.std(np.median(logs, axis=1) - np.median(other, axis=1))
    assert np.mean(paired) == pytest.approx(0, abs=0.005)


def verdicts(pairs):
    return [verdict(sets(now), sets(before)) for old, new in pairs for before, now in zip(old, new)]


def test_the_same_twice_is_hardly_ever_faster_or_slower(runs):
    found = verdicts(runs)
    assert len(found) >= 1900
    assert np.mean([one in (FASTER, SLOWER) for one in found]) <= 0.01


def test_five_percent_more_is_found_where_the_intervals_are_two_percent():
    rng = np.random.default_rng(9)
    for count, error in ((10, 0.028), (20, 0.043)):
        old, new = (rng.normal(truth, error, (300, count)) for truth in (0.0, math.log(1.05)))
        half = [math.sqrt(e.high / e.low) - 1 for e in map(intervals.mean_of_logs, old)]
        assert np.mean(half) == pytest.approx(0.02, abs=0.002)
        found = [verdict(sets(now), sets(before)) for before, now in zip(old, new)]
        assert FASTER not in found and np.mean([one == SLOWER for one in found]) >= 0.5
