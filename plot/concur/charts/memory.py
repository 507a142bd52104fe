"""Memory per waiting task, over the number of tasks: what does it cost to keep a task that does nothing?"""

from __future__ import annotations

from collections.abc import Callable

from concur.documents import cases, labels
from concur.documents.cases import Case, Series, Workload
from concur.documents.results import Document
from concur.documents.samples import Memory
from concur.drawing import disturbance
from concur.drawing.line_sheet import Sheet
from concur.drawing.lines import Across, Head, Line, Panel
from concur.drawing.output import Output
from concur.drawing.page import reason_note
from concur.drawing.small_multiples import subtitle
from concur.statistics import intervals
from concur.statistics.intervals import Estimate

SPREAD = "points: median over rounds, whiskers: 95 % interval"

PANELS: tuple[tuple[str, Callable[[Memory], int]], ...] = (
    ("all processes of the model (proportional set size)", lambda memory: memory.pss),
    ("kernel: page tables, kernel stacks and slab of the whole machine", lambda memory: memory.kernel),
)


def line(cases_: tuple[Case, ...], series: Series, part: Callable[[Memory], int]) -> Line:
    points: dict[float, Estimate] = {}
    ended = None
    for case in cases_:
        cell = case.cells.get(series)
        if cell is None:
            continue
        held = [part(s.memory) / s.memory.tasks for s in cell.samples if s.memory is not None]
        if not cell.ok and ended is None:
            tasks = f"{case.value('tasks'):,} tasks"
            ended = f"{labels.series(series)} from {tasks}: {reason_note(cell.outcome, cell.reason)}"
        # Few tasks hold less than what others give back meanwhile, which has no place on a logarithmic axis.
        elif held and (found := intervals.median(held)).low > 0:
            points[case.value("tasks")] = found
            ended = None
    return Line(series, points, ended)


def panels_of(workload: Workload) -> list[Panel]:
    found = []
    for title, part in PANELS:
        drawn = tuple(line(workload.cases, series, part) for series in workload.series)
        if any(one.points for one in drawn):
            found.append(Panel(title, f"per {workload.unit}", byte_words, drawn))
    return found


def byte_words(value: float) -> str:
    for size, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if value >= size:
            return f"{value / size:g} {unit}"
    return f"{value:g} B"


def draw(document: Document, output: Output) -> None:
    for workload in cases.workloads(document):
        if not any(s.memory for case in workload.cases for cell in case.cells.values() for s in cell.samples):
            continue
        name = f"memory_{workload.name}"
        if not output.wants(name):
            continue
        panels = panels_of(workload)
        if not panels:
            output.skip(name, "no number of tasks held more than the noise")
            continue
        head = Head(
            f"{workload.name}: memory per waiting {workload.unit}, by model",
            subtitle(workload, "Less is better", "Over what was there before the tasks were made"),
            SPREAD,
        )
        across = Across(f"{labels.plural(workload.unit)} that wait at the same time", labels.count)
        Sheet(document, cases.families(document), across).save(
            output, name, head, panels, disturbance.warnings(workload, document.origin.cpus)
        )
