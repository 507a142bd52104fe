"""Ratios of wall times within one case: of each series to the best one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from concur.documents.cases import Case, Series
from concur.statistics import intervals
from concur.statistics.intervals import Estimate


@dataclass(frozen=True)
class Ranked:
    """The ok series of a case against the best one, which has the least median time."""

    best: Series | None
    ratios: dict[Series, Estimate]
    # Series that may be as fast as the best: the interval of the paired ratio contains 1.
    ties: frozenset[Series]
    # Series that have no round in common with the best: their ratio is one of medians, without interval.
    unpaired: frozenset[Series]

    def order(self) -> list[Series]:
        return sorted(self.ratios, key=lambda series: (series != self.best, self.ratios[series].value))


@lru_cache(maxsize=None)
def to_best(case: Case) -> Ranked:
    """Cached, because many cells of a chart ask for it."""
    times = {series: cell.times() for series, cell in case.ok().items()}
    if not times:
        return Ranked(None, {}, frozenset(), frozenset())
    medians = {series: intervals.median(values.values()).value for series, values in times.items()}
    best = min(medians, key=lambda series: medians[series])
    ratios: dict[Series, Estimate] = {}
    unpaired = set()
    for series, values in times.items():
        ratio = intervals.paired_ratio(values, times[best])
        if ratio is None:
            unpaired.add(series)
            plain = medians[series] / medians[best]
            ratio = Estimate(plain, plain, plain, 1)
        ratios[series] = ratio
    ties = frozenset(series for series, ratio in ratios.items() if series != best and intervals.ties(ratio))
    return Ranked(best, ratios, ties, frozenset(unpaired))
