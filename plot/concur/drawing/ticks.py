"""Ticks with units, and axes that have room for the texts beside the bars."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator, NullLocator

from concur.documents import units

Format = Callable[[float], str]
# The size of the unit that suits an axis, and the format of its ticks.
Scale = tuple[float, Format]


def log_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """At most `most` round values from `low` to `high`: powers of ten; also 2 and 5 if they are few."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    decades = [10.0**power for power in range(first, last + 1)]

    def inside(values: Sequence[float]) -> list[float]:
        return [value for value in values if low * 0.999 <= value <= high * 1.001]

    for steps in ((1, 2, 5), (1, 3)):
        fine = inside([decade * step for decade in decades for step in steps])
        if len(fine) <= most and len(inside(decades)) < 3:
            return fine
    found = inside(decades)
    return found[:: max(1, -(-len(found) // most))]


def thin(ticks: Sequence[float], width: float, least: float) -> list[float]:
    """The ticks of a logarithmic axis that have a distance of at least `least` inches."""
    kept = thin_linear([math.log(tick) for tick in ticks], width, least)
    return [tick for tick in ticks if math.log(tick) in kept]


def thin_linear(ticks: Sequence[float], width: float, least: float) -> list[float]:
    """The ticks of a linear axis that have this distance; the first and the last tick are always kept."""
    inches = width / ((ticks[-1] - ticks[0]) or 1.0)
    kept = [ticks[-1]]
    for tick in reversed(ticks[:-1]):
        if (kept[-1] - tick) * inches >= least:
            kept.append(tick)
    if len(kept) > 1:
        kept[-1] = ticks[0]
    return kept[::-1]


def set_ticks(axis: Any, ticks: Sequence[float], format_tick: Format) -> None:
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_major_formatter(FixedFormatter([format_tick(tick) for tick in ticks]))
    axis.set_minor_locator(NullLocator())


def room_linear(ends: Sequence[tuple[float, float]], width: float) -> float:
    """The end of a linear axis on which all texts fit. For each bar: its end, and the inches of its text."""
    most = max(end for end, _ in ends)
    return max(most * 1.02, *(end * width / max(width - text, 0.3 * width) for end, text in ends))


def room_log(low: float, ends: Sequence[tuple[float, float]], width: float) -> float:
    """The end of a logarithmic axis from `low`, on which all texts fit."""
    start = math.log(low)
    reach = [(math.log(end) - start) * width / max(width - text, 0.3 * width) for end, text in ends]
    return math.exp(start + max(reach))


def linear_x(axes: Any, high: float, scale_for: Callable[[float], Scale], most: int = 4) -> None:
    """An axis from zero, whose ticks are round numbers of its unit."""
    size, format_tick = scale_for(high)
    ticks = [tick * size for tick in MaxNLocator(nbins=most).tick_values(0, high / size)]
    axes.set_xlim(0, high)
    set_ticks(axes.xaxis, [tick for tick in ticks if tick <= high * 1.0001], format_tick)


def log_x(axes: Any, low: float, high: float, format_tick: Format, most: int = 5) -> None:
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    set_ticks(axes.xaxis, log_ticks(low, high, most), format_tick)


def time_scale(high: float) -> Scale:
    return units.unit_of(high, units.TIMES)[1], units.duration


def count_scale(high: float) -> Scale:
    return next(size for _, size in units.COUNTS if high >= size or size == 1), units.count
