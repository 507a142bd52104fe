"""Ratios of models that took turns."""

import math
from dataclasses import replace

import numpy as np
import pytest

from concur.documents.cases import Cell
from concur.documents.samples import Slices
from concur.statistics.turns import CPU, WALL, WALL_OF_JOB, absolute, paired
from judging import sample

FAST, SLOW, THIRD = "echo/epoll/connections:10", "echo/poll/connections:10", "echo/select/connections:10"
MS = 1_000_000


def taken(case, starts_ms, ns_per_unit, number=0, block=0, partner=None, units=1000):
    """A sample with a slice at each of these times, of so many units, each of which took so long."""
    walls = tuple(round(ns * units) for ns in ns_per_unit)
    slices = Slices(
        tuple(round(start * MS) for start in starts_ms),
        walls,
        tuple(wall // 2 for wall in walls),
        (0,) * len(walls),
        (units,) * len(walls),
    )
    mean = float(np.mean(ns_per_unit))
    return sample(
        case, number, mean * 2000 / MS, units=2000.0, cpu_ns=mean * 1000,
        group="g", block=block, slices=slices, partner=partner,
    )  # fmt: skip


def cell(*samples):
    return Cell(tuple(samples))


def test_the_partner_is_interpolated_between_its_two_nearest_slices():
    """Everything takes twice as long every 10 ms: on a logarithmic scale the drift is a straight line."""

    def drift(starts):
        return [2 ** (start / 10) for start in starts]

    fast, slow = [0, 20, 40], [5, 13, 30]
    one = taken(SLOW, slow, [3000 * value for value in drift(slow)])
    other = taken(FAST, fast, [1000 * value for value in drift(fast)])
    assert paired(cell(one), cell(other), WALL).value == pytest.approx(3, rel=1e-4)
    # The totals say something else.
    assert one.real_ns / other.real_ns < 2


def test_beyond_the_first_and_the_last_slice_the_nearest_counts():
    one = taken(SLOW, [-100, 500], [3000, 3000])
    other = taken(FAST, [0, 10], [1000, 1500])
    expected = math.sqrt(3 * 2)
    assert paired(cell(one), cell(other), WALL).value == pytest.approx(expected)


def test_a_set_has_the_median_of_its_slices_and_sets_have_their_mean():
    others = [taken(FAST, range(0, 60, 10), [1000] * 6, number) for number in range(3)]
    ones = [
        taken(SLOW, range(5, 65, 10), [ratio * 1000] * 5 + [9000], number)
        for number, ratio in enumerate((2, 2.2, 2.42))
    ]
    found = paired(cell(*ones), cell(*others), WALL)
    assert (found.value, found.sets) == (pytest.approx(2.2), 3)
    assert math.log(found.high / found.value) == pytest.approx(4.303 * math.log(1.1) / math.sqrt(3), rel=1e-3)


def test_blocks_are_compared_by_way_of_the_baseline():
    """The machine was twice as slow while the second block ran."""
    first, second = (taken(FAST, [0, 10], [1000 * slow] * 2, block=slow - 1) for slow in (1, 2))
    one = taken(SLOW, [5, 15], [3000, 3000], block=0, partner=first)
    other = taken(THIRD, [5, 15], [3000, 3000], block=1, partner=second)
    assert paired(cell(one), cell(other), WALL).value == pytest.approx(2)
    assert paired(cell(other), cell(one), WALL).value == pytest.approx(0.5)
    assert paired(cell(other), cell(first), WALL).value == pytest.approx(1.5)
    assert paired(cell(first), cell(other), CPU).value == pytest.approx(1 / 1.5)


def test_a_further_set_of_a_model_needs_only_the_baseline_beside_it():
    """The baseline has no result in this set: it was only there as a partner."""
    bases = [taken(FAST, [0, 10], [1000, 1000], number) for number in range(2)]
    ones = [taken(SLOW, [5, 15], [3000, 3000], number, partner=bases[number]) for number in range(2)]
    for found in (paired(cell(*ones), cell(bases[0]), WALL), paired(cell(bases[0]), cell(*ones), WALL)):
        assert found.sets == 2 and max(found.value, 1 / found.value) == pytest.approx(3)


def test_a_set_without_a_common_partner_is_left_out():
    bases = [taken(FAST, [0, 10], [1000, 1000], number) for number in range(2)]
    ones = [taken(SLOW, [5, 15], [3000, 3000], number, partner=bases[number]) for number in range(2)]
    others = [
        taken(THIRD, [5, 15], [1500, 1500], 0, block=0, partner=bases[0]),
        taken(THIRD, [5, 15], [1500, 1500], 1, block=1),
    ]
    assert paired(cell(*ones), cell(*others), WALL).sets == 1


def test_whole_samples_are_compared_by_their_totals():
    ones = [sample(SLOW, number, 30 + number) for number in range(9)]
    others = [sample(FAST, number, 10) for number in range(9)]
    found = paired(cell(*ones), cell(*others), WALL)
    assert (found.value, found.sets) == (pytest.approx(3.4), 9)
    mixed = paired(cell(taken(SLOW, [0], [3000])), cell(sample(FAST, 0, 2, units=2000.0)), WALL)
    assert mixed.value == pytest.approx(3)


def test_a_slice_too_short_for_its_clock_is_left_out():
    other = taken(FAST, [0, 10, 20], [1000, 1000, 1000])
    one = taken(SLOW, [5, 15, 25], [2000, 2000, 2000])
    coarse = replace(one, slices=replace(one.slices, cpu_ns=(0, *one.slices.cpu_ns[1:])))
    assert paired(cell(coarse), cell(other), CPU).value == pytest.approx(2)
    none = replace(one, slices=replace(one.slices, cpu_ns=(0, 0, 0)))
    assert paired(cell(none), cell(other), CPU).value == pytest.approx(2), "by the totals"


def test_sizes_are_compared_for_a_unit_or_for_a_job():
    small, large = "echo/epoll/connections:10", "echo/epoll/connections:40"
    one = replace(taken(large, [0, 10], [1000, 1000]), units=8000.0)
    other = taken(small, [5, 15], [1000, 1000], partner=one)
    assert paired(cell(one), cell(other), WALL).value == pytest.approx(1)
    assert paired(cell(one), cell(other), WALL_OF_JOB).value == pytest.approx(4)
    apart = replace(other, block=1, partner=replace(one, block=1))
    assert paired(cell(one), cell(apart), WALL_OF_JOB).value == pytest.approx(4)


def test_entries_of_a_common_group_are_partners():
    one, other = taken(SLOW, [5], [3000]), taken(FAST, [0], [1000])
    elsewhere = replace(taken(SLOW, [5], [9000]), group="another")
    assert paired(Cell((elsewhere,), (one,)), cell(other), WALL).value == pytest.approx(3)


def test_an_absolute_figure_is_the_mean_over_sets():
    sets = [taken(FAST, [0], [ns], number) for number, ns in enumerate((1000, 2000, 4000))]
    found = absolute(cell(*sets), WALL)
    assert (found.value, found.sets) == (pytest.approx(2000), 3)
    whole = absolute(cell(*(sample(FAST, number, ms) for number, ms in enumerate((1, 2, 9)))), WALL)
    assert whole.value == pytest.approx(2 * MS / 10)
    assert absolute(cell(sample(FAST, 0, 1, cpu_ns=None)), CPU) is None
