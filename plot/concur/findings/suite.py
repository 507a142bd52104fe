"""Makes the suite of the cases that findings need, in the format of the suite runner.

A finding is a comparison group: all of its cases are alive at once and take turns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from concur.findings.definitions import Finding, ModelCase

TIME_LIMIT_S = 20
# The runner divides a larger group into blocks, whose cases are compared by way of the baseline.
BLOCK_MOST = 8
# The metrics that a counting run may have to measure.
COUNTED = ("system_calls_per_unit", "switches_per_unit")


def make_suite(findings: Sequence[Finding], rounds: int, budget_s: float) -> dict[str, Any]:
    return {
        "name": "findings",
        "rounds": rounds,
        "budget_s": budget_s,
        "time_limit_s": TIME_LIMIT_S,
        "placement": "split",
        "groups": [group for finding in findings for group in groups_of(finding, rounds)],
    }


def groups_of(finding: Finding, rounds: int) -> Iterator[dict[str, Any]]:
    parts = list(parts_of(finding))
    for number, cases in enumerate(parts, start=1):
        group: dict[str, Any] = {
            "name": finding.id if len(parts) == 1 else f"{finding.id}.{number}",
            "cases": list(dict.fromkeys(case.name for case in cases)),
            "iterations": finding.iterations,
        }
        if finding.assertion == "same":
            group["repeat"] = list(group["cases"])
        # Events are counted only if a finding needs their counts, because counting takes another run.
        if finding.metric in COUNTED:
            group["count_rounds"] = rounds
        yield group


def parts_of(finding: Finding) -> Iterator[Sequence[ModelCase]]:
    """The cases of each group, the baseline first.

    If each case has a partner of its own and they do not fit into a block, each group has as many pairs as a
    block has room for, so that partners are always alive at once.
    """
    pairs = list(zip(finding.of, finding.to))
    if len(finding.cases()) > BLOCK_MOST and len(finding.of) == len(finding.to):
        size = BLOCK_MOST // 2
        for start in range(0, len(pairs), size):
            yield [case for of, to in pairs[start : start + size] for case in (to, of)]
    else:
        yield [*finding.to[:1], *finding.of, *finding.to[1:]]


def is_group_of(finding: Finding, group: str | None) -> bool:
    return group is not None and re.fullmatch(rf"{re.escape(finding.id)}(\.\d+)?", group) is not None
