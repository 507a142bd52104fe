"""Compares two results documents case by case.

The two runs were not interleaved, so their rounds cannot be paired. The speed of a machine drifts: two runs
of the same program, one after the other, differ with a standard deviation of 5 %, and a U test with a nominal
5 % gives 14 to 16 % false alarms. So a verdict needs a margin.

If both documents have a baseline for a case (serial, usually), the drift is removed: each time is divided by
the time of the baseline in the same round, and these ratios are compared. Both sides have the interval of a
median over rounds; the interval of their quotient follows from the two (MOVER: G. Zou, A. Donner, Statistics
in Medicine 27, 2008).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from concur.documents import labels
from concur.documents.cases import Case, Cell, Series, Workload
from concur.documents.results import Document
from concur.documents.samples import Arguments, Sample
from concur.statistics import intervals
from concur.statistics.intervals import Estimate

# With fewer rounds every verdict is "unclear".
ROUNDS_LEAST = 5
FASTER, SLOWER, SAME, UNCLEAR = "faster", "slower", "same", "unclear"
VERDICTS = (SLOWER, FASTER, UNCLEAR, SAME)
METRICS: dict[str, Callable[[Sample], float]] = {
    "wall": lambda sample: sample.real_ns / sample.units,
    "cpu": lambda sample: (sample.cpu_ns or 0.0) / sample.units,
}

# A case under one model, by the numbers of its arguments: workload, arguments, model, model's arguments.
Key = tuple[str, Arguments, str, Arguments]


@dataclass(frozen=True)
class Measured:
    """A case under one series, as one of the documents has it."""

    workload: Workload
    case: Case
    series: Series
    cell: Cell


@dataclass(frozen=True)
class Compared:
    new: Measured
    ratio: Estimate
    # Whether both times are relative to a baseline, which removes drift.
    relative: bool
    verdict: str


@dataclass(frozen=True)
class Changed:
    """A case whose outcome has changed, and that is not ok in both documents."""

    measured: Measured
    before: str
    now: str


def _cells(document: Document) -> dict[Key, Measured]:
    return {
        (workload.name, case.arguments, series.model, cell.model_arguments): Measured(
            workload, case, series, cell
        )
        for workload in document.workloads
        for case in workload.cases
        for series, cell in case.cells.items()
    }


def quotient(new: Estimate, old: Estimate) -> Estimate:
    """The quotient of two independent medians, with the interval that follows from their intervals."""
    now, before = Logs.of(new), Logs.of(old)
    middle = now.value - before.value
    down = math.hypot(now.value - now.low, before.high - before.value)
    up = math.hypot(now.high - now.value, before.value - before.low)
    rounds = min(new.rounds, old.rounds)
    return Estimate(math.exp(middle), math.exp(middle - down), math.exp(middle + up), rounds)


@dataclass(frozen=True)
class Logs:
    value: float
    low: float
    high: float

    @staticmethod
    def of(estimate: Estimate) -> Logs:
        return Logs(math.log(estimate.value), math.log(estimate.low), math.log(estimate.high))


def verdict(ratio: Estimate, margin: float) -> str:
    if ratio.rounds < ROUNDS_LEAST:
        return UNCLEAR
    if ratio.low > 1 + margin:
        return SLOWER
    if ratio.high < 1 / (1 + margin):
        return FASTER
    return SAME if ratio.high <= 1 + margin and ratio.low >= 1 / (1 + margin) else UNCLEAR


class Comparison:
    def __init__(
        self, old: Document, new: Document, metric: str, margin: float, baseline: str | None
    ) -> None:
        self.metric = METRICS[metric]
        self.margin = margin
        self.baseline = baseline
        before, now = _cells(old), _cells(new)
        self.compared: list[Compared] = []
        self.changed: list[Changed] = []
        for key in [*before, *(key for key in now if key not in before)]:
            there, here = before.get(key), now.get(key)
            if there and here and there.cell.ok and here.cell.ok:
                self.compared.append(self._compare(there, here))
            elif (was := _outcome(there)) != (is_ := _outcome(here)) and (either := here or there):
                self.changed.append(Changed(either, was, is_))

    def _values(self, cell: Cell) -> dict[int, float]:
        return cell.by_round(self.metric)

    def _compare(self, old: Measured, new: Measured) -> Compared:
        found = [self._against_baseline(measured) for measured in (old, new)]
        relative = None not in found
        if relative:
            before, now = (estimate for estimate in found if estimate is not None)
        else:
            before, now = (intervals.median(self._values(one.cell).values()) for one in (old, new))
        ratio = quotient(now, before)
        return Compared(new, ratio, relative, verdict(ratio, self.margin))

    def _against_baseline(self, measured: Measured) -> Estimate | None:
        if self.baseline is None or measured.series.model == self.baseline:
            return None
        cell = measured.case.of_model(self.baseline)
        if cell is None:
            return None
        return intervals.paired_ratio(self._values(measured.cell), self._values(cell))


def _outcome(found: Measured | None) -> str:
    if found is None:
        return "not there"
    return "ok" if found.cell.ok else labels.failure(found.cell)


def geometric_mean(ratios: Iterable[float]) -> float:
    logs = [math.log(ratio) for ratio in ratios]
    return math.exp(sum(logs) / len(logs))
