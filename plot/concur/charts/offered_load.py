"""Latency against offered load: up to which rate does each model hold its latency?

For workloads whose clients send at a set rate (open loop). Timed from the moment when a request should have
been sent: a server that stalls keeps its clients from sending, so that timing from the real send would leave
out what it did to them (coordinated omission). That figure stands in a panel of its own, for comparison.
"""

from __future__ import annotations

from collections.abc import Callable

from concur.documents import cases, labels
from concur.documents.cases import Case, Cell, Series, Workload
from concur.documents.results import Document
from concur.documents.samples import Latency, Sample
from concur.drawing import disturbance
from concur.drawing.line_sheet import Sheet
from concur.drawing.lines import Across, Head, Line, Panel
from concur.drawing.output import Output
from concur.drawing.page import reason_note
from concur.drawing.small_multiples import subtitle
from concur.statistics import intervals
from concur.statistics.intervals import Estimate

RATE = "rate"
# Of the offered rate. Below it the server has fallen behind, and latency only tells how long that went on.
HELD = 0.95
SPREAD = "points: percentiles of all rounds' histograms merged, whiskers: 95 % bootstrap interval over rounds"

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


def fell_behind(cell: Cell, rate: int) -> bool:
    return intervals.median(list(cell.rates().values())).value < HELD * rate


def line(panel: list[Case], series: Series, chosen: Chosen, quantile: float) -> Line:
    points: dict[float, Estimate] = {}
    behind = set()
    ended = None
    for case in panel:
        cell, rate = case.cells.get(series), case.value(RATE)
        if cell is None:
            continue
        found = percentile(cell, chosen, quantile) if cell.ok else None
        if found is not None and found.value > 0:
            points[rate] = found
            behind |= {rate} if fell_behind(cell, rate) else set()
        elif not cell.ok and ended is None:
            ended = f"{labels.series(series)} from {rate:,}/s: {reason_note(cell.outcome, cell.reason)}"
    return Line(series, points, ended, frozenset(behind))


def panels_of(workload: Workload) -> list[Panel]:
    found = []
    for panel in workload.panels():
        for title, chosen, quantile in PANELS:
            drawn = tuple(line(panel, series, chosen, quantile) for series in workload.series)
            if any(one.points for one in drawn):
                where = f"{labels.panel(workload, panel)}: " if len(workload.telling) > 1 else ""
                found.append(Panel(where + title, "latency", labels.duration, drawn))
    return found


def draw(document: Document, output: Output) -> None:
    for workload in cases.workloads(document):
        if not any(RATE in dict(case.parameters) for case in workload.cases):
            continue
        name = f"load_{workload.name}"
        if not output.wants(name):
            continue
        panels = panels_of(workload) if workload.main == RATE else []
        if not panels:
            output.skip(name, "there is only one rate, or nothing was timed")
            continue
        head = Head(
            f"{workload.name}: latency over offered load, by model",
            subtitle(
                workload, "Less is better", "Crosses: the server answered less than 95 % of the offered rate"
            ),
            SPREAD,
        )
        across = Across(f"offered load, {labels.plural(workload.unit)} per second", labels.count)
        Sheet(document, cases.families(document), across).save(
            output, name, head, panels, disturbance.warnings(workload, document.origin.cpus)
        )
