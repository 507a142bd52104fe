"""Ticks that carry their units, and axes with room for what is written beside the bars."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator, NullLocator

from concur.documents import labels

Words = Callable[[float], str]


def log_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round values within low..high: powers of ten, thinned out or filled up with 2 and 5."""
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
    """On a logarithmic axis this many inches wide, those ticks that are at least so far apart."""
    kept = thin_linear([math.log(tick) for tick in ticks], width, least)
    return [tick for tick in ticks if math.log(tick) in kept]


def thin_linear(ticks: Sequence[float], width: float, least: float) -> list[float]:
    """Counted from the last one; both ends always stay."""
    inches = width / ((ticks[-1] - ticks[0]) or 1.0)
    kept = [ticks[-1]]
    for tick in reversed(ticks[:-1]):
        if (kept[-1] - tick) * inches >= least:
            kept.append(tick)
    if len(kept) > 1:
        kept[-1] = ticks[0]
    return kept[::-1]


def set_ticks(axis: Any, ticks: Sequence[float], words: Words) -> None:
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_major_formatter(FixedFormatter([words(tick) for tick in ticks]))
    axis.set_minor_locator(NullLocator())


def room_linear(ends: Sequence[tuple[float, float]], width: float) -> float:
    """The axis' end such that beside each bar (its end, inches of text) the text fits."""
    most = max(end for end, _ in ends)
    return max(most * 1.02, *(end * width / max(width - text, 0.3 * width) for end, text in ends))


def room_log(low: float, ends: Sequence[tuple[float, float]], width: float) -> float:
    start = math.log(low)
    reach = [(math.log(end) - start) * width / max(width - text, 0.3 * width) for end, text in ends]
    return math.exp(start + max(reach))


def linear_x(axes: Any, high: float, words_in: Callable[[float], tuple[float, Words]], most: int = 4) -> None:
    """From zero; ticks are round in the unit that suits the largest value."""
    size, words = words_in(high)
    ticks = [tick * size for tick in MaxNLocator(nbins=most).tick_values(0, high / size)]
    axes.set_xlim(0, high)
    set_ticks(axes.xaxis, [tick for tick in ticks if tick <= high * 1.0001], words)


def log_x(axes: Any, low: float, high: float, words: Words, most: int = 5) -> None:
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    set_ticks(axes.xaxis, log_ticks(low, high, most), words)


def time_words(high: float) -> tuple[float, Words]:
    """The unit that suits the largest tick, and how to write ticks on a linear axis."""
    return labels.time_unit(high)[1], labels.duration


def count_words(high: float) -> tuple[float, Words]:
    return next((size for size in (1e9, 1e6, 1e3) if high >= size), 1.0), labels.count
