"""Bars: the wall time of a job, or the units per second of a server; one panel for each case.

If the values of a panel differ very much, all panels have points on a logarithmic axis instead of bars: such
an axis has no zero, from which a bar could begin.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from concur.documents import labels, units
from concur.documents.cases import Case, Cell, Series, Workload
from concur.documents.results import Document
from concur.drawing import artists, disturbance, style, ticks
from concur.drawing.output import Output
from concur.drawing.page import Page
from concur.drawing.small_multiples import (
    SAME_AXIS,
    SmallMultiples,
    collect_notes,
    mark_missing,
    subtitle,
    value_ends,
    write_values,
)
from concur.statistics import turns
from concur.statistics.intervals import Estimate

ROW_HEIGHT = 0.175
# If the longest bar of a panel is more than this many times as long as the shortest, they cannot be compared.
RANGE_MOST = 20.0


@dataclass(frozen=True)
class Quantity:
    """The quantity that is drawn: its value, how it is written, and whether less or more is better."""

    name: str
    better: str
    of: Callable[[Cell], Estimate | None]
    written: ticks.Format
    scale_for: Callable[[float], ticks.Scale]


def quantity_of(workload: Workload) -> Quantity:
    if workload.has_peer or workload.in_windows:
        name = f"{labels.plural(workload.unit)} per second"
        return Quantity(name, "More is better", turns.rate, units.count_measured, ticks.count_scale)
    return Quantity(
        "wall time of a job", "Less is better", turns.time, units.duration_measured, ticks.time_scale
    )


def estimates(case: Case, quantity: Quantity) -> dict[Series, Estimate]:
    found = {series: quantity.of(cell) for series, cell in case.ok().items()}
    return {series: estimate for series, estimate in found.items() if estimate is not None}


def is_wide(found: list[dict[Series, Estimate]]) -> bool:
    spans = [[e.value for e in panel.values()] for panel in found if panel]
    return any(max(values) / min(values) > RANGE_MOST for values in spans)


def draw_rows(
    axes: Any, multiples: SmallMultiples, found: dict[Series, Estimate], quantity: Quantity, wide: bool
) -> None:
    looks = [style.look(series.model, multiples.workload.families) for series in found]
    places = [multiples.middle(series) for series in found]
    if wide:
        start = axes.get_xlim()[0]
        for look, y, e in zip(looks, places, found.values()):
            artists.add_line(axes, [start, e.value], [y, y], color=look.colour, linewidth=1.2, alpha=0.35)
            artists.add_line(
                axes, [e.low, e.high], [y, y], color=look.colour, linewidth=2.2, solid_capstyle="butt"
            )
            artists.add_line(axes, [e.value], [y], color=look.colour, marker=look.marker, markersize=4.5)
    else:
        height = multiples.row_height * 0.72
        for look, y, e in zip(looks, places, found.values()):
            artists.add_box(axes, 0, y - height / 2, e.value, height, facecolor=look.colour)
        style.whiskers(axes, places, list(found.values()))
    write_values(axes, multiples, found, quantity.written)


def limits(
    found: list[dict[Series, Estimate]], quantity: Quantity, width: float
) -> tuple[float, float, float]:
    """For these panels: the two ends of a logarithmic axis, and the end of a linear axis."""
    everything = [e for panel in found for e in panel.values()]
    ends = value_ends(everything, quantity.written)
    low = min(e.low for e in everything) / 1.5
    return low, ticks.room_log(low, ends, width), ticks.room_linear(ends, width)


def draw_workload(document: Document, output: Output, name: str, workload: Workload) -> None:
    quantity = quantity_of(workload)
    found = [estimates(case, quantity) for case in workload.cases]
    multiples = SmallMultiples.of(workload, ROW_HEIGHT)
    wide = is_wide(found)
    notes = collect_notes(workload, multiples.width)
    page = Page(
        document,
        f"{workload.name}: {quantity.name}, by model",
        subtitle(workload, quantity.better, SAME_AXIS if wide else ""),
        multiples.height,
        labels.interval_note(document, "points" if wide else "bars"),
        [*notes.lines(), *filter(None, [disturbance.peer_limit(workload)])],
    )
    for index, case in enumerate(workload.cases):
        multiples.title(page, index, case, notes)
        axes = multiples.axes(page, index, quantity.name)
        if wide:
            low, high, _ = limits(found, quantity, multiples.width)
            ticks.log_x(axes, low, high, quantity.scale_for(high)[1], most=4)
        elif found[index]:
            ticks.linear_x(axes, limits([found[index]], quantity, multiples.width)[2], quantity.scale_for)
        else:
            axes.set_xticks([])
        draw_rows(axes, multiples, found[index], quantity, wide)
        mark_missing(axes, multiples, case, multiples.width, notes)
    output.save(name, page.figure)


def draw(document: Document, output: Output) -> None:
    for name, workload in output.wanted_workloads(document, "bars"):
        if any(case.ok() for case in workload.cases):
            draw_workload(document, output, name, workload)
        else:
            output.skip(name, "no case of this workload was ok")
