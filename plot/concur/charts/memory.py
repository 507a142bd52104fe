"""Memory for each waiting task, over the number of tasks: what does a task cost that does nothing?"""

from __future__ import annotations

from collections.abc import Callable

from concur.documents import labels, units
from concur.documents.cases import Case, Cell, Workload
from concur.documents.results import Document
from concur.documents.samples import Memory
from concur.drawing import disturbance
from concur.drawing.line_sheet import LineSheet
from concur.drawing.lines import Across, Head, Panel, line_over
from concur.drawing.output import Output
from concur.drawing.small_multiples import subtitle
from concur.statistics import intervals
from concur.statistics.intervals import Estimate

INTERVAL_NOTE = "points: median over sets, whiskers: 95 % interval of the median"

PANELS: tuple[tuple[str, Callable[[Memory], int]], ...] = (
    ("memory of all processes of the model (proportional set size)", lambda memory: memory.pss),
    (
        "memory of the kernel: page tables, kernel stacks and slab of the whole machine",
        lambda memory: memory.kernel,
    ),
)


def median_of(part: Callable[[Memory], int], cell: Cell) -> Estimate | None:
    """For each task. None if it is not positive: a logarithmic axis has no place for it.

    Few tasks use less memory than other programs return in the meantime.
    """
    memories = [part(s.memory) / s.memory.tasks for s in cell.samples if s.memory is not None]
    found = intervals.median(memories) if memories else None
    return found if found is not None and found.low > 0 else None


def panels_of(workload: Workload) -> list[Panel]:
    found = []
    for title, part in PANELS:

        def point(_: Case, cell: Cell, part: Callable[[Memory], int] = part) -> Estimate | None:
            return median_of(part, cell)

        drawn = tuple(line_over("tasks", workload.cases, series, point) for series in workload.series)
        if any(one.points for one in drawn):
            found.append(Panel(title, f"memory per {workload.unit}", units.decimal_bytes, drawn))
    return found


def has_memory(workload: Workload) -> bool:
    return any(sample.memory for sample in workload.samples)


def draw(document: Document, output: Output) -> None:
    for name, workload in output.wanted_workloads(document, "memory", has_memory):
        panels = panels_of(workload)
        if not panels:
            output.skip(name, "the memory of the tasks is less than its noise")
            continue
        head = Head(
            f"{workload.name}: memory per waiting {workload.unit}, by model",
            subtitle(workload, "Less is better", "Without the memory that was in use before the tasks began"),
            INTERVAL_NOTE,
        )
        across = Across(f"{labels.plural(workload.unit)} that wait at the same time", units.count)
        LineSheet(document, across).save(output, name, head, panels, disturbance.warnings(workload))
