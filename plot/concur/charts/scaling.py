"""Lines over the main parameter of a workload: how does each model change against the baseline?

There is a panel only for three arguments or more: two points are no line. And only where the main parameter
changes alone: an effect of two parameters cannot be told apart.
"""

from __future__ import annotations

from collections.abc import Sequence

from concur.answers import statements
from concur.charts import grain, offered_load
from concur.documents import labels, units
from concur.documents.cases import Case, Row, Series, Workload
from concur.documents.results import Document
from concur.drawing import disturbance
from concur.drawing.line_sheet import LineSheet
from concur.drawing.lines import Across, Head, Panel, line_over
from concur.drawing.output import Output
from concur.drawing.rows import rows_of
from concur.drawing.small_multiples import off_axis_note, others_note, subtitle
from concur.drawing.ticks import Format
from concur.statistics.axes import POINTS_LEAST, along_main, shared_baseline
from concur.statistics.intervals import Estimate
from concur.statistics.measures import CPU, WALL, Measure
from concur.statistics.ratios import default_measure, to_baseline, why_cpu


def measure_of(cases: Sequence[Case]) -> Measure:
    """One for all points of a line: CPU time, if it is what any of the cases is compared by."""
    return WALL if all(default_measure(case) is WALL for case in cases) else CPU


def across_of(workload: Workload, cases: Sequence[Case], measure: Measure) -> Across:
    """Below each argument: the figure of the baseline, which is 1× there."""
    main, base = workload.main or "", shared_baseline(cases)
    if base is None:
        return Across(labels.axis_name(main), lambda x: labels.value(main, x))
    figures = {}
    for case in cases:
        value = to_baseline(case, measure).value(base)
        figures[float(case.value(main))] = "" if value is None else measure.written(value)
    name = f"{labels.axis_name(main)}; below: {measure.name} per {workload.unit} of {base.model}"
    return Across(name, lambda x: f"{labels.value(main, x)}\n{figures.get(float(x), '')}")


def panels_cases(workload: Workload) -> list[list[Case]]:
    found = (along_main(workload, cases) for cases in workload.panels())
    return [cases for cases in found if cases]


def panel_of(workload: Workload, cases: list[Case], rows: tuple[Row, ...]) -> Panel:
    """Multiples of the baseline; if the cases do not have one in common, the figures themselves."""
    measure, base = measure_of(cases), shared_baseline(cases)

    def point(case: Case, series: Series) -> Estimate | None:
        ranked = to_baseline(case, measure)
        return (ranked.absolute if base is None else ranked.ratios).get(series)

    drawn = [line_over(workload.main or "", cases, row, point) for row in rows]
    multiple = f"{measure.name}, as a multiple of {base.model}" if base else ""
    y_format: Format = units.ratio_tick if base else lambda ns: units.duration(ns)
    return Panel(
        title=labels.panel(workload, cases) if len(workload.telling) > 1 else "",
        y_name=multiple or f"{measure.name} per {workload.unit}",
        y_format=y_format,
        lines=tuple(line for line in drawn if line is not None),
        reference=1.0 if base else None,
        across=across_of(workload, cases, measure),
    )


def has_line(panel: Panel, cases: list[Case]) -> bool:
    """The baseline alone says nothing."""
    lines = (line for line in panel.lines if line.series != shared_baseline(cases))
    return any(len(line.points) >= POINTS_LEAST for line in lines)


def panels_of(workload: Workload, rows: tuple[Row, ...]) -> list[Panel]:
    found = [(panel_of(workload, cases, rows), cases) for cases in panels_cases(workload)]
    return [panel for panel, cases in found if has_line(panel, cases)]


def draw_workload(
    document: Document, output: Output, name: str, workload: Workload, panels: list[Panel]
) -> None:
    main = workload.main or ""
    whys = filter(None, (why_cpu(workload, case) for cases in panels_cases(workload) for case in cases))
    reasons = [f"In some cases {why}, and therefore in all cases of a line" for why in dict.fromkeys(whys)]
    compared = any(map(shared_baseline, panels_cases(workload)))
    multiples = "multiples of the baseline, which is at 1×; " if compared else ""
    head = Head(
        f"{workload.name}: over {labels.axis_name(main)}",
        statements.scaling(workload, panels_cases(workload)),
        subtitle(workload, f"{multiples}less is better".capitalize(), "Logarithmic axes"),
        labels.interval_note(document, "points", " of the ratio within a set" if compared else ""),
    )
    notes = [
        off_axis_note(workload, panels_cases(workload)),
        *disturbance.warnings(workload),
        *reasons,
        others_note(workload, rows_of(document, workload)),
    ]
    LineSheet(document).save(output, name, head, panels, list(filter(None, notes)))


def suits(workload: Workload) -> bool:
    """Not if another chart has these lines: that of grains, or that of offered load."""
    return not grain.suits(workload) and not offered_load.has_rate(workload)


def why_not(workload: Workload) -> str:
    if not workload.main:
        return "this workload has one case only"
    if not any(len(cases) >= POINTS_LEAST for cases in workload.panels()):
        return f"{labels.bare_name(workload.main)} has two arguments only, and two points are no line"
    if not panels_cases(workload):
        return f"{labels.bare_name(workload.main)} does not change alone"
    return "no model was ok with three arguments"


def draw(document: Document, output: Output) -> None:
    for name, workload in output.wanted_workloads(document, "scaling", suits):
        if panels := panels_of(workload, rows_of(document, workload)):
            draw_workload(document, output, name, workload, panels)
        else:
            output.skip(name, why_not(workload))
