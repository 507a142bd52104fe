"""Percentiles of a cell's latencies, from the merged histograms of its sets."""

from __future__ import annotations

from concur.documents.cases import Cell
from concur.statistics import intervals
from concur.statistics.intervals import Estimate

QUANTILES = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999}
MAXIMUM = "max"

# By name, in nanoseconds.
Percentiles = dict[str, Estimate]


def percentiles(cell: Cell, kind: str = "") -> Percentiles:
    """The percentiles for which there are enough values, and the maximum; none without latencies.

    `kind`: the class of units, if it is not the main one.
    """
    found_in = [(sample.round, sample.latency_of(kind)) for sample in cell.samples]
    timed = [latency for _, latency in found_in if latency is not None]
    if not cell.ok or not timed:
        return {}
    rounds: dict[int, list[tuple[int, int]]] = {}
    for number, latency in found_in:
        if latency is not None:
            rounds.setdefault(number, []).extend(latency.buckets)
    most = intervals.maximum([latency.max_ns for latency in timed])
    found: Percentiles = {}
    estimates = intervals.percentiles(list(rounds.values()), list(QUANTILES.values()))
    for name, estimate in zip(QUANTILES, estimates):
        if estimate is not None:
            # The highest value of a bucket may be more than the largest measured value.
            found[name] = estimate.at_most(most.value)
    return {**found, MAXIMUM: most}
