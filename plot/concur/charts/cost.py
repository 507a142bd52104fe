"""Cost: CPU time for each unit of work, and beside it context switches and system calls.

CPU time is that of all processes of a model. It shows the difference between models whose wall time is equal.
For whole runs of a job it is divided into user and system time; for windows only the sum of both is known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from matplotlib.colors import to_rgb
from matplotlib.patches import Patch

from concur.documents import labels, units
from concur.documents.cases import Case, Cell, Series, Workload
from concur.documents.results import Document
from concur.documents.samples import Sample
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
from concur.statistics import intervals, turns
from concur.statistics.intervals import Estimate

ROW_HEIGHT, LEGEND_HEIGHT = 0.175, 0.24
# As shares of the width of a panel: CPU time alone, beside one other measure, and beside two; the gap between
# two measures.
CPU_SHARES, GAP_SHARE = (1.0, 0.62, 0.44), 0.06
COUNTED_APART = "in a separate run that was not timed"


@dataclass(frozen=True)
class Cost:
    """The cost of a unit of work. None: it is not known, not counted, or the kernel does not permit it."""

    cpu: Estimate
    user_share: float | None
    # Counts may exist for some sets only.
    switches: Estimate | None
    system_calls: Estimate | None


def cost(cell: Cell) -> Cost | None:
    """None if it was not measured, or if no work was done."""
    if not cell.ok or any(s.cpu_ns is None or s.units <= 0 for s in cell.samples):
        return None
    cpu = turns.over_sets(cell, lambda s: (s.cpu_ns or 0.0) / s.units)
    assert cpu is not None, "each sample has a CPU time"
    return Cost(
        cpu=cpu,
        user_share=user_share(cell),
        switches=known_median(cell, lambda s: s.switches_per_unit),
        system_calls=known_median(cell, lambda s: s.system_calls_per_unit),
    )


def user_share(cell: Cell) -> float | None:
    """The median over sets.

    A median of sums is not the sum of the medians. So a bar is the median of the CPU time, and this share
    divides it into user and system time.
    """

    def share(sample: Sample) -> float | None:
        if sample.user_ns is None or sample.cpu_ns is None:
            return None
        return sample.user_ns / sample.cpu_ns if sample.cpu_ns else 0.0

    found = known_median(cell, share)
    return None if found is None else found.value


def known_median(cell: Cell, value: Callable[[Sample], float | None]) -> Estimate | None:
    known = cell.by_round(value)
    return intervals.median(known.values()) if known else None


def light(colour: str) -> Any:
    """The colour of system time: the colour of the model, mixed with white."""
    return tuple(0.55 + 0.45 * channel for channel in to_rgb(colour))


@dataclass(frozen=True)
class Measure:
    """One of the quantities that stand side by side in a panel."""

    name: str
    of: Callable[[Cost], Estimate | None]
    written: ticks.Format
    scale_for: Callable[[float], ticks.Scale]
    # The part of a bar that has the full colour.
    user_share: Callable[[Cost], float] = lambda _: 1.0


CPU = Measure("CPU time", lambda c: c.cpu, units.duration_measured, ticks.time_scale)
CPU_DIVIDED = replace(CPU, user_share=lambda c: 1.0 if c.user_share is None else c.user_share)
SWITCHES = Measure("switches", lambda c: c.switches, units.count_short, ticks.count_scale)
SYSTEM_CALLS = Measure("system calls", lambda c: c.system_calls, units.count_short, ticks.count_scale)


@dataclass(frozen=True)
class Measures:
    """The quantities of a chart, CPU time first, and the share of a panel's width that each of them has."""

    shown: tuple[Measure, ...]

    @staticmethod
    def of(costs: Sequence[Cost]) -> Measures:
        """Leaves out a count that no case has."""
        divided = all(one.user_share is not None for one in costs)
        counted = [one for one in (SWITCHES, SYSTEM_CALLS) if any(one.of(cost) for cost in costs)]
        return Measures((CPU_DIVIDED if divided else CPU, *counted))

    @property
    def is_divided(self) -> bool:
        return self.shown[0] is CPU_DIVIDED

    @property
    def cpu_share(self) -> float:
        return CPU_SHARES[len(self.shown) - 1]

    def share(self, measure: Measure) -> float:
        others = len(self.shown) - 1
        return self.cpu_share if measure is self.shown[0] else (1 - self.cpu_share) / others - GAP_SHARE

    def ticks_most(self, measure: Measure) -> int:
        return 2 if len(self.shown) == 3 and measure is not self.shown[0] else 3

    def title(self) -> str:
        *names, last = [measure.name for measure in self.shown]
        return f"{', '.join(names)} and {last}" if names else last

    def counted_apart(self, workload: Workload) -> str:
        """For the subtitle: the quantities that do not come from the timed runs."""
        apart = [SWITCHES, SYSTEM_CALLS] if workload.in_windows else [SYSTEM_CALLS]
        names = " and ".join(measure.name for measure in apart if measure in self.shown)
        return f"{names.capitalize()} were counted {COUNTED_APART}" if names else ""


def draw_bars(
    axes: Any,
    multiples: SmallMultiples,
    found: dict[Series, Cost],
    bars: dict[Series, Estimate],
    measure: Measure,
) -> None:
    values = [e.value for e in bars.values()]
    users = [e.value * measure.user_share(found[series]) for series, e in bars.items()]
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


def draw_panel(
    page: Page, multiples: SmallMultiples, index: int, found: dict[Series, Cost], measures: Measures
) -> Any:
    """Gives the axes of CPU time."""
    left, first = 0.0, None
    for measure in measures.shown:
        width = multiples.width * measures.share(measure)
        axes = multiples.axes(page, index, measure.name, left, width)
        first = first or axes
        known = {series: measure.of(this) for series, this in found.items()}
        bars = {series: estimate for series, estimate in known.items() if estimate is not None}
        if bars:
            end = ticks.room_linear(value_ends(bars.values(), measure.written), width)
            ticks.linear_x(axes, max(end, 1e-9), measure.scale_for, most=measures.ticks_most(measure))
            draw_bars(axes, multiples, found, bars, measure)
        else:
            axes.set_xticks([])
        left += width + multiples.width * GAP_SHARE
    return first


def draw_legend(page: Page, measures: Measures) -> None:
    axes = page.axes(0, -0.04, BODY_WIDTH, LEGEND_HEIGHT)
    axes.axis("off")
    grey = "#555555"
    if measures.is_divided:
        handles = [
            Patch(facecolor=grey, label="user"),
            Patch(facecolor=light(grey), edgecolor=grey, linewidth=0.6, label="system (in the kernel)"),
        ]
    else:
        handles = [Patch(facecolor=grey, label="CPU time: user and system together")]
    axes.legend(handles=handles, loc="upper left", ncol=2, frameon=False, fontsize=8, borderaxespad=0,
                borderpad=0.2, handlelength=1.2, handleheight=0.9, columnspacing=1.4)  # fmt: skip


def draw_workload(
    document: Document, output: Output, name: str, workload: Workload, found: list[dict[Series, Cost]]
) -> None:
    multiples = SmallMultiples.of(workload, ROW_HEIGHT, columns=1 if len(workload.cases) == 1 else 2)
    measures = Measures.of([cost for costs in found for cost in costs.values()])
    cpu_width = multiples.width * measures.cpu_share
    notes = collect_notes(workload, cpu_width)
    refused = sorted({s.counts.reason for s in workload.samples if s.counts and s.counts.reason})
    uncounted = "Switches and system calls" if workload.in_windows else "System calls"
    who = "The sum of all processes of the model, without the peer"
    page = Page(
        document,
        f"{workload.name}: {measures.title()} per {workload.unit}, by model",
        subtitle(workload, "Less is better", who, measures.counted_apart(workload)),
        multiples.height + LEGEND_HEIGHT,
        labels.interval_note(document, "bars", " (CPU time: of user + system)"),
        [*notes.lines(), *(f"{uncounted}: {reason}" for reason in refused)],
    )
    page.body_top += LEGEND_HEIGHT
    for index, case in enumerate(workload.cases):
        multiples.title(page, index, case, notes)
        axes = draw_panel(page, multiples, index, found[index], measures)
        mark_missing(axes, multiples, case, cpu_width, notes)
    page.body_top -= LEGEND_HEIGHT
    draw_legend(page, measures)
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
