"""How measured numbers stand in a text: with as many digits as their interval permits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from blocks.pages import BlockError
from concur.statistics.intervals import Estimate

# A figure has at most three digits that mean something.
DIGITS = 3
# The interval's half-width is at least so many units of the last digit.
LAST_DIGIT = 2.5


def _place(value: float) -> int:
    """The place of the first digit after the point that is not zero: 0 for 1 to 9.99, 2 for 0.05."""
    return -math.floor(math.log10(value))


def decimals(value: float, half: float) -> int:
    """How many decimals a value with an interval of this half-width deserves; -1: it is rounded to tens."""
    most = DIGITS - 1 + _place(value)
    # A ratio of 0.97 has as many decimals as one of 1.03.
    most = min(most, 2) if value >= 0.1 else most
    if half <= 0 or most <= 0:
        return most
    return min(most, max(0, _place(half / LAST_DIGIT)))


def number(value: float, places: int) -> str:
    """1.28, 204, 1,910"""
    return f"{round(value, places):,.{max(0, places)}f}"


@dataclass(frozen=True)
class Ratio:
    """How many times as much one case takes as another, for a sentence or for a cell of a table."""

    estimate: Estimate

    @property
    def value(self) -> float:
        return self.estimate.value

    @property
    def low(self) -> float:
        return self.estimate.low

    @property
    def high(self) -> float:
        return self.estimate.high

    def _number(self, value: float) -> str:
        return number(value, decimals(self.value, (self.high - self.low) / 2))

    @property
    def times(self) -> str:
        """1.28 times"""
        return f"{self._number(self.value)} times"

    @property
    def interval(self) -> str:
        """(1.23 to 1.32), and nothing if there was only one set"""
        if not self.estimate.has_interval:
            return ""
        return f"({self._number(self.low)} to {self._number(self.high)})"

    @property
    def cell(self) -> str:
        """1.28 (1.23 to 1.32)"""
        return f"{self._number(self.value)} {self.interval}".rstrip()

    def __str__(self) -> str:
        """1.28 times (1.23 to 1.32)"""
        return f"{self.times} {self.interval}".rstrip()


@dataclass(frozen=True)
class Value:
    """A figure with its unit."""

    value: float
    text: str

    def __str__(self) -> str:
        return self.text


def furthest_percent(ratios: Sequence[Ratio]) -> int:
    """By how many percent the ratios differ from 1 at most, rounded up."""
    if not ratios:
        raise BlockError("there is no ratio, so nothing is within any limit")
    return math.ceil(100 * max(abs(ratio.value - 1) for ratio in ratios) - 1e-9)
