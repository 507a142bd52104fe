"""Ratios of wall time within one case: to its best series, or to a chosen one."""

from __future__ import annotations

from dataclasses import dataclass

from concur.documents.cases import Case, Series
from concur.statistics import intervals
from concur.statistics.intervals import Estimate


@dataclass(frozen=True)
class Ranked:
    """The ok series of a case against the best, which is the one with the least median time."""

    best: Series | None
    ratios: dict[Series, Estimate]
    # Not told from the best by the interval of the paired ratio.
    ties: frozenset[Series]
    # Without a round in common with the best; their ratio is that of the medians, without interval.
    unpaired: frozenset[Series]

    def order(self) -> list[Series]:
        return sorted(self.ratios, key=lambda series: (series != self.best, self.ratios[series].value))


_KNOWN: dict[int, tuple[Case, Ranked]] = {}


def to_best(case: Case) -> Ranked:
    """Remembered per case: many cells of a chart ask for it."""
    known = _KNOWN.get(id(case))
    if known is None or known[0] is not case:
        known = _KNOWN[id(case)] = (case, _rank(case))
    return known[1]


def _rank(case: Case) -> Ranked:
    times = {series: cell.times() for series, cell in case.ok().items()}
    if not times:
        return Ranked(None, {}, frozenset(), frozenset())
    medians = {series: intervals.median(list(values.values())).value for series, values in times.items()}
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
