"""Latency over offered load: up to which rate does each model keep its latency low?

For workloads whose clients send at a given rate (open loop). Latency is measured from the time at which a
request should have been sent. A server that stalls delays the clients, so a latency from the real send would
leave this delay out (coordinated omission); another panel shows it for comparison.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from concur.documents import labels, units
from concur.documents.cases import Case, Cell, Series, Workload
from concur.documents.results import Document
from concur.documents.samples import Latency, Sample
from concur.drawing import disturbance
from concur.drawing.line_sheet import LineSheet
from concur.drawing.lines import Across, Head, Line, Panel, line_over
from concur.drawing.output import Output
from concur.drawing.small_multiples import subtitle
from concur.statistics import intervals, turns
from concur.statistics.intervals import Estimate

RATE = "rate"
# As a share of the offered rate. Below it the server is overloaded, and its latency grows until the run ends.
HELD = 0.95
INTERVAL_NOTE = (
    "points: percentiles of the merged histogram of all sets, whiskers: 95 % bootstrap interval over sets"
)

Chosen = Callable[[Sample], Latency | None]


def corrected(sample: Sample) -> Latency | None:
    return sample.latency


def uncorrected(sample: Sample) -> Latency | None:
    return sample.latency_uncorrected


PANELS: tuple[tuple[str, Chosen, float], ...] = (
    ("median, from the intended send", corrected, 0.5),
    ("99th percentile, from the intended send", corrected, 0.99),
    ("99th percentile, from the real send: what a closed loop would show", uncorrected, 0.99),
)


def percentile(cell: Cell, chosen: Chosen, quantile: float) -> Estimate | None:
    found = [chosen(sample) for sample in cell.samples]
    known = [latency.buckets for latency in found if latency is not None]
    return intervals.percentiles(known, [quantile])[0] if known else None


def fell_behind(case: Case, series: Series) -> bool:
    rate = turns.rate(case.cells[series])
    return rate is not None and rate.value < HELD * case.value(RATE)


def line(panel: list[Case], series: Series, chosen: Chosen, quantile: float) -> Line:
    def point(_: Case, cell: Cell) -> Estimate | None:
        found = percentile(cell, chosen, quantile)
        return found if found is not None and found.value > 0 else None

    drawn = line_over(RATE, panel, series, point)
    behind = (
        case.value(RATE) for case in panel if case.value(RATE) in drawn.points and fell_behind(case, series)
    )
    return replace(drawn, crossed=frozenset(behind))


def panels_of(workload: Workload) -> list[Panel]:
    found = []
    for panel in workload.panels():
        for title, chosen, quantile in PANELS:
            drawn = tuple(line(panel, series, chosen, quantile) for series in workload.series)
            if any(one.points for one in drawn):
                where = f"{labels.panel(workload, panel)}: " if len(workload.telling) > 1 else ""
                found.append(Panel(where + title, "latency", units.duration, drawn))
    return found


def has_rate(workload: Workload) -> bool:
    return any(RATE in dict(case.arguments) for case in workload.cases)


def draw(document: Document, output: Output) -> None:
    for name, workload in output.wanted_workloads(document, "load", has_rate):
        panels = panels_of(workload) if workload.main == RATE else []
        if not panels:
            output.skip(name, "there is only one rate, or no latency was measured")
            continue
        head = Head(
            f"{workload.name}: latency over offered load, by model",
            subtitle(
                workload, "Less is better", "Crosses: the server answered less than 95 % of the offered rate"
            ),
            INTERVAL_NOTE,
        )
        across = Across(f"offered load, {labels.plural(workload.unit)} per second", units.count)
        LineSheet(document, across).save(output, name, head, panels, disturbance.warnings(workload))
