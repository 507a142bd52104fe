"""Cost: user and system CPU time for each unit of work, and beside it context switches and system calls.

CPU time is that of all processes of a model. It shows the difference between models whose wall time is equal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from matplotlib.colors import to_rgb
from matplotlib.patches import Patch

from concur.documents import units
from concur.documents.cases import Case, Cell, Series, Workload
from concur.documents.results import Document
from concur.drawing import artists, style, ticks
from concur.drawing.output import Output
from concur.drawing.page import BODY_WIDTH, Page
from concur.drawing.small_multiples import (
    SmallMultiples,
    collect_notes,
    mark_missing,
    subtitle,
    value_ends,
    write_values,
)
from concur.statistics import intervals
from concur.statistics.intervals import Estimate

ROW_HEIGHT, LEGEND_HEIGHT = 0.175, 0.24
# As shares of the width of a panel: CPU time (alone, or beside two others), and the gap between two measures.
CPU_SHARE, CPU_SHARE_OF_THREE, GAP_SHARE = 0.62, 0.44, 0.06
INTERVAL_NOTE = "bars: median over rounds, whiskers: 95 % interval of the median (CPU time: of user + system)"


@dataclass(frozen=True)
class Cost:
    cpu: Estimate
    user_share: float
    switches: Estimate
    # Counted in some rounds only. None: it is not counted, or the kernel does not permit it.
    system_calls: Estimate | None


def cost(cell: Cell) -> Cost | None:
    """For each unit of work; None if it was not measured, or if no work was done."""
    if not cell.ok or any(s.user_ns is None or s.switches is None or s.units <= 0 for s in cell.samples):
        return None
    user = cell.by_round(lambda s: (s.user_ns or 0.0) / s.units)
    system = cell.by_round(lambda s: (s.system_ns or 0.0) / s.units)
    switches = cell.by_round(lambda s: (s.switches or 0.0) / s.units)
    both = {number: user[number] + system[number] for number in user}
    # A median of sums is not the sum of the medians. The bar is the median of the sums, and the median share
    # divides it into user and system.
    shares = [user[number] / both[number] if both[number] else 0.0 for number in user]
    share = intervals.median(shares).value
    cpu, switched = intervals.median(both.values()), intervals.median(switches.values())
    return Cost(cpu, share, switched, system_calls(cell))


def system_calls(cell: Cell) -> Estimate | None:
    counted = [s.counts for s in cell.samples if s.counts is not None]
    known = [c.system_calls / c.units for c in counted if c.system_calls is not None]
    return intervals.median(known) if known else None


def light(colour: str) -> Any:
    """The colour of system time: the colour of the model, mixed with white."""
    return tuple(0.55 + 0.45 * channel for channel in to_rgb(colour))


def draw_bars(
    axes: Any, multiples: SmallMultiples, bars: dict[Series, Estimate], width: float, measure: Measure
) -> None:
    end = ticks.room_linear(value_ends(bars.values(), measure.written), width)
    ticks.linear_x(axes, max(end, 1e-9), measure.scale_for, most=measure.ticks_most)
    values = [e.value for e in bars.values()]
    users = [e.value * measure.user_share(series) for series, e in bars.items()]
    places = [multiples.middle(series) for series in bars]
    colours = [style.look(series.model, multiples.workload.families).colour for series in bars]
    height = multiples.row_height * 0.72
    for y, user, colour in zip(places, users, colours):
        artists.add_box(axes, 0, y - height / 2, user, height, facecolor=colour)
    system = [value - user for value, user in zip(values, users)]
    if any(system):
        for y, user, rest, colour in zip(places, users, system, colours):
            edge = {"edgecolor": colour, "linewidth": 0.6}
            artists.add_box(axes, user, y - height / 2, rest, height, facecolor=light(colour), **edge)
    style.whiskers(axes, places, list(bars.values()))
    write_values(axes, multiples, bars, measure.written)


@dataclass(frozen=True)
class Measure:
    """One of the quantities that stand side by side in a panel."""

    name: str
    share: float
    of: Callable[[Cost], Estimate | None]
    written: ticks.Format
    scale_for: Callable[[float], ticks.Scale]
    user_share: Callable[[Series], float] = lambda _: 1.0
    ticks_most: int = 3


def measures_of(found: dict[Series, Cost], three: bool) -> list[Measure]:
    cpu_share = CPU_SHARE_OF_THREE if three else CPU_SHARE
    rest = (1 - cpu_share - GAP_SHARE * (2 if three else 1)) / (2 if three else 1)

    def user_share(series: Series) -> float:
        return found[series].user_share

    def counted(name: str, of: Callable[[Cost], Estimate | None]) -> Measure:
        return Measure(name, rest, of, units.count_short, ticks.count_scale, ticks_most=2 if three else 3)

    cpu = Measure(
        "CPU time", cpu_share, lambda c: c.cpu, units.duration_measured, ticks.time_scale, user_share
    )
    switches = counted("switches", lambda cost: cost.switches)
    calls = counted("system calls", lambda cost: cost.system_calls)
    return [cpu, switches, calls] if three else [cpu, switches]


def draw_panel(
    page: Page, multiples: SmallMultiples, index: int, found: dict[Series, Cost], three: bool
) -> Any:
    left, first = 0.0, None
    for measure in measures_of(found, three):
        width = multiples.width * measure.share
        name = measure.name if three else f"{measure.name} per {multiples.workload.unit}"
        axes = multiples.axes(page, index, name, left, width)
        first = first or axes
        known = {series: measure.of(this) for series, this in found.items()}
        bars = {series: estimate for series, estimate in known.items() if estimate is not None}
        if bars:
            draw_bars(axes, multiples, bars, width, measure)
        else:
            axes.set_xticks([])
        left += width + multiples.width * GAP_SHARE
    return first


def draw_legend(page: Page) -> None:
    axes = page.axes(0, -0.04, BODY_WIDTH, LEGEND_HEIGHT)
    axes.axis("off")
    grey = "#555555"
    handles = [
        Patch(facecolor=grey, label="user"),
        Patch(facecolor=light(grey), edgecolor=grey, linewidth=0.6, label="system (in the kernel)"),
    ]
    axes.legend(handles=handles, loc="upper left", ncol=2, frameon=False, fontsize=8, borderaxespad=0,
                borderpad=0.2, handlelength=1.2, handleheight=0.9, columnspacing=1.4)  # fmt: skip


def draw_workload(
    document: Document, output: Output, name: str, workload: Workload, found: list[dict[Series, Cost]]
) -> None:
    multiples = SmallMultiples.of(workload, ROW_HEIGHT, columns=1 if len(workload.cases) == 1 else 2)
    three = any(cost.system_calls for costs in found for cost in costs.values())
    cpu_width = multiples.width * (CPU_SHARE_OF_THREE if three else CPU_SHARE)
    notes = collect_notes(workload, cpu_width)
    refused = sorted({s.counts.reason for s in workload.samples if s.counts and s.counts.reason})
    figures = "CPU time, switches and system calls" if three else "CPU time and context switches"
    page = Page(
        document,
        f"{workload.name}: {figures} per {workload.unit}, by model",
        subtitle(workload, "Less is better", "The sum of all processes of the model, without the peer"),
        multiples.height + LEGEND_HEIGHT,
        INTERVAL_NOTE,
        [*notes.lines(), *(f"System calls: {reason}" for reason in refused)],
    )
    page.body_top += LEGEND_HEIGHT
    for index, case in enumerate(workload.cases):
        multiples.title(page, index, case, notes)
        axes = draw_panel(page, multiples, index, found[index], three)
        mark_missing(axes, multiples, case, cpu_width, notes)
    page.body_top -= LEGEND_HEIGHT
    draw_legend(page)
    output.save(name, page.figure)


def costs(case: Case) -> dict[Series, Cost]:
    found = {series: cost(cell) for series, cell in case.cells.items()}
    return {series: this for series, this in found.items() if this is not None}


def draw(document: Document, output: Output) -> None:
    for name, workload in output.wanted_workloads(document, "cost"):
        found = [costs(case) for case in workload.cases]
        if any(found):
            draw_workload(document, output, name, workload, found)
        else:
            output.skip(name, "no sample of this workload has a measured cost")
