"""The command that runs one case again."""

from __future__ import annotations

import shlex

from concur.documents.cases import Case, Cell, Workload
from concur.documents.samples import Arguments

BINARIES = {"cpu": "build/release/bench/bench_cpu", "io": "build/release/bench/bench_io"}


def program(workload: Workload, placement: str) -> str:
    """The words before the name of the case; empty if no binary of concur has such a workload."""
    binary = BINARIES.get(workload.group, "")
    chosen = f" --placement {shlex.quote(placement)}" if placement else ""
    return f"{binary}{chosen} --case " if binary else ""


def command(workload: Workload, cell: Cell, placement: str) -> str:
    before = program(workload, placement)
    return before + shlex.quote(cell.samples[0].case_name) if before else ""


def _given(arguments: Arguments) -> str:
    return "".join(f"/{name}:{number}" for name, number in arguments)


def model_name(cell: Cell) -> str:
    """The second part of the name of a case: thread_pool/workers:16"""
    return cell.samples[0].model + _given(cell.model_arguments)


def arguments(case: Case) -> str:
    """The last part: /connections:100/payload:64"""
    return _given(case.arguments)
