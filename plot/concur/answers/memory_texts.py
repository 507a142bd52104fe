"""What is said of the memory of a workload: it depends on the moment at which the memory was read.

Add a moment here, and charts and report know it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from concur.documents import labels
from concur.documents.cases import Case, Cell, Workload
from concur.documents.samples import CONNECTED, PEAK, WAITING
from concur.statistics.intervals import Estimate
from concur.statistics.measures import MEMORY, memory_of


@dataclass(frozen=True)
class Part:
    """A part of the memory of a model, or all of it."""

    name: str
    title: str
    of: Callable[[Cell], Estimate | None]


@dataclass(frozen=True)
class MemoryTexts:
    """Texts for `fill`."""

    # The name of the figure.
    name: str
    # What holds the memory, in the singular.
    holder: str
    # Begins the title of a chart: "... 310 B under epoll".
    each_takes: str
    # How many tasks share the memory, on an axis.
    across: str
    # What was measured, and what is not in it.
    measured: tuple[str, ...]
    parts: tuple[Part, ...]
    # Of the parts, those that have a panel of lines; the others are their differences.
    parts_as_lines: tuple[Part, ...]


_TOGETHER = Part("together", "memory of the processes and of the kernel together", MEMORY.absolute)
_PROCESSES = Part(
    "of the processes",
    "memory of all processes of the model (proportional set size)",
    lambda cell: memory_of(cell, lambda memory: memory.processes),
)
_KERNEL = Part(
    "of the kernel",
    "memory of the kernel: page tables, kernel stacks and slab of the whole machine",
    lambda cell: memory_of(cell, lambda memory: memory.kernel),
)
_PROCESS = Part("of the process", "memory of the process at its peak (resident set)", MEMORY.absolute)

_TEXTS = {
    WAITING: MemoryTexts(
        name="memory of a waiting {unit}",
        holder="{unit}",
        each_takes="Of {case} that wait, each takes",
        across="{units} that wait at the same time",
        measured=("Kernel: page tables, kernel stacks and slab of the whole machine",),
        parts=(_TOGETHER, _PROCESSES, _KERNEL),
        parts_as_lines=(_TOGETHER, _KERNEL),
    ),
    CONNECTED: MemoryTexts(
        name="memory of a silent connection",
        holder="connection",
        each_takes="Of {case}, each connection takes, while all are silent,",
        across="{main}",
        measured=(
            "Read before the first window; the model itself, such as the workers of a pool, is in it",
            "Kernel: page tables, kernel stacks and slab of the whole machine, so both ends of each "
            "connection. The client's end is the same under all models",
        ),
        parts=(_TOGETHER, _PROCESSES, _KERNEL),
        parts_as_lines=(_TOGETHER, _PROCESSES),
    ),
    PEAK: MemoryTexts(
        name="memory at the peak, for each {unit}",
        holder="{unit}",
        each_takes="At the peak with {case}, each {unit} takes",
        across="{main}",
        measured=(
            "The largest resident set of the process, divided by all {units} of a run: a model that holds "
            "few of them at once needs little",
            "Memory of the kernel is not in it, such as page tables and kernel stacks of threads",
        ),
        parts=(_PROCESS,),
        parts_as_lines=(_PROCESS,),
    ),
}


def of(workload: Workload) -> MemoryTexts:
    """All samples of a workload read their memory at the same moment."""
    moments = (sample.memory.when for sample in workload.samples if sample.memory)
    return _TEXTS[next(moments, WAITING)]


def fill(text: str, workload: Workload, case: Case | None = None) -> str:
    """{unit} is what the workload counts, {main} its main parameter, and {case} the arguments of a case."""
    return text.format(
        unit=workload.unit,
        units=labels.plural(workload.unit),
        main=labels.axis_name(workload.main or ""),
        case=labels.case(workload, case) if case else "",
    )


def name(workload: Workload) -> str:
    return fill(of(workload).name, workload)


def holder(workload: Workload) -> str:
    return fill(of(workload).holder, workload)


def measured(workload: Workload) -> list[str]:
    return [fill(text, workload) for text in of(workload).measured]
