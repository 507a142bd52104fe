"""Estimates over sets of processes: of a case, and of the ratio of two cases.

A set of fresh processes is one observation. Processes differ from set to set more than the slices of one set
do, so slices make a set precise but do not count as observations: an interval over all slices together would
contain the truth in 79 % of simulated runs only (tests/plot/statistics/test_simulation.py).

If both cases took turns, the value of a set is the median over slices of the log-ratio to the other case,
which is interpolated at the start of the slice between its two nearest slices. So the drift of the machine
over seconds cancels. The estimate is the mean over sets, and its interval is that of Student's t.

Whole samples are compared by their totals: the median over sets, with the interval of Hettmansperger and
Sheather (concur.statistics.intervals).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from concur.documents.cases import Cell
from concur.documents.samples import Sample, Slices
from concur.statistics import intervals
from concur.statistics.intervals import CONFIDENCE, Estimate, exp


@dataclass(frozen=True)
class Metric:
    """A figure of a sample, of which less is better, and the same figure of each of its slices."""

    name: str
    of_sample: Callable[[Sample], float | None]
    of_slices: Callable[[Slices], Sequence[int]]
    # Whether the figure is for one job, and not for a unit of work.
    of_job: bool = False

    def slices(self, sample: Sample) -> Any:
        """The logarithms for each slice, as an array with the starts; None if they are not known."""
        if sample.slices is None:
            return None
        values = np.asarray(self.of_slices(sample.slices), dtype=float)
        # A clock may be too coarse for a slice; zero has no logarithm.
        known = values > 0
        if not known.any():
            return None
        logs = np.log(values[known] / np.asarray(sample.slices.units, dtype=float)[known])
        return np.stack([np.asarray(sample.slices.start_ns, dtype=float)[known], logs])

    def log(self, sample: Sample) -> float | None:
        """The logarithm for the whole sample; None if the figure is not known or not positive."""
        value = self.of_sample(sample)
        return math.log(value) if value is not None and value > 0 else None


def _wall(sample: Sample) -> float | None:
    return sample.real_ns / sample.units if sample.units > 0 else None


def _cpu(sample: Sample) -> float | None:
    return None if sample.cpu_ns is None or sample.units <= 0 else sample.cpu_ns / sample.units


WALL = Metric("wall time", _wall, lambda slices: slices.wall_ns)
CPU = Metric("CPU time", _cpu, lambda slices: slices.cpu_ns)
WALL_OF_JOB = Metric("wall time of a job", lambda s: s.real_ns, lambda slices: slices.wall_ns, of_job=True)


@dataclass(frozen=True)
class Sets:
    """The logarithm of a figure or of a ratio, for each set."""

    logs: Mapping[int, float]
    # Whether all of them come from slices.
    in_turns: bool

    @property
    def mean(self) -> float:
        return float(np.mean(list(self.logs.values())))

    @property
    def error(self) -> float:
        """The standard error of the mean."""
        return float(np.std(list(self.logs.values()), ddof=1) / math.sqrt(len(self.logs)))

    def estimate(self, confidence: float = CONFIDENCE) -> Estimate:
        if self.in_turns:
            return intervals.mean_of_logs(list(self.logs.values()), confidence)
        found = intervals.median(self.logs.values())
        return Estimate(exp(found.value), exp(found.low), exp(found.high), found.sets)


def absolute_sets(samples: Iterable[Sample], metric: Metric) -> Sets | None:
    known = {sample.round: (metric.log(sample), sample.slices is not None) for sample in samples}
    logs = {number: log for number, (log, _) in known.items() if log is not None}
    return Sets(logs, all(sliced for _, sliced in known.values())) if logs else None


def absolute(cell: Cell, metric: Metric) -> Estimate | None:
    """The figure itself. None if it is not known."""
    found = absolute_sets(cell.samples, metric)
    return None if found is None else found.estimate()


def over_sets(cell: Cell, value: Callable[[Sample], float | None]) -> Estimate | None:
    """Any positive figure of a cell. None if it is not known."""
    known = cell.by_round(value)
    if not known:
        return None
    if cell.in_turns and min(known.values()) > 0:
        return intervals.mean_of_logs([math.log(one) for one in known.values()])
    return intervals.median(known.values())


def time(cell: Cell) -> Estimate | None:
    """The wall time of a job, in nanoseconds."""
    return over_sets(cell, lambda sample: sample.real_ns)


def rate(cell: Cell) -> Estimate | None:
    """Units per second of wall time."""
    return over_sets(cell, lambda sample: sample.units / sample.real_ns * 1e9)


def paired(one: Cell, other: Cell, metric: Metric) -> Estimate | None:
    """The ratio of the first case to the second, from the sets that both have. None if there are none."""
    found = paired_sets([*one.samples, *one.others], [*other.samples, *other.others], metric)
    return None if found is None else found.estimate()


def paired_sets(one: Iterable[Sample], other: Iterable[Sample], metric: Metric) -> Sets | None:
    """The samples may be those of several comparison groups; partners are those of a common group."""
    found = _pairs(one, other)
    ratios = {number: _ratio_of_slices(*pair, metric) for number, pair in found.items()}
    logs = {number: ratio for number, ratio in ratios.items() if ratio is not None}
    if logs:
        # A set in which the partner is missing has no place among the others.
        return Sets(logs, True)
    totals = {number: _ratio_of_totals(*pair, metric) for number, pair in found.items()}
    logs = {number: ratio for number, ratio in totals.items() if ratio is not None}
    return Sets(logs, False) if logs else None


def _pairs(one: Iterable[Sample], other: Iterable[Sample]) -> dict[int, tuple[Sample, Sample]]:
    """For each set two samples: partners if there are such, then those of one group, then the first ones."""
    ours, theirs = list(one), list(other)
    keys = {sample.case_key for sample in ours}, {sample.case_key for sample in theirs}
    # The baseline may have been beside a model in a set that is none of its own.
    partners = [(a.round, a, a.partner) for a in ours if a.partner and a.partner.case_key in keys[1]]
    partners += [(b.round, b.partner, b) for b in theirs if b.partner and b.partner.case_key in keys[0]]
    beside = [(a.round, a, b) for a in ours for b in theirs if a.round == b.round]
    found: dict[int, tuple[Sample, Sample]] = {}
    for number, a, b in [*partners, *sorted(beside, key=lambda pair: pair[1].group != pair[2].group)]:
        found.setdefault(number, (a, b))
    return dict(sorted(found.items()))


def _ratio_of_totals(one: Sample, other: Sample, metric: Metric) -> float | None:
    ours, theirs = metric.log(one), metric.log(other)
    return None if ours is None or theirs is None else ours - theirs


def _ratio_of_slices(one: Sample, other: Sample, metric: Metric) -> float | None:
    """The log-ratio of two samples of a group in one set; None if they have no common partner."""
    if one.group != other.group:
        return None
    if one.block == other.block:
        return _beside(one, other, metric)
    ours, theirs = _to_baseline(one, other, metric), _to_baseline(other, one, metric)
    if ours is None or theirs is None:
        return None
    shift = math.log(_job(one, metric) / _job(other, metric))
    return ours - theirs + shift


def _to_baseline(one: Sample, other: Sample, metric: Metric) -> float | None:
    """The log-ratio to the baseline of the group, for a unit of work."""
    if one.partner is None:
        is_baseline = other.partner is not None and other.partner.case_key == one.case_key
        return 0.0 if is_baseline else None
    found = _beside(one, one.partner, metric)
    return None if found is None else found - math.log(_job(one, metric) / _job(one.partner, metric))


def _job(sample: Sample, metric: Metric) -> float:
    return sample.units if metric.of_job else 1.0


def _beside(one: Sample, other: Sample, metric: Metric) -> float | None:
    """The median over slices of the log-ratio to the other sample at the same time."""
    ours, theirs = metric.slices(one), metric.slices(other)
    if ours is None or theirs is None:
        return None
    # Beyond its first and its last slice, the other sample has the value of that slice.
    at_our_time = np.interp(ours[0], theirs[0], theirs[1])
    return float(np.median(ours[1] - at_our_time)) + math.log(_job(one, metric) / _job(other, metric))
