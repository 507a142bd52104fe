"""System calls and context switches for each unit of work.

They may be known for some sets only: the runner counts them in separate runs that are not timed.
"""

from __future__ import annotations

from concur.documents.cases import Cell
from concur.statistics import intervals
from concur.statistics.intervals import Estimate


def system_calls(cell: Cell) -> Estimate | None:
    """None: they were not counted, or the kernel does not permit it."""
    known = cell.by_round(lambda sample: sample.system_calls_per_unit) if cell.ok else {}
    return intervals.median(known.values()) if known else None


def switches(cell: Cell) -> Estimate | None:
    known = cell.by_round(lambda sample: sample.switches_per_unit) if cell.ok else {}
    return intervals.median(known.values()) if known else None
