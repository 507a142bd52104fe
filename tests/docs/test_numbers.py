"""Numbers have as many digits as their interval permits."""

from __future__ import annotations

import pytest

from blocks.numbers import Ratio, furthest_percent, number
from blocks.pages import BlockError
from concur.statistics.intervals import Estimate


def ratio(value: float, low: float, high: float) -> Ratio:
    return Ratio(Estimate(value, low, high, 6))


@pytest.mark.parametrize(
    "value, low, high, text",
    [
        (1.2812, 1.2312, 1.3241, "1.28 times (1.23 to 1.32)"),
        (0.973, 0.968, 0.979, "0.97 times (0.97 to 0.98)"),
        (0.61, 0.5, 0.78, "0.61 times (0.50 to 0.78)"),
        (4.58, 4.2, 5.01, "4.6 times (4.2 to 5.0)"),
        (22.04, 21.1, 23.02, "22.0 times (21.1 to 23.0)"),
        (17.2, 13.4, 21.8, "17 times (13 to 22)"),
        (203.7, 175.2, 213.4, "204 times (175 to 213)"),
        (1906.0, 1661.0, 2019.0, "1,910 times (1,660 to 2,020)"),
        (0.0512, 0.0467, 0.0555, "0.051 times (0.047 to 0.056)"),
    ],
)
def test_a_ratio_has_the_digits_that_its_interval_permits(
    value: float, low: float, high: float, text: str
) -> None:
    assert str(ratio(value, low, high)) == text


def test_the_parts_of_a_ratio_stand_apart_in_a_sentence_and_in_a_table() -> None:
    one = ratio(1.2812, 1.2312, 1.3241)
    assert (one.times, one.interval, one.cell) == ("1.28 times", "(1.23 to 1.32)", "1.28 (1.23 to 1.32)")


def test_a_ratio_of_one_set_has_no_interval() -> None:
    one = Ratio(Estimate(1.2812, 1.2812, 1.2812, 1))
    assert (str(one), one.cell, one.interval) == ("1.28 times", "1.28", "")


def test_a_number_without_decimals_has_no_point() -> None:
    assert [number(5, 0), number(12345, -2), number(0.5, 1)] == ["5", "12,300", "0.5"]


def test_the_furthest_ratio_counts_in_both_directions() -> None:
    assert furthest_percent([ratio(0.93, 0.9, 0.95), ratio(1.05, 1, 1.1)]) == 7
    assert furthest_percent([ratio(1.081, 1, 1.1)]) == 9
    with pytest.raises(BlockError, match="there is no ratio"):
        furthest_percent([])
