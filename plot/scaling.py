"""Lines over the size that varies most: what happens to each model when there is more of it.

I/O workloads show throughput, CPU workloads the wall time as a ratio to serial in the same round. Lines
are named at their ends; where a line ends early, a footnote tells why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

import axis
import cases
import labels
import stats
import style
from cases import Case, Cell, Series, Workload
from document import Document
from output import Output
from page import BODY_WIDTH, Footnotes, Page, reason_note, text_width
from panels import subtitle
from spread import spread
from stats import Estimate

LABEL_SIZE, LABEL_PITCH = 8, 0.148
FOOT, LEFT, LEADER = 0.5, 0.62, 0.3
HEIGHT_LEAST = 3.1
# Points of different series at the same size stand side by side, over this part of a decade.
DODGE_DECADES = 0.09
SPREAD_RATE = "points: median over rounds of units per second of wall time, whiskers: 95 % interval"
SPREAD_RATIO = "points: median over rounds of the wall-time ratio within a round, whiskers: 95 % interval"

Points = dict[int, Estimate]


@dataclass(frozen=True)
class Line:
    series: Series
    points: Points
    # Why there are no points at larger sizes: size and reason.
    ended: tuple[int, str] | None


def serial_of(case: Case) -> Cell | None:
    return next((cell for series, cell in case.ok().items() if series.model == "serial"), None)


def is_relative(workload: Workload) -> bool:
    """CPU work is set against serial, if that was measured everywhere."""
    return workload.group == "cpu" and all(serial_of(case) for case in workload.cases)


def point(cell: Cell, baseline: Cell | None) -> Estimate | None:
    if baseline is None:
        return stats.median(list(cell.rates().values()))
    return stats.paired_ratio(cell.times(), baseline.times())


def line(workload: Workload, panel: list[Case], series: Series) -> Line:
    relative, main = is_relative(workload), workload.main or ""
    points: Points = {}
    ended = None
    for case in panel:
        cell = case.cells.get(series)
        if cell is None:
            continue
        if cell.ok:
            found = point(cell, serial_of(case) if relative else None)
            if found is not None:
                points[case.value(main)] = found
                ended = None
        elif ended is None:
            ended = (case.value(main), reason_note(cell.outcome, cell.reason))
    return Line(series, points, ended)


Panel = tuple[list[Case], list[Line]]


def panels_of(workload: Workload) -> list[Panel]:
    """The panels in which something scales: some model was ok at two sizes."""
    found = [(panel, [line(workload, panel, s) for s in workload.series]) for panel in workload.panels()]
    return [(panel, lines) for panel, lines in found if any(len(one.points) > 1 for one in lines)]


def height_of(drawn: list[Line]) -> float:
    return max(HEIGHT_LEAST, (len(drawn) + 1) * LABEL_PITCH)


def head_of(workload: Workload) -> float:
    """Room for a panel's title, if it has one."""
    return 0.3 if len(workload.telling) > 1 else 0.06


def note_lines(workload: Workload, panels: list[Panel]) -> Footnotes:
    notes = Footnotes()
    for _, lines in panels:
        for one in lines:
            if one.ended is not None:
                size = labels.parameter(workload.main or "", one.ended[0])
                notes.number(f"{labels.series(one.series)} from {size}: {one.ended[1]}")
    return notes


def label_of(workload: Workload, one: Line, notes: Footnotes) -> str:
    text = labels.series(one.series)
    if one.ended is None:
        return text
    size = labels.parameter(workload.main or "", one.ended[0])
    return f"{text} [{notes.number(f'{text} from {size}: {one.ended[1]}')}]"


def filling(one: Line, drawn: list[Line]) -> str:
    """For a model at several sizes: each with another filling of its marker."""
    same = [other.series for other in drawn if other.series.model == one.series.model]
    return style.FILLINGS[same.index(one.series) % len(style.FILLINGS)]


def draw_line(axes: Axes, one: Line, drawn: list[Line], families: dict[str, str]) -> None:
    look = style.look(one.series.model, families)
    rank = drawn.index(one) / max(1, len(drawn) - 1) - 0.5
    shift = 10 ** (rank * DODGE_DECADES)
    xs = [size * shift for size in one.points]
    values = list(one.points.values())
    axes.errorbar(
        xs,
        [e.value for e in values],
        yerr=[[e.value - e.low for e in values], [e.high - e.value for e in values]],
        color=look.colour,
        linestyle=look.line,
        linewidth=1.4,
        marker=look.marker,
        markersize=4.2,
        fillstyle=filling(one, drawn),
        markeredgewidth=1,
        elinewidth=0.9,
        capsize=1.6,
    )


def draw_labels(axes: Axes, texts: list[str], drawn: list[Line], families: dict[str, str], box: Any) -> None:
    """Names at the right, moved apart, each tied to the end of its line by a thin leader."""
    width, height = box
    ends = [max(one.points) for one in drawn]
    to_inches = axes.transData + axes.transAxes.inverted()
    wanted = [float(to_inches.transform((x, one.points[x].value))[1]) * height for x, one in zip(ends, drawn)]
    tips = [float(to_inches.transform((x, one.points[x].value))[0]) * width for x, one in zip(ends, drawn)]
    placed = spread(wanted, LABEL_PITCH, LABEL_PITCH / 2, height - LABEL_PITCH / 2)
    for text, one, tip, before, after in zip(texts, drawn, tips, wanted, placed):
        look = style.look(one.series.model, families)
        xs = [tip / width + 0.008, 1 + 0.06 / width, 1 + (LEADER - 0.04) / width]
        ys = [before / height, before / height, after / height]
        early = tip < 0.9 * width
        thin = {"linewidth": 0.6, "alpha": 0.6, "linestyle": ":" if early else "-"}
        how = {"transform": axes.transAxes, "clip_on": False}
        axes.plot(xs, ys, color=look.colour, **thin, **how)
        ink = style.for_text(look.colour)
        axes.text(
            1 + LEADER / width, ys[2], text, fontsize=LABEL_SIZE, va="center_baseline", color=ink, **how
        )


def size_axis(axes: Axes, workload: Workload, drawn: list[Line], width: float) -> None:
    main = workload.main or ""
    sizes = sorted({size for one in drawn for size in one.points})
    axes.set_xlabel(labels.axis_name(main), labelpad=2)
    if sizes[0] > 0:
        axes.set_xscale("log")
        axes.set_xlim(sizes[0] / 1.25, sizes[-1] * 1.25)
        ticks = axis.thin(sizes, width, 0.45)
    else:
        # A size of zero (no delay) has no place on a logarithmic axis.
        axes.set_xlim(-0.03 * sizes[-1], 1.05 * sizes[-1])
        ticks = axis.thin_linear(sizes, width, 0.45)
    axis.set_ticks(axes.xaxis, ticks, lambda size: labels.value(main, size))


def draw_panel(
    page: Page, workload: Workload, title: str, drawn: list[Line], texts: list[str], box: Any
) -> None:
    top, width, height, families = box
    axes = page.axes(LEFT, top, width, height)
    page.text(LEFT, top - 0.08, title, 8.5, va="bottom", weight="bold")
    axes.set_yscale("log")
    axes.grid(True)
    size_axis(axes, workload, drawn, width)
    values = [e for one in drawn for e in one.points.values()]
    low, high = min(e.low for e in values) / 1.25, max(e.high for e in values) * 1.25
    axes.set_ylim(low, high)
    relative = is_relative(workload)
    axis.set_ticks(
        axes.yaxis, axis.log_ticks(low, high, 7), labels.ratio_tick if relative else labels.count_tick
    )
    if relative:
        axes.axhline(1.0, color="#999999", linewidth=0.8, zorder=0)
    per_second = f"{labels.plural(workload.unit)} per second"
    axes.set_ylabel("wall time ÷ serial's" if relative else per_second, labelpad=3)
    for one in drawn:
        draw_line(axes, one, drawn, families)
    draw_labels(axes, texts, drawn, families, (width, height))


def draw_workload(document: Document, output: Output, name: str, workload: Workload) -> None:
    families = cases.families(document)
    panels = panels_of(workload)
    notes = note_lines(workload, panels)
    shown = [[one for one in lines if one.points] for _, lines in panels]
    texts = [[label_of(workload, one, notes) for one in panel] for panel in shown]
    label_width = max(text_width(text, LABEL_SIZE) for panel in texts for text in panel)
    width = BODY_WIDTH - LEFT - LEADER - label_width - 0.05
    relative, head = is_relative(workload), head_of(workload)
    wanted = "wall time against serial" if relative else f"{labels.plural(workload.unit)} per second"
    better = "Less is better" if relative else "More is better"
    page = Page(
        document,
        f"{workload.name}: {wanted} over {labels.axis_name(workload.main or '')}, by model",
        subtitle(workload, better, "Logarithmic axes, points side by side where they share a size"),
        sum(height_of(panel) + head + FOOT for panel in shown),
        SPREAD_RATIO if relative else SPREAD_RATE,
        notes.lines(),
    )
    top = 0.0
    for (group, _), drawn, names in zip(panels, shown, texts):
        height = height_of(drawn)
        box = (top + head, width, height, families)
        draw_panel(page, workload, labels.panel(workload, group), drawn, names, box)
        top += height + head + FOOT
    output.save(name, page.figure)


def draw(document: Document, output: Output) -> None:
    for workload in cases.workloads(document):
        name = f"scaling_{workload.name}"
        if not output.wants(name):
            continue
        if not workload.main:
            output.skip(name, "this workload has one size only")
        elif not panels_of(workload):
            output.skip(name, "no model was ok at two sizes")
        else:
            draw_workload(document, output, name, workload)
