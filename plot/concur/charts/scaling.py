"""Lines over the size that varies most: what happens to each model when there is more of it.

I/O workloads show throughput, CPU workloads the wall time as a ratio to serial in the same round. Lines
are named at their ends; where a line ends early, a footnote tells why.
"""

from __future__ import annotations

from concur.documents import cases, labels
from concur.documents.cases import Case, Cell, Series, Workload
from concur.documents.results import Document
from concur.drawing import disturbance
from concur.drawing.line_sheet import Sheet
from concur.drawing.lines import Across, Head, Line, Panel
from concur.drawing.output import Output
from concur.drawing.page import reason_note
from concur.drawing.small_multiples import subtitle
from concur.statistics import intervals
from concur.statistics.intervals import Estimate

SPREAD_RATE = "points: median over rounds of units per second of wall time, whiskers: 95 % interval"
SPREAD_RATIO = "points: median over rounds of the wall-time ratio within a round, whiskers: 95 % interval"


def serial_of(case: Case) -> Cell | None:
    return next((cell for series, cell in case.ok().items() if series.model == "serial"), None)


def is_relative(workload: Workload) -> bool:
    """CPU work is set against serial, if that was measured everywhere."""
    return workload.group == "cpu" and all(serial_of(case) for case in workload.cases)


def point(cell: Cell, baseline: Cell | None) -> Estimate | None:
    if baseline is None:
        return intervals.median(list(cell.rates().values()))
    return intervals.paired_ratio(cell.times(), baseline.times())


def line(workload: Workload, panel: list[Case], series: Series) -> Line:
    relative, main = is_relative(workload), workload.main or ""
    points: dict[float, Estimate] = {}
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
            size = labels.parameter(main, case.value(main))
            ended = f"{labels.series(series)} from {size}: {reason_note(cell.outcome, cell.reason)}"
    return Line(series, points, ended)


def panels_of(workload: Workload) -> list[Panel]:
    """The panels in which something scales: some model was ok at two sizes."""
    relative = is_relative(workload)
    found = []
    for panel in workload.panels():
        drawn = tuple(line(workload, panel, series) for series in workload.series)
        if not any(len(one.points) > 1 for one in drawn):
            continue
        found.append(
            Panel(
                title=labels.panel(workload, panel) if len(workload.telling) > 1 else "",
                y_name="wall time ÷ serial's" if relative else f"{labels.plural(workload.unit)} per second",
                y_words=labels.ratio_tick if relative else labels.count_tick,
                lines=drawn,
                reference=1.0 if relative else None,
            )
        )
    return found


def axes_words(workload: Workload) -> str:
    """A size of zero has no place on a logarithmic axis."""
    if any(case.value(workload.main or "") == 0 for case in workload.cases):
        return "Logarithmic vertical axis"
    return "Logarithmic axes, points side by side where they share a size"


def draw_workload(document: Document, output: Output, name: str, workload: Workload) -> None:
    main = workload.main or ""
    relative = is_relative(workload)
    wanted = "wall time against serial" if relative else f"{labels.plural(workload.unit)} per second"
    better = "Less is better" if relative else "More is better"
    head = Head(
        f"{workload.name}: {wanted} over {labels.axis_name(main)}, by model",
        subtitle(workload, better, axes_words(workload)),
        SPREAD_RATIO if relative else SPREAD_RATE,
    )
    across = Across(labels.axis_name(main), lambda size: labels.value(main, size))
    warnings = disturbance.warnings(workload, document.origin.cpus)
    if not relative and (limited := disturbance.at_peers_limit(workload)):
        warnings.append(limited)
    Sheet(document, cases.families(document), across).save(output, name, head, panels_of(workload), warnings)


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
