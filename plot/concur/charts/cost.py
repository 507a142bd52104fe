"""Cost: CPU time per unit of work, user and system, and beside it context switches and system calls.

CPU time is that of all of the model's processes. Where the wall time of two models is the same, this tells
what each of them paid for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from matplotlib.colors import to_rgb
from matplotlib.patches import Patch

from concur.documents import cases, labels
from concur.documents.cases import Case, Cell, Series, Workload
from concur.documents.results import Document
from concur.drawing import artists, disturbance, style, ticks
from concur.drawing.output import Output
from concur.drawing.page import BODY_WIDTH, Page, text_width
from concur.drawing.small_multiples import Panels, collect_notes, mark_missing, panels_of, subtitle
from concur.statistics import intervals
from concur.statistics.intervals import Estimate

ROW_HEIGHT, LEGEND_HEIGHT, VALUE_SIZE = 0.175, 0.24, 7
# Of a panel's width: CPU time, and a gap before each of the rest, which share what is left.
CPU_SHARE, CPU_SHARE_OF_THREE, GAP_SHARE = 0.62, 0.44, 0.06
SPREAD = "medians over rounds, whiskers: 95 % interval over rounds (CPU time: of user + system)"


@dataclass(frozen=True)
class Cost:
    cpu: Estimate
    user_share: float
    switches: Estimate
    # Counted in some rounds only, or not permitted at all.
    system_calls: Estimate | None


def cost(cell: Cell) -> Cost | None:
    """Per unit of work; None where it was not measured or nothing was done."""
    if not cell.ok or any(s.user_ns is None or s.switches is None or s.units <= 0 for s in cell.samples):
        return None
    user = cell.by_round(lambda s: (s.user_ns or 0.0) / s.units)
    system = cell.by_round(lambda s: (s.system_ns or 0.0) / s.units)
    switches = cell.by_round(lambda s: (s.switches or 0.0) / s.units)
    both = {number: user[number] + system[number] for number in user}
    # The median of sums is not the sum of medians: the bar is the former, and is divided by the share.
    shares = [user[number] / both[number] if both[number] else 0.0 for number in user]
    share = intervals.median(shares).value
    cpu, switched = intervals.median(list(both.values())), intervals.median(list(switches.values()))
    return Cost(cpu, share, switched, system_calls(cell))


def system_calls(cell: Cell) -> Estimate | None:
    counted = [s.counts for s in cell.samples if s.counts is not None]
    known = [c.system_calls / c.units for c in counted if c.system_calls is not None]
    return intervals.median(known) if known else None


def light(colour: str) -> Any:
    """For system time: the model's colour, half way to white."""
    return tuple(0.55 + 0.45 * channel for channel in to_rgb(colour))


def draw_bars(axes: Any, panels: Panels, bars: dict[Series, Estimate], width: float, what: Column) -> None:
    ends = [(e.high, text_width(what.words(e.value), VALUE_SIZE) + 0.12) for e in bars.values()]
    ticks.linear_x(axes, max(ticks.room_linear(ends, width), 1e-9), what.words_in, most=what.ticks_most)
    values = [e.value for e in bars.values()]
    users = [e.value * what.user_share(series) for series, e in bars.items()]
    places = [panels.middle(series) for series in bars]
    colours = [style.look(series.model, panels.families).colour for series in bars]
    height = panels.row_height * 0.72
    for y, user, colour in zip(places, users, colours):
        artists.add_box(axes, 0, y - height / 2, user, height, facecolor=colour)
    system = [value - user for value, user in zip(values, users)]
    if any(system):
        for y, user, rest, colour in zip(places, users, system, colours):
            edge = {"edgecolor": colour, "linewidth": 0.6}
            artists.add_box(axes, user, y - height / 2, rest, height, facecolor=light(colour), **edge)
    style.whiskers(axes, places, list(bars.values()))
    beside = [(e.high, y, what.words(e.value)) for y, e in zip(places, bars.values())]
    artists.add_words_beside(axes, beside, VALUE_SIZE)


@dataclass(frozen=True)
class Column:
    """One figure, beside the others of its panel."""

    name: str
    share: float
    of: Callable[[Cost], Estimate | None]
    words: ticks.Words
    words_in: Callable[[float], tuple[float, ticks.Words]]
    user_share: Callable[[Series], float] = lambda _: 1.0
    ticks_most: int = 3


def columns_of(workload: Workload, found: dict[Series, Cost], three: bool) -> list[Column]:
    cpu_share = CPU_SHARE_OF_THREE if three else CPU_SHARE
    rest = (1 - cpu_share - GAP_SHARE * (2 if three else 1)) / (2 if three else 1)

    def user_share(series: Series) -> float:
        return found[series].user_share

    def counted(name: str, of: Callable[[Cost], Estimate | None]) -> Column:
        return Column(name, rest, of, labels.count_short, ticks.count_words, ticks_most=2 if three else 3)

    cpu = Column(
        "CPU time", cpu_share, lambda c: c.cpu, labels.duration_measured, ticks.time_words, user_share
    )
    switches = counted("switches", lambda cost: cost.switches)
    calls = counted("system calls", lambda cost: cost.system_calls)
    return [cpu, switches, calls] if three else [cpu, switches]


def draw_panel(
    page: Page, panels: Panels, index: int, workload: Workload, found: dict[Series, Cost], three: bool
) -> Any:
    left, first = 0.0, None
    for column in columns_of(workload, found, three):
        width = panels.width * column.share
        axes = panels.axes(page, index, left, width)
        first = first or axes
        known = {series: column.of(this) for series, this in found.items()}
        bars = {series: estimate for series, estimate in known.items() if estimate is not None}
        if bars:
            draw_bars(axes, panels, bars, width, column)
        else:
            axes.set_xticks([])
        name = column.name if three else f"{column.name} per {workload.unit}"
        axes.set_xlabel(name, labelpad=2, color=style.MUTED, fontsize=7.5)
        left += width + panels.width * GAP_SHARE
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
    columns = 1 if len(workload.cases) == 1 else 2
    panels = panels_of(workload, cases.families(document), ROW_HEIGHT, columns)
    three = any(cost.system_calls for costs in found for cost in costs.values())
    cpu_width = panels.width * (CPU_SHARE_OF_THREE if three else CPU_SHARE)
    notes = collect_notes(workload, cpu_width, document.origin.cpus)
    refused = sorted({s.counts.reason for c in workload.cases for cell in c.cells.values()
                      for s in cell.samples if s.counts and s.counts.reason})  # fmt: skip
    figures = "CPU time, switches and system calls" if three else "CPU time and context switches"
    page = Page(
        document,
        f"{workload.name}: {figures} per {workload.unit}, by model",
        subtitle(workload, "Less is better", "All processes of the model, the peer left out"),
        panels.height + LEGEND_HEIGHT,
        SPREAD,
        [*notes.lines(), *(f"System calls: {reason}" for reason in refused)],
    )
    page.body_top += LEGEND_HEIGHT
    for index, case in enumerate(workload.cases):
        panels.title(page, index, disturbance.title(workload, case, document.origin.cpus, notes))
        axes = draw_panel(page, panels, index, workload, found[index], three)
        mark_missing(axes, panels, case, cpu_width, notes)
    page.body_top -= LEGEND_HEIGHT
    draw_legend(page)
    output.save(name, page.figure)


def costs(case: Case) -> dict[Series, Cost]:
    found = {series: cost(cell) for series, cell in case.cells.items()}
    return {series: this for series, this in found.items() if this is not None}


def draw(document: Document, output: Output) -> None:
    for workload in cases.workloads(document):
        name = f"cost_{workload.name}"
        if not output.wants(name):
            continue
        found = [costs(case) for case in workload.cases]
        if any(found):
            draw_workload(document, output, name, workload, found)
        else:
            output.skip(name, "no sample of this workload has its cost measured")
