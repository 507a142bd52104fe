"""The figures of one series in one case, written as terminal and report show them."""

from __future__ import annotations

from dataclasses import dataclass

from concur.documents import labels, units
from concur.documents.cases import Case, Cell, Series, Workload
from concur.statistics import noise, turns
from concur.statistics.intervals import Estimate
from concur.statistics.measures import CPU, MEMORY, P99, WALL, Measure
from concur.statistics.ratios import to_baseline

# The marks of the first place, which need no colour.
BEST, TIE = "★", "="


@dataclass(frozen=True)
class Texts:
    """A row of the table of a case. Empty: not known."""

    # The place in the order of the case, or the mark of a tie; empty without a baseline.
    place: str
    name: str
    ratio: str
    # Of the ratio.
    interval: str
    time: str
    time_interval: str
    # For a unit of work.
    cpu: str
    cpus_used: str
    rate: str
    p99: str
    memory: str
    # What disturbed most of its sets.
    disturbance: str


def ratio(of: Estimate) -> str:
    return f"{units.bound(of.value)}×"


def interval(of: Estimate) -> str:
    return units.interval(of.low, of.high) if of.has_interval else ""


def cpus_used(cell: Cell) -> str:
    """1.0 of 2"""
    used = turns.over_sets(cell, lambda s: None if s.cpu_ns is None else s.cpu_ns / s.real_ns)
    allowed = cell.samples[0].cpus
    if used is None or not cell.samples[0].cpu_of_all_threads:
        return ""
    return f"{used.value:.1f}" + (f" of {allowed}" if allowed else "")


def figure(case: Case, measure: Measure, series: Series) -> str:
    value = to_baseline(case, measure).value(series)
    return "" if value is None else measure.written(value)


def texts(workload: Workload, case: Case, place: int, series: Series) -> Texts:
    ranked, cell = to_baseline(case), case.cells[series]
    per_unit, job = ranked.value(series), cell.samples[0].units
    of, time = ranked.ratios.get(series), ranked.absolute.get(series)
    of_time = ""
    if time is not None and time.has_interval:
        of_time = units.duration_interval(time.low * job, time.high * job)
    return Texts(
        place=TIE if series in ranked.ties else str(place) if ranked.ratios else "",
        name=labels.series(series),
        ratio="" if of is None else ratio(of),
        interval="baseline" if series == ranked.baseline else "" if of is None else interval(of),
        time="" if per_unit is None else units.duration_measured(per_unit * job),
        time_interval=of_time,
        cpu=figure(case, CPU, series),
        cpus_used=cpus_used(cell),
        rate=units.count_measured(1e9 / per_unit) + "/s" if per_unit and ranked.measure is WALL else "",
        p99=figure(case, P99, series),
        memory=figure(case, MEMORY, series),
        disturbance=noise.serious_words(case, series, workload.cpus),
    )
