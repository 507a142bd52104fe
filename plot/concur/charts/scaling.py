"""Lines over the main parameter of a workload: how does each model change with its argument?

I/O workloads show throughput. CPU workloads show the wall time as a ratio to serial in the same round.
"""

from __future__ import annotations

from concur.documents import labels, units
from concur.documents.cases import Case, Cell, Workload
from concur.documents.results import Document
from concur.drawing import disturbance
from concur.drawing.line_sheet import LineSheet
from concur.drawing.lines import Across, Head, Panel, line_over
from concur.drawing.output import Output
from concur.drawing.small_multiples import subtitle
from concur.statistics import intervals
from concur.statistics.intervals import Estimate

INTERVAL_NOTE_RATE = "points: median over rounds, whiskers: 95 % interval of the median"
INTERVAL_NOTE_RATIO = (
    "points: median over rounds of the ratio within a round, whiskers: 95 % interval of the median"
)


def is_relative(workload: Workload) -> bool:
    """A CPU workload shows ratios to serial, if serial was measured in all cases."""
    return workload.group == "cpu" and all(case.of_model("serial") for case in workload.cases)


def throughput(_: Case, cell: Cell) -> Estimate | None:
    return intervals.median(cell.rates().values())


def ratio_to_serial(case: Case, cell: Cell) -> Estimate | None:
    serial = case.of_model("serial")
    return None if serial is None else intervals.paired_ratio(cell.times(), serial.times())


def panels_of(workload: Workload) -> list[Panel]:
    """The panels in which some model was ok with two arguments."""
    relative = is_relative(workload)
    point = ratio_to_serial if relative else throughput
    found = []
    for panel in workload.panels():
        drawn = tuple(line_over(workload.main or "", panel, series, point) for series in workload.series)
        if not any(len(one.points) > 1 for one in drawn):
            continue
        found.append(
            Panel(
                title=labels.panel(workload, panel) if len(workload.telling) > 1 else "",
                y_name="wall time ÷ wall time of serial"
                if relative
                else f"{labels.plural(workload.unit)} per second",
                y_format=units.ratio_tick if relative else lambda number: units.count(number),
                lines=drawn,
                reference=1.0 if relative else None,
            )
        )
    return found


def axes_words(workload: Workload) -> str:
    # A logarithmic axis cannot show an argument of zero.
    if any(case.value(workload.main or "") == 0 for case in workload.cases):
        return "Logarithmic vertical axis"
    return "Logarithmic axes; points of one case are moved apart"


def draw_workload(
    document: Document, output: Output, name: str, workload: Workload, panels: list[Panel]
) -> None:
    main = workload.main or ""
    relative = is_relative(workload)
    wanted = "wall time relative to serial" if relative else f"{labels.plural(workload.unit)} per second"
    better = "Less is better" if relative else "More is better"
    head = Head(
        f"{workload.name}: {wanted} over {labels.axis_name(main)}, by model",
        subtitle(workload, better, axes_words(workload)),
        INTERVAL_NOTE_RATIO if relative else INTERVAL_NOTE_RATE,
    )
    across = Across(labels.axis_name(main), lambda argument: labels.value(main, argument))
    warnings = disturbance.warnings(workload)
    if not relative and (limited := disturbance.peer_limit(workload)):
        warnings.append(limited)
    LineSheet(document, across).save(output, name, head, panels, warnings)


def draw(document: Document, output: Output) -> None:
    for name, workload in output.wanted_workloads(document, "scaling"):
        if not workload.main:
            output.skip(name, "this workload has one case only")
        elif not (panels := panels_of(workload)):
            output.skip(name, "no model was ok with two arguments")
        else:
            draw_workload(document, output, name, workload, panels)
