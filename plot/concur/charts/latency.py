"""Latency: p50, p99, p99.9 and the maximum of each series in each case, from merged histograms."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.lines import Line2D

from concur.documents import units
from concur.documents.cases import Case, Cell, Series, Workload
from concur.documents.results import Document
from concur.drawing import artists, style, ticks
from concur.drawing.output import Output
from concur.drawing.page import BODY_WIDTH, MARGIN, Page
from concur.drawing.small_multiples import SAME_AXIS, SmallMultiples, collect_notes, mark_missing, subtitle
from concur.statistics import intervals
from concur.statistics.intervals import Estimate

QUANTILES = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999}
# Percentiles differ in shape, models in colour.
SHAPES = {"p50": "o", "p99": "s", "p99.9": "^", "max": "|"}
ROW_HEIGHT, LEGEND_HEIGHT = 0.235, 0.22
# An axis for all panels may have this many times the decades that the panel with the widest range needs.
SQUEEZE_MOST = 1.5
INTERVAL_NOTE = (
    "points: percentiles of the merged histogram of all sets, whiskers: 95 % bootstrap interval over "
    "sets (of the maximum: its range over sets); a percentile is shown only if some value is larger"
)
SLICES_NOTE = "Measured in slices of about 25 ms: a queue that takes longer to build is not seen"

Percentiles = dict[str, Estimate]


def percentiles(cell: Cell) -> Percentiles:
    """The percentiles of a cell for which there are enough values; none without latencies."""
    timed = [sample.latency for sample in cell.samples if sample.latency is not None]
    if not cell.ok or not timed:
        return {}
    rounds: dict[int, list[tuple[int, int]]] = {}
    for sample in cell.samples:
        if sample.latency is not None:
            rounds.setdefault(sample.round, []).extend(sample.latency.buckets)
    most = intervals.maximum([latency.max_ns for latency in timed])
    found: Percentiles = {}
    estimates = intervals.percentiles(list(rounds.values()), list(QUANTILES.values()))
    for name, estimate in zip(QUANTILES, estimates):
        if estimate is not None:
            # The highest value of a bucket may be more than the largest measured value.
            found[name] = estimate.at_most(most.value)
    return {**found, "max": most}


def latency_name(workload: Workload) -> str:
    """The name that the document gives to the measured latency."""
    return next((sample.latency.what for sample in workload.samples if sample.latency is not None), "")


def draw_row(axes: Any, multiples: SmallMultiples, series: Series, found: Percentiles) -> None:
    look = style.look(series.model, multiples.workload.families)
    middle = multiples.middle(series)
    values = [estimate.value for estimate in found.values()]
    artists.add_line(
        axes, [min(values), max(values)], [middle] * 2, color=look.colour, linewidth=1.4, alpha=0.35
    )
    for name, estimate in found.items():
        # The range of the maximum often covers p99.9, so it stands a little lower.
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


def limits(found: list[dict[Series, Percentiles]]) -> list[tuple[float, float]]:
    """The axis of each panel: the same for all, unless each panel would use only a small part of it."""

    def span(panels: list[dict[Series, Percentiles]]) -> tuple[float, float]:
        estimates = [e for rows in panels for row in rows.values() for e in row.values()]
        lows, highs = [max(1.0, e.low) for e in estimates], [e.high for e in estimates]
        return min(lows, default=1.0) / 1.4, max(highs, default=1.0) * 1.4

    every, each = span(found), [span([panel]) for panel in found]
    widest = max(math.log(high / low) for low, high in each)
    return [every] * len(each) if math.log(every[1] / every[0]) < SQUEEZE_MOST * widest else each


def draw_workload(
    document: Document, output: Output, name: str, workload: Workload, found: list[dict[Series, Percentiles]]
) -> None:
    multiples = SmallMultiples.of(workload, ROW_HEIGHT)
    notes = collect_notes(workload, multiples.width)
    timed = latency_name(workload)
    spans = limits(found)
    shared = SAME_AXIS if len(set(spans)) == 1 else "Each panel has its own logarithmic axis"
    in_slices = any(sample.slices is not None for sample in workload.samples)
    page = Page(
        document,
        f"{workload.name}: latency ({timed}), by model",
        subtitle(workload, "Less is better", shared, *([SLICES_NOTE] if in_slices else [])),
        multiples.height + LEGEND_HEIGHT,
        INTERVAL_NOTE,
        notes.lines(),
    )
    page.body_top += LEGEND_HEIGHT
    for index, case in enumerate(workload.cases):
        multiples.title(page, index, case, notes)
        axes = multiples.axes(page, index, timed)
        if found[index]:
            ticks.log_x(axes, *spans[index], units.duration, most=4)
        for series, this in found[index].items():
            draw_row(axes, multiples, series, this)
        mark_missing(axes, multiples, case, multiples.width, notes)
    page.body_top -= LEGEND_HEIGHT
    draw_legend(page)
    output.save(name, page.figure)


def percentiles_of(case: Case) -> dict[Series, Percentiles]:
    found = {series: percentiles(cell) for series, cell in case.cells.items()}
    return {series: this for series, this in found.items() if this}


def draw(document: Document, output: Output) -> None:
    for name, workload in output.wanted_workloads(document, "latency"):
        found = [percentiles_of(case) for case in workload.cases]
        if any(found):
            draw_workload(document, output, name, workload, found)
        else:
            output.skip(name, "no sample of this workload has latencies")
