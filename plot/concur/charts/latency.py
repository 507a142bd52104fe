"""Latency: p50, p99, p99.9 and maximum of every series in every case, from merged histograms."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from matplotlib.lines import Line2D

from concur.documents import cases, labels
from concur.documents.cases import Case, Cell, Series, Workload
from concur.documents.results import Document
from concur.drawing import artists, disturbance, style, ticks
from concur.drawing.output import Output
from concur.drawing.page import BODY_WIDTH, MARGIN, Page
from concur.drawing.small_multiples import Panels, collect_notes, mark_missing, panels_of, subtitle
from concur.statistics import intervals
from concur.statistics.intervals import Estimate

QUANTILES = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999}
# Shapes tell the percentiles apart, colours the models.
SHAPES = {"p50": "o", "p99": "s", "p99.9": "^", "max": "|"}
ROW_HEIGHT, LEGEND_HEIGHT = 0.235, 0.22
# How much wider, on logarithms, an axis for all panels may be than the widest panel needs.
SQUEEZE_MOST = 1.5
SPREAD = (
    "percentiles of the histograms of all rounds merged, whiskers: 95 % bootstrap interval over rounds "
    "(of the maximum: range of the rounds); a percentile is shown if a value lies beyond it"
)

Row = dict[str, Estimate]


def row(cell: Cell) -> Row:
    """The percentiles of one cell that can be told; none if nothing was timed."""
    timed = [sample.latency for sample in cell.samples if sample.latency is not None]
    if not cell.ok or not timed:
        return {}
    rounds: dict[int, list[tuple[int, int]]] = {}
    for sample in cell.samples:
        if sample.latency is not None:
            rounds.setdefault(sample.round, []).extend(sample.latency.buckets)
    most = intervals.maximum([latency.max_ns for latency in timed])
    found: Row = {}
    estimates = intervals.percentiles(list(rounds.values()), list(QUANTILES.values()))
    for name, estimate in zip(QUANTILES, estimates):
        if estimate is not None:
            # A bucket's highest value may lie above the largest value seen.
            found[name] = estimate.at_most(most.value)
    return {**found, "max": most}


def what(workload: Workload) -> str:
    """What was timed, in the document's words."""
    for sample in _samples(workload):
        if sample.latency is not None:
            return str(sample.latency.what)
    return ""


def _samples(workload: Workload) -> Iterator[Any]:
    for case in workload.cases:
        for cell in case.cells.values():
            yield from cell.samples


def draw_row(axes: Any, panels: Panels, series: Series, found: Row) -> None:
    look = style.look(series.model, panels.families)
    middle = panels.middle(series)
    values = [estimate.value for estimate in found.values()]
    artists.add_line(
        axes, [min(values), max(values)], [middle] * 2, color=look.colour, linewidth=1.4, alpha=0.35
    )
    for name, estimate in found.items():
        # The maximum's range often reaches back over p99.9: it hangs a little lower.
        y = middle + (0.045 if name == "max" else 0.0)
        artists.add_interval(axes, estimate, y, look.colour, capsize=1.6)
        filled = look.colour if name in ("p50", "p99") else "white"
        size = 6.5 if name == "max" else 4
        how = {"markerfacecolor": filled, "markeredgecolor": look.colour, "markeredgewidth": 1.1}
        artists.add_line(
            axes, [estimate.value], [y], marker=SHAPES[name], markersize=size, linestyle="", **how
        )


def draw_legend(page: Page) -> None:
    axes = page.axes(0, -0.04, BODY_WIDTH, LEGEND_HEIGHT)
    axes.axis("off")
    handles = []
    for name, shape in SHAPES.items():
        filled = style.MUTED if name in ("p50", "p99") else "white"
        handles.append(
            Line2D([], [], marker=shape, linestyle="", color=style.MUTED, markerfacecolor=filled, label=name)
        )
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(-MARGIN / BODY_WIDTH / 2, 1.1), ncol=4,
                frameon=False, fontsize=8, handletextpad=0.1, columnspacing=1.4, borderaxespad=0)  # fmt: skip


def limits(found: list[dict[Series, Row]]) -> list[tuple[float, float]]:
    """The axis of each panel: the same for all, unless that would squeeze each into a corner of its own."""

    def span(panels: list[dict[Series, Row]]) -> tuple[float, float]:
        estimates = [e for rows in panels for row in rows.values() for e in row.values()]
        lows, highs = [max(1.0, e.low) for e in estimates], [e.high for e in estimates]
        return min(lows, default=1.0) / 1.4, max(highs, default=1.0) * 1.4

    every, each = span(found), [span([panel]) for panel in found]
    widest = max(math.log(high / low) for low, high in each)
    return [every] * len(each) if math.log(every[1] / every[0]) < SQUEEZE_MOST * widest else each


def draw_workload(
    document: Document, output: Output, name: str, workload: Workload, found: list[dict[Series, Row]]
) -> None:
    panels = panels_of(workload, cases.families(document), ROW_HEIGHT)
    notes = collect_notes(workload, panels.width, document.origin.cpus)
    timed = what(workload)
    spans = limits(found)
    shared = (
        "One logarithmic axis for all"
        if len(set(spans)) == 1
        else "Logarithmic, each panel with its own axis"
    )
    page = Page(
        document,
        f"{workload.name}: latency ({timed}), by model",
        subtitle(workload, "Less is better", shared),
        panels.height + LEGEND_HEIGHT,
        SPREAD,
        notes.lines(),
    )
    page.body_top += LEGEND_HEIGHT
    for index, case in enumerate(workload.cases):
        panels.title(page, index, disturbance.title(workload, case, document.origin.cpus, notes))
        axes = panels.axes(page, index)
        if found[index]:
            ticks.log_x(axes, *spans[index], labels.duration, most=4)
        for series, this in found[index].items():
            draw_row(axes, panels, series, this)
        mark_missing(axes, panels, case, panels.width, notes)
        axes.set_xlabel(timed, labelpad=2, color=style.MUTED, fontsize=7.5)
    page.body_top -= LEGEND_HEIGHT
    draw_legend(page)
    output.save(name, page.figure)


def rows(case: Case) -> dict[Series, Row]:
    found = {series: row(cell) for series, cell in case.cells.items()}
    return {series: this for series, this in found.items() if this}


def draw(document: Document, output: Output) -> None:
    for workload in cases.workloads(document):
        name = f"latency_{workload.name}"
        if not output.wants(name):
            continue
        found = [rows(case) for case in workload.cases]
        if any(found):
            draw_workload(document, output, name, workload, found)
        else:
            output.skip(name, "no sample of this workload has latencies")
