"""The addresses of workloads and cases within the page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from concur.documents import labels
from concur.documents.cases import Case, Workload


class Anchors:
    """w-echo is a workload, c-echo-2 its second case. Names of a foreign document may be any text."""

    def __init__(self, workloads: Sequence[Workload]) -> None:
        self._workloads: dict[Workload, str] = {}
        self._cases: dict[Case, str] = {}
        self._names: dict[Case, str] = {}
        # Two names may be the same after other characters are replaced.
        taken: set[str] = set()
        for workload in workloads:
            plain = re.sub(r"[^A-Za-z0-9_]+", "-", workload.name).strip("-") or "workload"
            name = next(one for one in _numbered(plain) if one not in taken)
            taken.add(name)
            self._workloads[workload] = f"w-{name}"
            for number, case in enumerate(workload.cases, start=1):
                self._cases[case] = f"c-{name}-{number}"
                self._names[case] = case_name(workload, case)

    def workload(self, workload: Workload) -> str:
        return self._workloads[workload]

    def case(self, case: Case) -> str:
        return self._cases[case]

    def full_name(self, workload: Workload, case: Case) -> str:
        """echo, 100 connections; only the workload if it has one case"""
        return f"{workload.name}, {self._names[case]}" if len(workload.cases) > 1 else workload.name


def _numbered(name: str) -> Sequence[str]:
    return [name, *(f"{name}-{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")]


def case_name(workload: Workload, case: Case) -> str:
    """The arguments of a case; a case without any has the name of its workload."""
    return labels.case(workload, case) or workload.name
