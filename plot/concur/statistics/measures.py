"""What models are compared by: wall time, CPU time, the 99th percentile of the latency, or memory.

Of each measure less is better. Terminal, charts and report take their figures from here, so that they agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from concur.documents import units
from concur.documents.cases import Case, Cell
from concur.documents.samples import Memory, Sample
from concur.statistics import intervals, latencies, turns
from concur.statistics.intervals import Estimate
from concur.statistics.turns import Metric


@dataclass(frozen=True)
class Measure:
    key: str
    name: str
    # Wall and CPU time: nanoseconds for each unit of work. Latency: nanoseconds. Memory: bytes for each
    # task. None: it is not known.
    absolute: Callable[[Cell], Estimate | None]
    # How many times as much the first cell takes as the second. None: one of the two is not known.
    ratio: Callable[[Cell, Cell], Estimate | None]
    written: Callable[[float], str]
    # Whether the figure is for a unit of work. Then both cells of a ratio may be measured side by side.
    per_unit: bool


def _timed(key: str, metric: Metric) -> Measure:
    return Measure(
        key,
        metric.name,
        lambda cell: turns.absolute(cell, metric),
        lambda one, other: turns.paired(one, other, metric),
        units.duration_measured,
        per_unit=True,
    )


def _unpaired(
    key: str, name: str, absolute: Callable[[Cell], Estimate | None], written: Callable[[float], str]
) -> Measure:
    return Measure(
        key,
        name,
        absolute,
        lambda one, other: intervals.quotient(absolute(one), absolute(other)),
        written,
        per_unit=False,
    )


@lru_cache(maxsize=None)
def p99_of(kind: str) -> Measure:
    """That of a class of units. Made once for each, because other functions cache by the measure."""

    def absolute(cell: Cell) -> Estimate | None:
        return latencies.percentiles(cell, kind).get("p99")

    key = f"p99 {kind}".rstrip()
    return _unpaired(key, "99th percentile of the latency", absolute, units.duration_measured)


def memory_of(cell: Cell, part: Callable[[Memory], int | None]) -> Estimate | None:
    """A part of the memory, for each task. None if it is not larger than the noise.

    Without a noise that is known, it has to be positive: few tasks use less memory than other programs return
    in the meantime.
    """

    def of_a_task(sample: Sample) -> float | None:
        memory = sample.memory
        return None if memory is None or (found := part(memory)) is None else found / memory.tasks

    known = cell.by_round(of_a_task)
    found = intervals.median(known.values()) if known else None
    noise = max((one.memory.noise / one.memory.tasks for one in cell.samples if one.memory), default=0.0)
    return found if found is not None and found.low > noise else None


def _memory(cell: Cell) -> Estimate | None:
    return memory_of(cell, lambda memory: memory.known)


WALL = _timed("wall", turns.WALL)
CPU = _timed("cpu", turns.CPU)
P99 = p99_of("")
MEMORY = _unpaired("memory", "memory", _memory, units.decimal_bytes)
MEASURES = {measure.key: measure for measure in (WALL, CPU, P99, MEMORY)}


def measures_of(case: Case) -> list[Measure]:
    """The measures that are known of some model in this case."""
    cells = list(case.ok().values())
    return [m for m in MEASURES.values() if any(m.absolute(cell) is not None for cell in cells)]
