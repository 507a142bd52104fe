"""Lines over the main parameter of a workload: how does each model change with its argument?

I/O workloads show throughput. CPU workloads show the wall time as a ratio to the baseline.
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
from concur.statistics import turns
from concur.statistics.intervals import Estimate
from concur.statistics.turns import WALL


def baseline_of(workload: Workload) -> str | None:
    """A CPU workload shows ratios to the baseline, if all of its cases have the same."""
    known = {case.baseline for case in workload.cases}
    (one, *others) = known
    if workload.group != "cpu" or others or one is None:
        return None
    return labels.series(one)


def throughput(_: Case, cell: Cell) -> Estimate | None:
    return turns.rate(cell)


def ratio_to_baseline(case: Case, cell: Cell) -> Estimate | None:
    return None if case.baseline is None else turns.paired(cell, case.cells[case.baseline], WALL)


def panels_of(workload: Workload) -> list[Panel]:
    """The panels in which some model was ok with two arguments."""
    baseline = baseline_of(workload)
    point = ratio_to_baseline if baseline else throughput
    found = []
    for panel in workload.panels():
        drawn = tuple(line_over(workload.main or "", panel, series, point) for series in workload.series)
        if not any(len(one.points) > 1 for one in drawn):
            continue
        found.append(
            Panel(
                title=labels.panel(workload, panel) if len(workload.telling) > 1 else "",
                y_name=f"wall time ÷ wall time of {baseline}"
                if baseline
                else f"{labels.plural(workload.unit)} per second",
                y_format=units.ratio_tick if baseline else lambda number: units.count(number),
                lines=drawn,
                reference=1.0 if baseline else None,
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
    baseline = baseline_of(workload)
    rate = f"{labels.plural(workload.unit)} per second"
    wanted = f"wall time relative to {baseline}" if baseline else rate
    better = "Less is better" if baseline else "More is better"
    head = Head(
        f"{workload.name}: {wanted} over {labels.axis_name(main)}, by model",
        subtitle(workload, better, axes_words(workload)),
        labels.interval_note(document, "points", " of the ratio within a set" if baseline else ""),
    )
    across = Across(labels.axis_name(main), lambda argument: labels.value(main, argument))
    warnings = disturbance.warnings(workload)
    if not baseline and (limited := disturbance.peer_limit(workload)):
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
