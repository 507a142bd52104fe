"""Bars: wall time per job, or units per second where a peer drives the work, one panel per case.

Where a panel spans a wide range, all panels are drawn as points on a logarithmic axis: a bar has no length
where there is no zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import axis
import cases
import labels
import stats
import style
from cases import Case, Cell, Series, Workload
from document import Document
from output import Output
from page import Page, text_width
from panels import Panels, collect_notes, columns_for, mark_missing, subtitle
from stats import Estimate

ROW_HEIGHT, VALUE_SIZE = 0.175, 7
# From this range on, the short bars could no longer be compared.
RANGE_MOST = 20.0
SPREAD = "bars: median over rounds, lines: its 95 % bootstrap interval over rounds, of wall time"


@dataclass(frozen=True)
class Quantity:
    """What is drawn: its values, its words, and which way is better."""

    name: str
    better: str
    values: Callable[[Cell], dict[int, float]]
    words: Callable[[float], str]
    words_in: Callable[[float], tuple[float, axis.Words]]


def quantity(workload: Workload) -> Quantity:
    if workload.has_peer:
        name = f"{labels.plural(workload.unit)} per second"
        return Quantity(name, "more is better", Cell.rates, labels.count, axis.count_words)
    return Quantity("wall time of one job", "less is better", Cell.times, labels.duration, axis.time_words)


def estimates(case: Case, what: Quantity) -> dict[Series, Estimate]:
    return {series: stats.median(list(what.values(cell).values())) for series, cell in case.ok().items()}


def is_wide(found: list[dict[Series, Estimate]]) -> bool:
    spans = [[e.value for e in panel.values()] for panel in found if panel]
    return any(max(values) / min(values) > RANGE_MOST for values in spans)


def draw_panel(axes: Any, panels: Panels, found: dict[Series, Estimate], what: Quantity, wide: bool) -> None:
    if not found:
        axes.set_xticks([])
        return
    ends = [(e.high, text_width(what.words(e.value), VALUE_SIZE) + 0.12) for e in found.values()]
    low = min(e.low for e in found.values()) / 1.5
    if wide:
        axis.log_x(axes, low, axis.room_log(low, ends, panels.width), what.words, most=4)
    else:
        axis.linear_x(axes, axis.room_linear(ends, panels.width), what.words_in)
    for series, e in found.items():
        look = style.look(series.model, panels.families)
        y = panels.middle(series)
        if wide:
            axes.plot([low, e.value], [y, y], color=look.colour, linewidth=1.2, alpha=0.35)
            axes.plot([e.value], [y], color=look.colour, marker=look.marker, markersize=4.5)
        else:
            axes.barh(y, e.value, height=panels.row_height * 0.72, color=look.colour)
        if e.has_interval:
            axes.errorbar(
                e.value,
                y,
                xerr=[[e.value - e.low], [e.high - e.value]],
                color=style.INK,
                linewidth=0.9,
                capsize=1.8,
                capthick=0.9,
            )
        axes.annotate(
            what.words(e.value),
            (e.high, y),
            xytext=(5, 0),
            textcoords="offset points",
            va="center_baseline",
            fontsize=VALUE_SIZE,
        )


def draw_workload(document: Document, output: Output, name: str, workload: Workload) -> None:
    what = quantity(workload)
    found = [estimates(case, what) for case in workload.cases]
    families = cases.families(document)
    count = len(workload.cases)
    panels = Panels(workload.series, families, ROW_HEIGHT, count, columns_for(count))
    wide = is_wide(found)
    notes = collect_notes(workload, panels.width)
    scale = "Logarithmic axes" if wide else ""
    page = Page(
        document,
        f"{workload.name}: {what.name}, by model",
        subtitle(workload, what.better.capitalize(), scale),
        panels.height,
        SPREAD.replace("bars", "points") if wide else SPREAD,
        notes.lines(),
    )
    for index, case in enumerate(workload.cases):
        panels.title(page, index, labels.case(workload, case))
        axes = panels.axes(page, index)
        draw_panel(axes, panels, found[index], what, wide)
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
