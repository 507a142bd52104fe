"""Latency over offered load: up to which rate does each model keep its latency low?

For workloads whose clients send at a given rate (open loop). Latency is measured from the time at which a
request should have been sent. A server that stalls delays the clients, so a latency from the real send would
leave this delay out (coordinated omission); another panel shows it for comparison.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from concur.answers import statements
from concur.documents import labels, units
from concur.documents.cases import Case, Cell, Row, Series, Workload
from concur.documents.results import Document
from concur.documents.samples import Latency, Sample
from concur.drawing import disturbance
from concur.drawing.line_sheet import LineSheet
from concur.drawing.lines import Across, Head, Line, Panel, line_over
from concur.drawing.output import Output
from concur.drawing.rows import rows_of
from concur.drawing.small_multiples import others_note, subtitle
from concur.statistics import intervals, turns
from concur.statistics.axes import along_main
from concur.statistics.intervals import Estimate
from concur.statistics.ratios import RATE

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


def line(cases: list[Case], row: Row, chosen: Chosen, quantile: float) -> Line | None:
    def point(case: Case, series: Series) -> Estimate | None:
        found = percentile(case.cells[series], chosen, quantile)
        return found if found is not None and found.value > 0 else None

    drawn = line_over(RATE, cases, row, point)
    if drawn is None:
        return None
    shown = {case.value(RATE): (case, series) for case in cases if (series := row.series_of(case))}
    return replace(drawn, crossed=frozenset(x for x in drawn.points if fell_behind(*shown[int(x)])))


def panels_of(workload: Workload, rows: tuple[Row, ...]) -> list[Panel]:
    across = Across(f"offered load, {labels.plural(workload.unit)} per second", units.count)
    found = []
    for cases in panels_cases(workload):
        for title, chosen, quantile in PANELS:
            lines = (line(cases, row, chosen, quantile) for row in rows)
            drawn = tuple(one for one in lines if one is not None)
            if any(one.points for one in drawn):
                where = f"{labels.panel(workload, cases)}: " if len(workload.telling) > 1 else ""
                found.append(Panel(where + title, "latency", units.duration, drawn, across))
    return found


def panels_cases(workload: Workload) -> list[list[Case]]:
    """Three rates or more: two points are no line."""
    if workload.main != RATE:
        return []
    return list(filter(None, (along_main(workload, cases) for cases in workload.panels())))


def has_rate(workload: Workload) -> bool:
    return any(RATE in dict(case.arguments) for case in workload.cases)


def draw(document: Document, output: Output) -> None:
    for name, workload in output.wanted_workloads(document, "load", has_rate):
        rows = rows_of(document, workload)
        panels = panels_of(workload, rows)
        if not panels:
            output.skip(name, "there are less than three rates, or no latency was measured")
            continue
        crosses = "Crosses: the server answered less than 95 % of the offered rate"
        head = Head(
            f"{workload.name}: latency over offered load",
            statements.load(panels_cases(workload)),
            subtitle(workload, "Open loop: latency from the intended send; less is better", crosses),
            INTERVAL_NOTE,
        )
        notes = [others_note(workload, rows), *disturbance.warnings(workload)]
        LineSheet(document).save(output, name, head, panels, list(filter(None, notes)))
