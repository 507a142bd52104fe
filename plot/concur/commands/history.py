"""Draws one machine's results over time: a sheet for each workload, a line for each model."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import matplotlib

from concur.commands import options
from concur.documents import cases, labels
from concur.documents.cases import Case, Workload
from concur.documents.results import Document, DocumentError, load
from concur.drawing import style
from concur.drawing.lines import Across, Head, Line, Panel, Sheet
from concur.drawing.output import Output, OutputError
from concur.drawing.small_multiples import subtitle
from concur.statistics import intervals

# What makes runs incomparable on one axis; everything else may change over time.
FIXED = ("host", "cpu", "cpus", "placement")
MOVING = ("kernel", "compiler", "flags", "revision")


def began(document: Document) -> str:
    return min(sample.start_time for sample in document.samples)


def load_runs(paths: Sequence[Path]) -> list[Document]:
    """In the order in which they were measured."""
    found = [(path, load(path)) for path in paths]
    first_path, first = found[0]
    for path, other in found:
        for field in FIXED:
            ours, theirs = getattr(first.origin, field), getattr(other.origin, field)
            if ours != theirs:
                raise DocumentError(
                    f"{path}: another {field} ({theirs}) than {first_path} ({ours}): draw them apart"
                )
    return sorted((document for _, document in found), key=began)


def changes(runs: Sequence[Document]) -> list[str]:
    """What became another thing between two runs, and when."""
    found = []
    for before, after in zip(runs, runs[1:]):
        for field in MOVING:
            old, new = getattr(before.origin, field), getattr(after.origin, field)
            if old != new:
                found.append(
                    f"{began(after)[:16].replace('T', ' ')}: {field} {new[:60]} (before: {old[:60]})"
                )
    return found


def case_of_all(workloads: Sequence[Workload | None]) -> Case | None:
    """The largest that every run has."""
    if any(workload is None for workload in workloads):
        return None
    known = [workload for workload in workloads if workload is not None]
    common = set.intersection(*({case.parameters for case in workload.cases} for workload in known))
    shared = [case for case in known[0].cases if case.parameters in common]
    main = known[0].main or ""
    return max(shared, key=lambda case: case.value(main)) if shared else None


def lines_of(case: Case, runs: Sequence[Workload]) -> tuple[Line, ...]:
    found = []
    for series in runs[0].series:
        points = {}
        for place, workload in enumerate(runs, start=1):
            same = next(one for one in workload.cases if one.parameters == case.parameters)
            cell = same.cells.get(series)
            if cell is not None and cell.ok:
                points[float(place)] = intervals.median(list(cell.times().values()))
        found.append(Line(series, points))
    return tuple(found)


def draw(runs: Sequence[Document], output: Output) -> None:
    tables = [{workload.name: workload for workload in cases.workloads(run)} for run in runs]
    dates = [began(run)[:16].replace("T", " ") for run in runs]
    for name, workload in tables[-1].items():
        chart = f"history_{name}"
        output.wants(chart)
        of_runs = [table.get(name) for table in tables]
        case = case_of_all(of_runs)
        if case is None:
            output.skip(chart, "the runs have no case of this workload in common")
            continue
        drawn = lines_of(case, [one for one in of_runs if one is not None])
        if not any(one.points for one in drawn):
            output.skip(chart, f"no model was ok: {labels.case(workload, case)}")
            continue
        head = Head(
            f"{name}: wall time of {len(runs)} runs, by model",
            [*subtitle(workload, "Less is better", labels.case(workload, case)), *changes(runs)],
            "points: median over rounds, whiskers: 95 % interval",
        )
        across = Across("begin of the run (UTC)", lambda place: dates[round(place) - 1], logarithmic=False)
        families = cases.families(runs[-1])
        newest = replace(runs[-1], complete=all(run.complete for run in runs))
        panel = Panel("", "wall time", labels.duration, drawn)
        Sheet(newest, families, across).save(output, chart, head, [panel])


def main(arguments: Sequence[str]) -> int:
    chosen = options.history(arguments)
    try:
        runs = load_runs(chosen.results)
        output = Output(chosen.output, chosen.format or options.FORMATS)
        output.prepare()
        matplotlib.rcdefaults()
        with matplotlib.rc_context(style.RC):
            draw(runs, output)
    except (DocumentError, OutputError) as error:
        print(f"history.py: {error}", file=sys.stderr)
        return 1
    return 0
