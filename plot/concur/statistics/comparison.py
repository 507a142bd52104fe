"""Compares two results documents case by case.

The two runs were not interleaved, so their sets cannot be paired, and the speed of a machine drifts: two
runs of the same program, one after the other, differ with a standard deviation of 5 %. So each model is
first compared with the baseline of its case within each document, and then the two ratios with each other.
The baseline itself can only be compared by its times, which is a weaker statement: it needs a wider margin.
The same is true of all benchmarks in documents that concur did not write.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from concur.documents import labels
from concur.documents.cases import Series
from concur.documents.results import Document
from concur.documents.samples import Arguments, Sample
from concur.statistics import intervals, ratios, turns
from concur.statistics.intervals import CONFIDENCE, Estimate, exp
from concur.statistics.measures import CPU as CPU_TIME
from concur.statistics.matches import Matches, Measured
from concur.statistics.turns import CPU, WALL, Metric
from concur.statistics.verdicts import (
    CONFIDENCE_OF_VERDICT,
    FASTER,
    MARGIN_TIMES,
    MARGIN_TOGETHER,
    SAME,
    SLOWER,
    UNCLEAR,
    error_of,
    quotient,
    verdict,
)

METRICS = {"wall": WALL, "cpu": CPU}


@dataclass(frozen=True)
class Choice:
    """How to compare."""

    metric: Metric = WALL
    # None: the margins above.
    margin: float | None = None
    # The model to compare with: "" is the baseline of each case, None compares times.
    baseline: str | None = ""


@dataclass(frozen=True)
class Compared:
    new: Measured
    ratio: Estimate
    # The standard error of its logarithm; infinite if a model did not take turns in both runs.
    error: float
    # The baseline in both documents, which removes drift. None: times are compared.
    baseline: Series | None
    metric: Metric
    verdict: str
    # What disturbed most of its sets, or those of its baseline; empty if nothing did.
    disturbance: str
    # The arguments that had other numbers in the old document, with these numbers.
    numbers_before: Arguments = ()

    @property
    def relative(self) -> bool:
        return self.baseline is not None


@dataclass(frozen=True)
class Changed:
    """A case whose outcome has changed, and that is not ok in both documents."""

    measured: Measured
    before: str
    now: str


class Comparison:
    def __init__(self, old: Document, new: Document, choice: Choice) -> None:
        self.choice = choice
        self.new = new
        self._matches = Matches(old, new)
        self.compared: list[Compared] = []
        self.changed: list[Changed] = []
        for there, here in self._matches.pairs:
            if there and here and there.cell.ok and here.cell.ok:
                if (one := self._compare(there, here)) is not None:
                    self.compared.append(one)
            elif (was := _outcome(there)) != (is_ := _outcome(here)) and (either := here or there):
                self.changed.append(Changed(either, was, is_))

    @property
    def has_common_cases(self) -> bool:
        return any(there and here for there, here in self._matches.pairs)

    def _metric(self, old: Measured, new: Measured) -> Metric:
        """Where the clients set the pace in either run, wall times say nothing of the model."""
        limited = CPU_TIME in (ratios.default_measure(old.case), ratios.default_measure(new.case))
        known = all(sample.cpu_ns for one in (old, new) for sample in one.cell.samples)
        return CPU if limited and known else self.choice.metric

    def _compare(self, old: Measured, new: Measured) -> Compared | None:
        """None if the figure is not known in one of the documents."""
        metric = self._metric(old, new)
        beside = self._baseline(old, new)
        if beside is not None:
            sides = [(old, beside[0]), (new, beside[1])]
            found = [turns.paired_sets(_all(one), _all(base), metric) for one, base in sides]
            margin = self.choice.margin
        if beside is None or None in found:
            beside = None
            found = [turns.absolute_sets(one.cell.samples, metric) for one in (old, new)]
            margin = MARGIN_TIMES if self.choice.margin is None else self.choice.margin
        before, now = found
        if before is None or now is None:
            return None
        return Compared(
            new=new,
            ratio=quotient(now, before),
            error=error_of(now, before),
            baseline=beside[1].series if beside else None,
            metric=metric,
            verdict=verdict(now, before, margin),
            disturbance=_disturbance([old, *(beside or ())[:1]], [new, *(beside or ())[1:]]),
            numbers_before=tuple(one for one in old.numbers if one not in new.numbers),
        )

    def _baseline(self, old: Measured, new: Measured) -> tuple[Measured, Measured] | None:
        """The same baseline in both documents; None for the baseline itself, or if there is none."""
        wanted = self.choice.baseline
        if wanted is None:
            return None
        for one, is_new in ((new, True), (old, False)):
            series = one.case.baseline
            if wanted:
                series = next((known for known in one.case.ok() if known.model == wanted), None)
            if series is None:
                continue
            base = replace(one, series=series, cell=one.case.cells[series])
            there = self._matches.before.get(base.key) if is_new else base
            here = base if is_new else self._matches.now.get(base.key)
            if there and here and there.cell.ok and here.cell.ok:
                return None if here.key == new.key else (there, here)
        return None


def _all(one: Measured) -> Iterable[Sample]:
    return [*one.cell.samples, *one.cell.others]


def _disturbance(old: Iterable[Measured], new: Iterable[Measured]) -> str:
    found = []
    for when, ones in (("before", old), ("now", new)):
        if words := next(filter(None, (one.disturbance for one in ones)), ""):
            found.append(f"{when}: {words}")
    return "; ".join(found)


def _outcome(found: Measured | None) -> str:
    if found is None:
        return "not there"
    return "ok" if found.cell.ok else labels.failure(found.cell)


@dataclass(frozen=True)
class Together:
    """Several cases as one figure: a small change of a model is seen in all of its cases together."""

    mean: Estimate
    verdict: str


def together(ones: Sequence[Compared], shared_baseline: bool = False) -> Together:
    """The geometric mean: of the ratios to a baseline if there are such, otherwise of all.

    It has an interval if all of these took turns in both runs. Two runs of the same program differ by more
    than their sets tell, and not in one case alone: from 17 to 25 cases of a model together differed by up to
    4 %, in one direction. So the error is also that of the ratios between the cases, and the margin is wider.
    `shared_baseline`: the ratios have the same baseline, so their errors do not cancel out.
    """
    ones = [one for one in ones if one.relative] or ones
    ones = [one for one in ones if not one.disturbance] or ones
    logs = [math.log(one.ratio.value) for one in ones]
    middle = sum(logs) / len(logs)
    error = math.sqrt(sum(one.error**2 for one in ones)) / len(ones)
    if shared_baseline:
        error = sum(one.error for one in ones) / len(ones)
    elif len(ones) > 1:
        error = max(error, statistics.stdev(logs) / math.sqrt(len(ones)))
    if not math.isfinite(error) or not all(one.relative for one in ones):
        value = exp(middle)
        return Together(Estimate(value, value, value, 1), UNCLEAR)

    def within(confidence: float) -> Estimate:
        half = error * intervals.quantile_t(max(1, len(ones) - 1), confidence)
        return Estimate(exp(middle), exp(middle - half), exp(middle + half), len(ones) + 1)

    strict = within(CONFIDENCE_OF_VERDICT)
    said = SLOWER if strict.low > 1 + MARGIN_TOGETHER else SAME
    return Together(within(CONFIDENCE), FASTER if strict.high < 1 / (1 + MARGIN_TOGETHER) else said)
