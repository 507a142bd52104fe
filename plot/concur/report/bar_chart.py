"""Horizontal bars from zero, as numbers for the template that draws them.

The axis is linear. A bar that would make all others too short to compare is cut: it has a visible break, and
its number beside it. So no logarithmic axis hides where zero is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from concur.statistics.intervals import Estimate

# Pixels. To the left of the bars is room for names, to the right for a number; the template knows how much.
AREA, ROW = 126.0, 18.0
NAME_MOST = 28
# A bar that is longer than this many times the median bar is cut.
CUT_FROM = 2.5
TICKS_MOST = 3
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
# Two labels of an axis need this distance.
LABEL_LEAST = 26.0


@dataclass(frozen=True)
class Value:
    """What a bar shows. Without an estimate there is no bar, but the text says why."""

    name: str
    estimate: Estimate | None
    text: str
    # The place of the model among all models of the page, by which it is filtered.
    model: int
    mark: str = ""
    # For readers who point at the bar.
    title: str = ""


@dataclass(frozen=True)
class Bar:
    name: str
    y: float
    width: float
    is_cut: bool
    # From the beginning of the bars: both ends of the interval; empty if there is none, or if the bar is cut.
    interval: tuple[float, ...]
    # Where the number stands.
    text_x: float
    of: Value


@dataclass(frozen=True)
class Chart:
    bars: tuple[Bar, ...]
    # Places and labels.
    ticks: tuple[tuple[float, str], ...]
    # The place of the baseline's line; None without a baseline.
    one: float | None
    height: float
    label: str


def axis_end(values: Sequence[float], at_least: float) -> float:
    """Where the axis ends, so that the bars that are alike can be compared."""
    most = max(values)
    end = max(at_least, CUT_FROM * median(values))
    return most if most <= end else end


def step_of(end: float) -> float:
    """The smallest round number of which at most TICKS_MOST fit."""
    power = 10.0 ** math.floor(math.log10(end / TICKS_MOST))
    return next(step * power for step in STEPS if end / (step * power) <= TICKS_MOST + 1e-9)


def ticks_of(
    end: float, unit: float, write: Callable[[float], str], one: float | None
) -> tuple[tuple[float, str], ...]:
    """Round numbers of this unit; those that are too near to the baseline's line are left out."""
    step = step_of(end / unit) * unit
    places = [step * number for number in range(int(end / step + 1e-9) + 1)]
    found = [(AREA * place / end, write(place)) for place in places]
    if one is None:
        return tuple(found)
    kept = [(x, text) for x, text in found if abs(x - one) >= LABEL_LEAST]
    return tuple(sorted([*kept, (one, write(1.0))]))


def short(name: str) -> str:
    return name if len(name) <= NAME_MOST else f"{name[: NAME_MOST - 1]}…"


def chart(
    values: Sequence[Value],
    label: str,
    write: Callable[[float], str],
    unit: float = 1.0,
    has_baseline: bool = True,
) -> Chart | None:
    """None if no value is known."""
    known = [value.estimate.value for value in values if value.estimate is not None]
    if not known or max(known) <= 0:
        return None
    end = axis_end(known, 1.25 if has_baseline else 0.0)
    one = AREA / end if has_baseline and end >= 1.0 else None
    made = tuple(_bar(value, index * ROW, end) for index, value in enumerate(values))
    return Chart(made, ticks_of(end, unit, write, one), one, len(values) * ROW + 2 * ROW, label)


def _bar(value: Value, y: float, end: float) -> Bar:
    if value.estimate is None:
        return Bar(short(value.name), y, 0.0, False, (), 4.0, value)
    one = value.estimate
    is_cut = one.value > end
    width = AREA * min(1.0, one.value / end)
    interval: tuple[float, ...] = ()
    if one.has_interval and not is_cut:
        interval = (AREA * max(0.0, one.low) / end, AREA * min(one.high / end, 1.0))
    return Bar(short(value.name), y, width, is_cut, interval, max(width, *interval, 0.0) + 6, value)
