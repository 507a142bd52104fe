"""Ticks are round, few and inside; text beside bars fits."""

import pytest

from concur.drawing import ticks


@pytest.mark.parametrize("low, high", [(1, 1e5), (20e3, 31e3), (700, 120e3), (0.02, 0.9), (3, 8), (95, 1e9)])
def test_log_ticks(low, high):
    found = ticks.log_ticks(low, high, 6)
    assert 1 <= len(found) <= 6
    assert all(low * 0.99 <= tick <= high * 1.01 for tick in found)
    assert found == sorted(set(found))


def test_log_ticks_are_powers_of_ten_where_there_are_enough():
    assert ticks.log_ticks(1, 1000, 6) == [1, 10, 100, 1000]


def test_thin_keeps_both_ends_and_the_distance():
    # Half an inch per doubling: 2 is too near to 4.
    assert ticks.thin([1, 2, 4, 1024], 5.0, 0.6) == [1, 4, 1024]
    assert ticks.thin([1, 10, 100], 4.0, 0.5) == [1, 10, 100]
    assert ticks.thin([1, 10, 100], 4.0, 3.0) == [1, 100]
    assert ticks.thin([7], 4.0, 3.0) == [7]
    assert ticks.thin_linear([0, 1, 100], 4.0, 0.5) == [0, 100]


def test_room_for_text_beside_linear_bars():
    # The longest bar has no text, the second has an inch of it on three inches of axis.
    high = ticks.room_linear([(100.0, 0.0), (90.0, 1.0)], 3.0)
    assert 90.0 / high * 3.0 + 1.0 == pytest.approx(3.0)


def test_a_short_range_has_ticks_too():
    assert ticks.log_ticks(0.85, 1.32, 7) == pytest.approx([0.9, 1.0, 1.1, 1.2, 1.3])
    assert ticks.log_ticks(0.8, 3.8, 7) == [1, 2, 3]


def test_multiples_are_whole_numbers_that_have_room():
    assert ticks.multiple_ticks(3.4, 0.5) == [0, 1, 2, 3]
    assert ticks.multiple_ticks(5.0, 0.25) == [0, 1, 3, 5]
    # Zero and one would lie on each other.
    assert ticks.multiple_ticks(5.0, 0.16) == [1, 3, 5]
    assert ticks.multiple_ticks(1.2, 1.0) == [0, 1]


def test_round_ticks_end_with_the_axis():
    assert ticks.round_ticks(2.6e6, 1e6) == [0, 1e6, 2e6]
    assert ticks.round_ticks(4.0, 1.0) == [0, 2, 4]
