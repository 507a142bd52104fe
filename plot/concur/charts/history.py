"""The results of one machine over time: a chart for each workload, a line for each model.

A chart shows one case: the largest that all runs have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from concur.documents import labels, units
from concur.documents.cases import Case, Series, Workload
from concur.documents.results import Document
from concur.drawing import disturbance
from concur.drawing.line_sheet import LineSheet
from concur.drawing.lines import Across, Head, Line, Panel
from concur.drawing.output import Output
from concur.drawing.small_multiples import subtitle
from concur.statistics import noise, turns

# These may change from run to run; the chart names each change.
MOVING = ("host", "cpus_usable", "kernel", "compiler", "flags", "revision")
NAMES = {"cpus_usable": "usable CPUs"}


def began(document: Document) -> str:
    return min(sample.start_time for sample in document.samples)


def changes(runs: Sequence[Document]) -> list[str]:
    """Each change between two runs, with its date."""
    found = []
    for before, after in zip(runs, runs[1:]):
        for field in MOVING:
            old, new = getattr(before.origin, field), getattr(after.origin, field)
            if old != new:
                name = NAMES.get(field, field)
                found.append(
                    f"{began(after)[:16].replace('T', ' ')}: {name} {str(new)[:60]} (before: {str(old)[:60]})"
                )
    return found


def case_of_all(workloads: Sequence[Workload | None]) -> Case | None:
    """The largest case that all runs have."""
    if any(workload is None for workload in workloads):
        return None
    known = [workload for workload in workloads if workload is not None]
    shared = [case for case in known[0].cases if all(workload.same_case(case) for workload in known)]
    main = known[0].main or ""
    return max(shared, key=lambda case: case.value(main)) if shared else None


def lines_of(case: Case, runs: Sequence[Workload]) -> tuple[Line, ...]:
    found = []
    first = runs[0].same_case(case)
    for series in (one for one in runs[0].series if first and one in first.cells):
        points = {}
        crossed = set()
        for place, workload in enumerate(runs, start=1):
            same = workload.same_case(case)
            cell = same.same_cell(series, first) if same and first else None
            if same and cell and cell.ok and (estimate := turns.time(cell)) is not None:
                points[float(place)] = estimate
                if noise.serious_words(same, Series.of(cell.samples[0]), workload.cpus):
                    crossed.add(float(place))
        found.append(Line(series, points, crossed=frozenset(crossed)))
    return tuple(found)


def disturbances(case: Case, runs: Sequence[Workload], dates: Sequence[str]) -> list[str]:
    """For each run what disturbed this case, with the date of the run."""
    found = []
    for workload, date in zip(runs, dates):
        same = workload.same_case(case)
        if same is not None and (words := disturbance.note(workload, same)):
            found.append(f"{date}: {words}")
    return found


def draw(runs: Sequence[Document], output: Output) -> None:
    tables = [{workload.name: workload for workload in run.workloads} for run in runs]
    dates = [began(run)[:16].replace("T", " ") for run in runs]
    for name, workload in tables[-1].items():
        chart = f"history_{name}"
        output.wants(chart)
        of_runs = [table.get(name) for table in tables]
        case = case_of_all(of_runs)
        if case is None:
            output.skip(chart, "the runs have no case of this workload in common")
            continue
        measured = [one for one in of_runs if one is not None]
        drawn = lines_of(case, measured)
        if not any(one.points for one in drawn):
            output.skip(chart, f"no model was ok: {labels.case(workload, case)}")
            continue
        head = Head(
            "",
            f"{name}: wall time in {len(runs)} runs, by model",
            [*subtitle(workload, "Less is better", labels.case(workload, case)), *changes(runs)],
            labels.interval_note(runs[-1], "points") + "; crosses: not to be trusted",
        )
        across = Across("start of the run (UTC)", lambda place: dates[round(place) - 1], logarithmic=False)
        newest = replace(runs[-1], complete=all(run.complete for run in runs))
        panel = Panel("", "wall time", units.duration, drawn, across)
        warnings = disturbances(case, measured, dates)
        LineSheet(newest).save(output, chart, head, [panel], warnings)
