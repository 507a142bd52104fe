"""The fixed and the marginal price of a task, from jobs whose prices are known."""

from __future__ import annotations

import pytest

from concur.documents.cases import Cell
from concur.statistics.fixed_cost import apart
from judging import sample

CASE = "noop/thread_pool/tasks:100"


def cell(times_ms: dict[int, float]) -> Cell:
    return Cell(tuple(sample(CASE, number, time) for number, time in times_ms.items()))


def test_both_prices_are_found() -> None:
    """5 ms before the first task, 0.01 ms for each."""
    found = apart(cell({0: 6.0, 1: 6.0, 2: 6.0}), cell({0: 15.0, 1: 15.0, 2: 15.0}), 100, 1000)
    assert found is not None
    assert found.fixed.value == pytest.approx(5e6)
    assert found.marginal.value == pytest.approx(1e4)
    assert found.fixed.low == pytest.approx(found.fixed.high)


def test_the_intervals_are_over_sets() -> None:
    small = {0: 6.0, 1: 6.1, 2: 5.9, 3: 6.0}
    large = {0: 15.0, 1: 15.6, 2: 14.4, 3: 15.2}
    found = apart(cell(small), cell(large), 100, 1000)
    assert found is not None
    assert found.marginal.low < 1e4 < found.marginal.high
    assert found.marginal.sets == 4


def test_a_fixed_price_below_its_noise_has_an_interval_around_zero() -> None:
    found = apart(cell({0: 1.0, 1: 1.1, 2: 0.9}), cell({0: 10.0, 1: 10.5, 2: 9.5}), 100, 1000)
    assert found is not None
    assert found.fixed.low < 0 < found.fixed.high


def test_one_set_has_no_interval() -> None:
    found = apart(cell({0: 6.0}), cell({0: 15.0}), 100, 1000)
    assert found is not None
    assert not found.fixed.has_interval


def test_only_sets_that_have_both_count() -> None:
    assert apart(cell({0: 6.0}), cell({1: 15.0}), 100, 1000) is None
    found = apart(cell({0: 6.0, 1: 7.0}), cell({1: 16.0, 2: 99.0}), 100, 1000)
    assert found is not None
    assert found.marginal.value == pytest.approx(1e4)
