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
    """At most `most` round values from `low` to `high`: powers of ten; also others if they are few."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    decades = [10.0**power for power in range(first, last + 1)]

    def inside(values: Sequence[float]) -> list[float]:
        return [value for value in values if low * 0.999 <= value <= high * 1.001]

    if len(found := inside(decades)) >= 3:
        return found[:: -(-len(found) // most)]
    for steps in ((1, 2, 5), (1, 2, 3, 5), (1, 3)):
        fine = inside([decade * step for decade in decades for step in steps])
        if 3 <= len(fine) <= most:
            return fine
    # So short a range that it looks linear.
    return inside(MaxNLocator(nbins=most - 1, steps=[1, 2, 5, 10]).tick_values(low, high).tolist())


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


def round_ticks(end: float, size: float, most: int = 3) -> list[float]:
    """From zero to `end`: round numbers of a unit of this size."""
    found = [
        tick * size for tick in MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10]).tick_values(0, end / size)
    ]
    return [tick for tick in found if tick <= end * 1.0001]


def multiple_ticks(end: float, inches: float) -> list[float]:
    """0, 1, 2, ...; without those that have no room on an axis with these inches for each of them."""
    step = 1 if inches >= 0.3 else 2 if inches >= 0.15 else 4
    first = [0.0, 1.0] if inches >= 0.2 else [1.0]
    return [*first, *(float(tick) for tick in range(1 + step, int(end) + 1, step))]


def time_scale(high: float) -> Scale:
    return units.unit_of(high, units.TIMES)[1], units.duration


def bytes_scale(high: float) -> Scale:
    return units.unit_of(high, units.DECIMAL_BYTES)[1], units.decimal_bytes
