"""Statistics on known truths."""

import math

import numpy as np
import pytest

from concur.statistics import intervals
from synthetic import histogram


def test_median_of_odd_and_even():
    assert intervals.median([3, 1, 2]).value == 2
    assert intervals.median([1, 2, 3, 4]).value == 2.5


def test_interval_covers_the_truth_about_as_often_as_it_says():
    rng = np.random.default_rng(5)
    trials = 300
    hits = 0
    for _ in range(trials):
        e = intervals.median(rng.normal(10, 1, 21))
        hits += e.low <= 10 <= e.high
    assert 0.90 <= hits / trials <= 0.99


def test_interval_narrows_with_more_rounds():
    rng = np.random.default_rng(6)
    few, many = intervals.median(rng.normal(10, 1, 9)), intervals.median(rng.normal(10, 1, 400))
    assert many.high - many.low < (few.high - few.low) / 2


def test_one_round_has_no_interval():
    e = intervals.median([4.0])
    assert (e.low, e.value, e.high) == (4, 4, 4)
    assert not e.has_interval


def test_no_rounds_is_an_error():
    with pytest.raises(ValueError):
        intervals.median([])


def test_same_values_give_same_interval():
    values = [1.0, 5.0, 2.0, 8.0, 3.0]
    assert intervals.median(values) == intervals.median(values)


def noisy_pair(ratio):
    """Rounds that differ by a third, and two series whose ratio hardly does."""
    rng = np.random.default_rng(7)
    rounds = np.exp(rng.normal(0, 0.33, 15))
    baseline = {n: 100 * r for n, r in enumerate(rounds)}
    values = {n: 100 * ratio * r * math.exp(rng.normal(0, 0.002)) for n, r in enumerate(rounds)}
    return values, baseline


def test_pairing_finds_a_ratio_that_medians_would_miss():
    values, baseline = noisy_pair(1.08)
    e = intervals.paired_ratio(values, baseline)
    assert e.value == pytest.approx(1.08, abs=0.003)
    assert 1.07 < e.low <= e.high < 1.09
    assert not intervals.ties(e)
    alone = intervals.median(values.values())
    assert alone.low < intervals.median(baseline.values()).value < alone.high


def test_equal_series_tie():
    assert intervals.ties(intervals.paired_ratio(*noisy_pair(1.0)))


def test_less_than_five_percent_is_a_tie_however_narrow_the_interval():
    ratio = intervals.paired_ratio(*noisy_pair(1.04))
    assert ratio.low > 1.03
    assert intervals.ties(ratio)


def test_with_one_set_only_the_difference_counts():
    assert intervals.ties(intervals.paired_ratio({0: 1.04}, {0: 1.0}))
    assert not intervals.ties(intervals.paired_ratio({0: 1.06}, {0: 1.0}))


def test_the_interval_of_a_mean_is_that_of_students_t():
    logs = [math.log(value) for value in (1.9, 2.0, 2.1, 2.2)]
    e, wide = intervals.mean_of_logs(logs), intervals.mean_of_logs(logs, 0.99)
    assert e.value == pytest.approx(math.exp(np.mean(logs)))
    error = np.std(logs, ddof=1) / 2
    assert math.log(e.high / e.value) == pytest.approx(3.182 * error, rel=1e-3)
    assert math.log(wide.high / wide.value) == pytest.approx(5.841 * error, rel=1e-3)
    assert e.low * e.high == pytest.approx(e.value**2)
    assert not intervals.mean_of_logs(logs[:1]).has_interval


def test_ratio_is_symmetric():
    values, baseline = noisy_pair(2.0)
    there, back = intervals.paired_ratio(values, baseline), intervals.paired_ratio(baseline, values)
    assert there.value * back.value == pytest.approx(1)
    assert there.low * back.high == pytest.approx(1)


def test_only_common_rounds_pair():
    e = intervals.paired_ratio({0: 2.0, 1: 4.0, 7: 1000.0}, {0: 1.0, 1: 2.0, 8: 1.0})
    assert (e.value, e.sets) == (pytest.approx(2), 2)
    assert intervals.paired_ratio({0: 1.0}, {1: 1.0}) is None


def test_histograms_merge_bucket_by_bucket():
    assert intervals.merge([[(10, 1), (30, 2)], [(10, 4), (20, 5)]]) == {10: 5, 20: 5, 30: 2}


def test_percentiles_are_those_of_all_values_not_the_average_of_rounds():
    # A large fast round and a small slow one: averaging would say 5,050.
    rounds = [[(100, 990)], [(10_000, 10)]]
    p50, p99 = intervals.percentiles(rounds, [0.5, 0.995])
    assert p50.value == 100
    assert p99.value == 10_000
    # Drawing rounds again, at times only the slow one is drawn, and at times only the fast one.
    assert (p99.low, p99.high) == (100, 10_000)


def test_percentiles_agree_with_the_values_themselves():
    rng = np.random.default_rng(8)
    values = np.exp(rng.normal(12, 1, (7, 3000))).astype(np.int64)
    rounds = [histogram(row, "x")["buckets"] for row in values]
    ordered = np.sort(values, axis=None)
    for per_mille, e in zip((500, 990, 999), intervals.percentiles(rounds, [0.5, 0.99, 0.999])):
        exact = ordered[values.size * per_mille // 1000 - 1]
        assert exact <= e.value <= exact * 1.01
        assert e.low <= e.value <= e.high


def test_exact_ranks():
    thousand = [[(value, 1) for value in range(1, 1001)]]
    assert [e.value for e in intervals.percentiles(thousand, [0.001, 0.5, 0.99, 0.999])] == [1, 500, 990, 999]


def test_ranks_do_not_hang_on_the_last_bit():
    assert 0.07 * 100 > 7
    assert intervals.percentiles([[(value, 1) for value in range(1, 101)]], [0.07])[0].value == 7


def test_a_percentile_beyond_the_values_is_not_told():
    assert intervals.percentiles([[(1, 99)]], [0.5, 0.99])[1] is None
    assert intervals.percentiles([[(1, 100)]], [0.5, 0.99])[1] is not None


def test_maximum_and_its_range():
    e = intervals.maximum([3, 9, 5])
    assert (e.low, e.value, e.high) == (3, 9, 9)


@pytest.mark.parametrize("rounds", range(2, 16))
def test_equal_values_are_within_their_interval(rounds):
    """Rounding must not put a bound on the wrong side of the median: whiskers have no negative length."""
    for value in (0.918, 1.53, 0.1, 1e-9, 3e12):
        found = intervals.median([value] * rounds)
        assert (found.low, found.value, found.high) == (value, value, value)


def test_sets_without_any_agreement_have_an_interval_that_a_float_holds():
    found = intervals.mean_of_logs([-400.0, 400.0])
    assert 0 < found.low < found.value < found.high < math.inf
    assert intervals.exp(1.5) == math.exp(1.5)
