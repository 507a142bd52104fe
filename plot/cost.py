"""Cost: CPU time per unit of work, user and system, and context switches beside it.

CPU time is that of all of the model's processes. Where the wall time of two models is the same, this tells
what each of them paid for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from matplotlib.colors import to_rgb
from matplotlib.patches import Patch

import axis
import cases
import labels
import stats
import style
from cases import Case, Cell, Series, Workload
from document import Document
from output import Output
from page import BODY_WIDTH, Page, text_width
from panels import Panels, collect_notes, mark_missing, panels_of, subtitle
from stats import Estimate

ROW_HEIGHT, LEGEND_HEIGHT, VALUE_SIZE = 0.175, 0.24, 7
# Of a panel's width: CPU time, a gap, and the switches in what is left.
CPU_SHARE, GAP_SHARE = 0.62, 0.06
SPREAD = "medians over rounds, whiskers: 95 % interval over rounds (CPU time: of user + system)"


@dataclass(frozen=True)
class Cost:
    cpu: Estimate
    user_share: float
    switches: Estimate


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
    share = stats.median(shares).value
    return Cost(stats.median(list(both.values())), share, stats.median(list(switches.values())))


def light(colour: str) -> Any:
    """For system time: the model's colour, half way to white."""
    return tuple(0.55 + 0.45 * channel for channel in to_rgb(colour))


def draw_bars(
    axes: Any, panels: Panels, found: dict[Series, Cost], width: float, switches: bool, words: Any
) -> None:
    estimates = {series: this.switches if switches else this.cpu for series, this in found.items()}
    ends = [(e.high, text_width(words(e.value), VALUE_SIZE) + 0.12) for e in estimates.values()]
    most = max(axis.room_linear(ends, width), 1e-9)
    axis.linear_x(axes, most, axis.count_words if switches else axis.time_words, most=3)
    values = [e.value for e in estimates.values()]
    users = [e.value * (1.0 if switches else found[series].user_share) for series, e in estimates.items()]
    places = [panels.middle(series) for series in estimates]
    colours = [style.look(series.model, panels.families).colour for series in estimates]
    height = panels.row_height * 0.72
    axes.barh(places, users, height=height, color=colours)
    if not switches:
        system = [value - user for value, user in zip(values, users)]
        edge = {"edgecolor": colours, "linewidth": 0.6}
        axes.barh(places, system, left=users, height=height, color=[light(c) for c in colours], **edge)
    style.whiskers(axes, places, list(estimates.values()))
    for y, e in zip(places, estimates.values()):
        where = {"xytext": (5, 0), "textcoords": "offset points", "va": "center_baseline"}
        axes.annotate(words(e.value), (e.high, y), fontsize=VALUE_SIZE, **where)


def draw_panel(page: Page, panels: Panels, index: int, workload: Workload, found: dict[Series, Cost]) -> Any:
    cpu_width = panels.width * CPU_SHARE
    rest = panels.width * (1 - CPU_SHARE - GAP_SHARE)
    left = panels.axes(page, index, 0, cpu_width)
    right = panels.axes(page, index, panels.width - rest, rest)
    if found:
        draw_bars(left, panels, found, cpu_width, False, labels.duration_measured)
        draw_bars(right, panels, found, rest, True, labels.count_short)
    for axes, text in ((left, f"CPU time per {workload.unit}"), (right, f"switches per {workload.unit}")):
        axes.set_xlabel(text, labelpad=2, color=style.MUTED, fontsize=7.5)
    return left


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
    notes = collect_notes(workload, panels.width * CPU_SHARE)
    page = Page(
        document,
        f"{workload.name}: CPU time and context switches per {workload.unit}, by model",
        subtitle(workload, "Less is better", "All processes of the model, the peer left out"),
        panels.height + LEGEND_HEIGHT,
        SPREAD,
        notes.lines(),
    )
    page.body_top += LEGEND_HEIGHT
    for index, case in enumerate(workload.cases):
        panels.title(page, index, labels.case(workload, case))
        axes = draw_panel(page, panels, index, workload, found[index])
        mark_missing(axes, panels, case, panels.width * CPU_SHARE, notes)
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
