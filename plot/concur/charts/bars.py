"""Bars: wall time per job, or units per second where a peer drives the work, one panel per case.

Where a panel spans a wide range, all panels are drawn as points on a logarithmic axis: a bar has no length
where there is no zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from concur.documents import cases, labels
from concur.documents.cases import Case, Cell, Series, Workload
from concur.documents.results import Document
from concur.drawing import artists, disturbance, style, ticks
from concur.drawing.output import Output
from concur.drawing.page import Page, text_width
from concur.drawing.small_multiples import Panels, collect_notes, mark_missing, panels_of, subtitle
from concur.statistics import intervals
from concur.statistics.intervals import Estimate

ROW_HEIGHT, VALUE_SIZE = 0.175, 7
# From this range on, the short bars could no longer be compared.
RANGE_MOST = 20.0
SPREAD = "bars: median over rounds of wall-time figures, whiskers: its 95 % interval over rounds"
SPREAD_POINTS = SPREAD.replace("bars", "points")


@dataclass(frozen=True)
class Quantity:
    """What is drawn: its values, its words, and which way is better."""

    name: str
    better: str
    values: Callable[[Cell], dict[int, float]]
    words: Callable[[float], str]
    words_in: Callable[[float], tuple[float, ticks.Words]]


def quantity(workload: Workload) -> Quantity:
    if workload.has_peer:
        name = f"{labels.plural(workload.unit)} per second"
        return Quantity(name, "more is better", Cell.rates, labels.count_measured, ticks.count_words)
    return Quantity(
        "wall time of one job", "less is better", Cell.times, labels.duration_measured, ticks.time_words
    )


def estimates(case: Case, what: Quantity) -> dict[Series, Estimate]:
    return {series: intervals.median(list(what.values(cell).values())) for series, cell in case.ok().items()}


def is_wide(found: list[dict[Series, Estimate]]) -> bool:
    spans = [[e.value for e in panel.values()] for panel in found if panel]
    return any(max(values) / min(values) > RANGE_MOST for values in spans)


def draw_rows(axes: Any, panels: Panels, found: dict[Series, Estimate], what: Quantity, wide: bool) -> None:
    looks = [style.look(series.model, panels.families) for series in found]
    places = [panels.middle(series) for series in found]
    if wide:
        start = axes.get_xlim()[0]
        for look, y, e in zip(looks, places, found.values()):
            artists.add_line(axes, [start, e.value], [y, y], color=look.colour, linewidth=1.2, alpha=0.35)
            artists.add_line(
                axes, [e.low, e.high], [y, y], color=look.colour, linewidth=2.2, solid_capstyle="butt"
            )
            artists.add_line(axes, [e.value], [y], color=look.colour, marker=look.marker, markersize=4.5)
    else:
        height = panels.row_height * 0.72
        for look, y, e in zip(looks, places, found.values()):
            artists.add_box(axes, 0, y - height / 2, e.value, height, facecolor=look.colour)
        style.whiskers(axes, places, list(found.values()))
    beside = [(e.high, y, what.words(e.value)) for y, e in zip(places, found.values())]
    artists.add_words_beside(axes, beside, VALUE_SIZE)


def limits(found: list[dict[Series, Estimate]], what: Quantity, width: float) -> tuple[float, float, float]:
    """Of these panels together: the least and the most, on logarithms, and the most from zero."""
    all_of_them = [e for panel in found for e in panel.values()]
    ends = [(e.high, text_width(what.words(e.value), VALUE_SIZE) + 0.12) for e in all_of_them]
    low = min(e.low for e in all_of_them) / 1.5
    return low, ticks.room_log(low, ends, width), ticks.room_linear(ends, width)


def draw_workload(document: Document, output: Output, name: str, workload: Workload) -> None:
    what = quantity(workload)
    found = [estimates(case, what) for case in workload.cases]
    panels = panels_of(workload, cases.families(document), ROW_HEIGHT)
    wide = is_wide(found)
    notes = collect_notes(workload, panels.width, document.origin.cpus)
    page = Page(
        document,
        f"{workload.name}: {what.name}, by model",
        subtitle(workload, what.better.capitalize(), "One logarithmic axis for all" if wide else ""),
        panels.height,
        SPREAD_POINTS if wide else SPREAD,
        notes.lines(),
    )
    for index, case in enumerate(workload.cases):
        panels.title(page, index, disturbance.title(workload, case, document.origin.cpus, notes))
        axes = panels.axes(page, index)
        if wide:
            low, high, _ = limits(found, what, panels.width)
            ticks.log_x(axes, low, high, what.words_in(high)[1], most=4)
        elif found[index]:
            ticks.linear_x(axes, limits([found[index]], what, panels.width)[2], what.words_in)
        else:
            axes.set_xticks([])
        draw_rows(axes, panels, found[index], what, wide)
        mark_missing(axes, panels, case, panels.width, notes)
        axes.set_xlabel(what.name, labelpad=2, color=style.MUTED, fontsize=7.5)
    output.save(name, page.figure)


def draw(document: Document, output: Output) -> None:
    for workload in cases.workloads(document):
        name = f"bars_{workload.name}"
        if not output.wants(name):
            continue
        if any(case.ok() for case in workload.cases):
            draw_workload(document, output, name, workload)
        else:
            output.skip(name, "no case of this workload was ok")
