"""Ratios within one case: of each series to the baseline, or to any other series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from statistics import median

from concur.documents.cases import Case, Series, Workload
from concur.statistics import intervals, measures
from concur.statistics.intervals import Estimate
from concur.statistics.measures import Measure

# The share of its CPUs' time in which the peer computed. Above it the peer limits the throughput, so that the
# wall time says nothing of the model.
PEER_LIMIT = 0.90
# The parameter of workloads whose clients send at a given rate (open loop).
RATE = "rate"
LIMITED = "the clients were at their limit, so CPU time per {unit} is compared"
OPEN_LOOP = "the clients send at a given rate, so CPU time per {unit} is compared"


@lru_cache(maxsize=None)
def is_limited(case: Case) -> bool:
    """Whether the peer was at its limit in the median sample of this case, and CPU times are known."""
    samples = [sample for cell in case.ok().values() for sample in cell.samples]
    shares = [s.evidence.peer_cpu_share for s in samples if s.evidence.peer_cpu_share is not None]
    return bool(shares) and median(shares) > PEER_LIMIT and _has_cpu_times(case)


@lru_cache(maxsize=None)
def is_open_loop(case: Case) -> bool:
    """Whether the clients send at a given rate, so that the wall time is theirs, and CPU times are known."""
    served = any(sample.peer for cell in case.ok().values() for sample in cell.samples)
    return served and RATE in dict(case.arguments) and _has_cpu_times(case)


def _has_cpu_times(case: Case) -> bool:
    return all(sample.cpu_ns for cell in case.ok().values() for sample in cell.samples)


def default_measure(case: Case) -> Measure:
    """The figure by which the models of this case are compared, if nothing else is asked for."""
    return measures.CPU if is_limited(case) or is_open_loop(case) else measures.WALL


def why_cpu(workload: Workload, case: Case) -> str:
    """Why CPU times are compared in this case; empty if wall times are."""
    words = OPEN_LOOP if is_open_loop(case) else LIMITED if is_limited(case) else ""
    return words.format(unit=workload.unit)


@dataclass(frozen=True)
class Ranked:
    """The ok series of a case against its baseline."""

    baseline: Series | None
    measure: Measure
    ratios: Mapping[Series, Estimate]
    # The figures themselves.
    absolute: Mapping[Series, Estimate]
    # The series that is better than all others by more than 5 % and more than the interval, if there is one.
    best: Series | None
    # Series that may be as good as the one with the least ratio, and this one; empty if there are none.
    ties: frozenset[Series]
    # Series that have no set in common with the baseline: their ratio is one of medians, without interval.
    unpaired: frozenset[Series]

    def order(self) -> list[Series]:
        """The best first; without a baseline, by the figures themselves."""
        by = self.ratios or self.absolute
        return sorted(by, key=lambda series: by[series].value)

    def value(self, series: Series) -> float | None:
        """The figure itself. If it is for a unit of work, it is that of the baseline times the ratio.

        So all columns of a table agree with each other, and the drift of the machine does not change them.
        """
        if self.measure.per_unit and self.baseline is not None and series in self.ratios:
            return self.ratios[series].value * self.absolute[self.baseline].value
        return self.absolute[series].value if series in self.absolute else None

    @property
    def leaders(self) -> list[Series]:
        """The best series, or those that share the first place; empty if nothing can be said."""
        return [series for series in self.order() if series == self.best or series in self.ties]


@lru_cache(maxsize=None)
def figures(case: Case, measure: Measure) -> Mapping[Series, Estimate]:
    """The figures that are known. Cached, because percentiles take long."""
    found = {series: measure.absolute(cell) for series, cell in case.ok().items()}
    return {series: figure for series, figure in found.items() if figure is not None}


def _ratio(case: Case, measure: Measure, one: Series, other: Series) -> Estimate | None:
    if measure.per_unit:
        return measure.ratio(case.cells[one], case.cells[other])
    known = figures(case, measure)
    return intervals.quotient(known.get(one), known.get(other))


@lru_cache(maxsize=None)
def to_baseline(case: Case, measure: Measure | None = None) -> Ranked:
    """Cached, because many cells of a chart ask for it. Without a measure: that of `default_measure`."""
    measure = measure or default_measure(case)
    known = figures(case, measure)
    if case.baseline is None or case.baseline not in known:
        return Ranked(None, measure, {}, known, None, frozenset(), frozenset())
    ratios: dict[Series, Estimate] = {}
    unpaired = set()
    for series in known:
        ratio = _ratio(case, measure, series, case.baseline)
        if ratio is None:
            unpaired.add(series)
            plain = known[series].value / known[case.baseline].value
            ratio = Estimate(plain, plain, plain, 1)
        ratios[series] = ratio
    best, ties = _leaders(_to_first(case, measure, ratios), intervals.TIE_MARGIN)
    return Ranked(case.baseline, measure, ratios, known, best, ties, frozenset(unpaired))


def pairwise(case: Case, measure: Measure) -> dict[tuple[Series, Series], Estimate]:
    """The ratio of the first series to the second, for each pair of ok series whose ratio is known."""
    pairs = {(one, other): _ratio(case, measure, one, other) for one, other in combinations(case.ok(), 2)}
    return {pair: ratio for pair, ratio in pairs.items() if ratio is not None}


def is_tie(ratio: Estimate, margin: float = intervals.TIE_MARGIN) -> bool:
    """Whether either of the two may be the better: the difference is below the margin or the interval."""
    return intervals.ties(ratio, margin)


def leaders(case: Case, measure: Measure, margins: Sequence[float]) -> list[list[Series]]:
    """For each margin the best series, or those that share the first place; empty if nothing can be said."""
    ranked = to_baseline(case, measure)
    if not ranked.ratios:
        return [[] for _ in margins]
    to_first = _to_first(case, measure, ranked.ratios)
    found = [_leaders(to_first, margin) for margin in margins]
    return [[one for one in ranked.order() if one == best or one in ties] for best, ties in found]


# The series with the least ratio, and the ratios of the others to it.
ToFirst = tuple[Series, dict[Series, Estimate | None]]


def _to_first(case: Case, measure: Measure, ratios: Mapping[Series, Estimate]) -> ToFirst:
    first = min(ratios, key=lambda series: ratios[series].value)
    return first, {series: _ratio(case, measure, series, first) for series in ratios.keys() - {first}}


def _leaders(to_first: ToFirst, margin: float) -> tuple[Series | None, frozenset[Series]]:
    """The series that is better than all others; if there is none, those that share the first place.

    With one set nothing is known of the noise, so that nobody is the best.
    """
    first, others = to_first
    ties = {series for series, ratio in others.items() if ratio is None or intervals.ties(ratio, margin)}
    if ties:
        return None, frozenset({first, *ties})
    known = all(ratio is not None and ratio.has_interval for ratio in others.values())
    return (first if others and known else None), frozenset()
