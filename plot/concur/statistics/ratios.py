"""Ratios within one case: of each series to the baseline."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from statistics import median

from concur.documents.cases import Case, Series
from concur.statistics import intervals, turns
from concur.statistics.intervals import Estimate
from concur.statistics.turns import CPU, WALL, Metric

# The share of its CPUs' time in which the peer computed. Above it the peer limits the throughput, so that the
# wall time says nothing of the model.
PEER_LIMIT = 0.90
WHY_CPU = "the clients were at their limit, so CPU time per {unit} is compared"


@lru_cache(maxsize=None)
def is_limited(case: Case) -> bool:
    """Whether the peer was at its limit in the median sample of this case, and CPU times are known."""
    samples = [sample for cell in case.ok().values() for sample in cell.samples]
    shares = [s.evidence.peer_cpu_share for s in samples if s.evidence.peer_cpu_share is not None]
    return bool(shares) and median(shares) > PEER_LIMIT and all(s.cpu_ns for s in samples)


def metric_of(case: Case) -> Metric:
    """The figure by which the models of this case are compared."""
    return CPU if is_limited(case) else WALL


@dataclass(frozen=True)
class Ranked:
    """The ok series of a case against its baseline."""

    baseline: Series | None
    metric: Metric
    ratios: dict[Series, Estimate]
    # The series that is better than all others by more than 5 % and more than the interval, if there is one.
    best: Series | None
    # Series that may be as good as the one with the least ratio, and this one; empty if there are none.
    ties: frozenset[Series]
    # Series that have no set in common with the baseline: their ratio is one of medians, without interval.
    unpaired: frozenset[Series]

    def order(self) -> list[Series]:
        return sorted(self.ratios, key=lambda series: self.ratios[series].value)


@lru_cache(maxsize=None)
def to_baseline(case: Case) -> Ranked:
    """Cached, because many cells of a chart ask for it."""
    metric, ok = metric_of(case), case.ok()
    figures = {series: turns.absolute(cell, metric) for series, cell in ok.items()}
    known = {series: figure for series, figure in figures.items() if figure is not None}
    if case.baseline is None or case.baseline not in known:
        return Ranked(None, metric, {}, None, frozenset(), frozenset())
    ratios: dict[Series, Estimate] = {}
    unpaired = set()
    for series in known:
        ratio = turns.paired(ok[series], ok[case.baseline], metric)
        if ratio is None:
            unpaired.add(series)
            plain = known[series].value / known[case.baseline].value
            ratio = Estimate(plain, plain, plain, 1)
        ratios[series] = ratio
    best, ties = _leaders(case, ratios, metric)
    return Ranked(case.baseline, metric, ratios, best, ties, frozenset(unpaired))


def _leaders(
    case: Case, ratios: dict[Series, Estimate], metric: Metric
) -> tuple[Series | None, frozenset[Series]]:
    """The series that is better than all others; if there is none, those that share the first place.

    With one set nothing is known of the noise, so that nobody is the best.
    """
    first = min(ratios, key=lambda series: ratios[series].value)
    others = {
        series: turns.paired(case.cells[series], case.cells[first], metric)
        for series in ratios.keys() - {first}
    }
    ties = {series for series, ratio in others.items() if ratio is None or intervals.ties(ratio)}
    if ties:
        return None, frozenset({first, *ties})
    known = all(ratio is not None and ratio.has_interval for ratio in others.values())
    return (first if others and known else None), frozenset()
