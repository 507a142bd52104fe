"""Which cases lie along one axis: those in which one parameter changes, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from concur.documents.cases import Case, Series, Workload
from concur.documents.grouping import AMOUNTS

# Two points are no line.
POINTS_LEAST = 3


def along_main(workload: Workload, cases: Sequence[Case]) -> list[Case]:
    """Those cases of a panel that differ in the main parameter alone; empty if they are too few for a line.

    The number of repetitions of the same work may change with it, because all figures are for a unit of work.
    So may a number that keeps the total the same: half as many tasks of twice the size.
    """
    main = workload.main or ""
    others = [name for name in workload.coupled if name not in AMOUNTS]
    if all(len({case.value(name) * case.value(main) for case in cases}) == 1 for name in others):
        return _enough(cases, main)
    groups: dict[tuple[int, ...], list[Case]] = {}
    for case in cases:
        groups.setdefault(tuple(case.value(name) for name in others), []).append(case)
    return _enough(max(groups.values(), key=len), main)


def _enough(cases: Sequence[Case], main: str) -> list[Case]:
    ordered = sorted(cases, key=lambda case: case.value(main))
    return ordered if len({case.value(main) for case in cases}) >= POINTS_LEAST else []


def shared_baseline(cases: Sequence[Case]) -> Series | None:
    """None if the cases have several baselines or none."""
    (one, *others) = {case.baseline for case in cases}
    return None if others else one
