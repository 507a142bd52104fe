"""Speed-up and grain: what do further workers bring, and how large must a task be for it?

The first panel has the time of each model as a multiple of that of the baseline, over the size of a task.
The second one has the speed-up of the pools over the number of workers, with its ideal.
"""

from __future__ import annotations

from concur.answers import statements
from concur.documents import labels, units
from concur.documents.cases import Case, Row, Series, Workload
from concur.documents.results import Document
from concur.drawing import disturbance
from concur.drawing.line_sheet import LineSheet
from concur.drawing.lines import Across, Head, Line, Panel, Shade, line_over
from concur.drawing.output import Output
from concur.drawing.rows import rows_of
from concur.drawing.small_multiples import off_axis_note, subtitle
from concur.drawing.speed_up_panel import IDEAL, speed_up_panel
from concur.statistics.axes import along_main, shared_baseline
from concur.statistics.break_even import break_even, crossing, ratio_in
from concur.statistics.intervals import Estimate
from concur.statistics.ratios import is_tie, to_baseline
from concur.statistics.speed_up import Pools

GRAIN = "grain_us"
FAMILIES = ("threads", "processes")


def cases_of(workload: Workload) -> list[Case]:
    """Cases with one baseline that differ in the grain alone; empty if they are too few."""
    if workload.main != GRAIN:
        return []
    found = max((along_main(workload, cases) for cases in workload.panels()), key=len)
    return found if found and shared_baseline(found) else []


def suits(workload: Workload) -> bool:
    return bool(cases_of(workload))


def differing(cases: list[Case], rows: tuple[Row, ...]) -> list[Row]:
    """The models that differ from the baseline with some grain."""
    ratios = {row: [ratio_in(case, row) for case in cases] for row in rows}
    return [row for row, found in ratios.items() if any(one is not None and not is_tie(one) for one in found)]


def chosen(workload: Workload, cases: list[Case], rows: tuple[Row, ...]) -> list[Row]:
    """Of those that differ: threads and processes, if there are such. The question is when they pay."""
    found = differing(cases, rows)
    return [row for row in found if workload.families.get(row.model) in FAMILIES] or found


def ratio_of(case: Case, series: Series) -> Estimate | None:
    return to_baseline(case).ratios.get(series)


def grain_panel(workload: Workload, cases: list[Case], rows: list[Row]) -> Panel:
    base = cases[0].baseline
    assert base is not None, "cases_of gives cases with a baseline"
    drawn = [line_over(GRAIN, cases, row, ratio_of) for row in rows]
    lines: list[Line] = [line for line in drawn if line is not None and line.points]
    crossings: dict[Series, float] = {}
    for row in rows:
        place, series = crossing(break_even(cases, row), row, GRAIN), row.series_of(cases[0])
        if place is not None and series is not None:
            crossings[series] = place
    return Panel(
        title="Time over the size of a task",
        y_name=f"wall time, as a multiple of {base.model}",
        y_format=units.ratio_tick,
        lines=tuple(lines),
        reference=1.0,
        shade=Shade(1.0, f"slower than {base.model}", f"faster than {base.model}"),
        crossings=crossings,
        across=Across("CPU work of a task (nominal)", lambda grain: labels.value(GRAIN, grain)),
    )


def speed_up_of(workload: Workload, cases: list[Case]) -> Panel | None:
    """Of the largest grain that was measured with enough numbers of workers."""
    found = [pools for pools in map(Pools.of, cases) if pools.by_series]
    if not found:
        return None
    grain = labels.value(GRAIN, found[-1].case.value(GRAIN))
    return speed_up_panel(workload, found[-1], f"Speed-up over the number of workers, tasks of {grain}")


def left_out(cases: list[Case], rows: tuple[Row, ...], drawn: list[Row]) -> list[str]:
    """Names the models that are not drawn."""
    base = cases[0].baseline
    others = [row for row in rows if row not in drawn and base is not None and row.model != base.model]
    differs = differing(cases, rows)
    level = ", ".join(row.model for row in others if row not in differs)
    rest = ", ".join(row.model for row in others if row in differs)
    found = [f"Not drawn, because they take as long as {base.model}: {level}"] if level and base else []
    return [*found, *([f"Not drawn, neither threads nor processes: {rest}"] if rest else [])]


def draw_workload(
    document: Document, output: Output, name: str, workload: Workload, cases: list[Case]
) -> None:
    rows = rows_of(document, workload)
    drawn = chosen(workload, cases, rows)
    speed_up = speed_up_of(workload, cases)
    panels = [grain_panel(workload, cases, drawn), *([speed_up] if speed_up else [])]
    head = Head(
        f"{workload.name}: how large a task must be",
        statements.grain(cases, drawn, GRAIN),
        subtitle(
            workload,
            "First panel: logarithmic axes; less is better; ◇: here a model begins to pay (interpolated)",
            *([IDEAL] if speed_up else []),
        ),
        labels.interval_note(document, "points", " of the ratio within a set"),
    )
    notes = [off_axis_note(workload, [cases]), *left_out(cases, rows, drawn), *disturbance.warnings(workload)]
    LineSheet(document).save(output, name, head, panels, list(filter(None, notes)))


def draw(document: Document, output: Output) -> None:
    for name, workload in output.wanted_workloads(document, "grain", suits):
        cases = cases_of(workload)
        if differing(cases, rows_of(document, workload)):
            draw_workload(document, output, name, workload, cases)
        else:
            output.skip(name, "no model differs from the baseline with any grain")
