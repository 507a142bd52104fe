"""Documents made by hand, and findings about them."""

from __future__ import annotations

import math
from dataclasses import replace

from concur.documents.cases import WorkloadInfo
from concur.documents.results import Document, Origin
from concur.documents.samples import Counts, Evidence, Memory, Sample
from concur.findings import definitions

MS = 1_000_000
QUIET = Evidence(steal_ns=0, run_delay_ns=0, elapsed_ns=1000 * MS, others_cpu_ns=0)
LOADED = replace(QUIET, others_cpu_ns=600 * MS)
MODELS = ("serial", "epoll", "poll", "select", "thread_pool", "coroutine")
# One noise per round, in per cent: what two series have in common.
WOBBLE = (0.0, 3.0, -2.0, 5.0, 1.0, -4.0, 2.0, -1.0, 4.0)


def sample(case: str, number: int, wall_ms: float, **changes: object) -> Sample:
    parsed = definitions.parse_case(case)
    made = Sample(
        workload=parsed.workload,
        model=parsed.model,
        arguments=parsed.arguments,
        model_arguments=parsed.model_arguments,
        outcome="ok",
        reason="",
        round=number,
        placement="split",
        unit="task",
        real_ns=wall_ms * MS,
        units=10.0,
        cpu_ns=wall_ms * MS * 0.5,
        user_ns=wall_ms * MS * 0.5,
        system_ns=0.0,
        switches=0.0,
        latency=None,
        peer=False,
        evidence=QUIET,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def series(case: str, wall_ms: float, rounds: int = 9, own: float = 0.3, **changes: object) -> list[Sample]:
    """A case in each round: the round's noise, and a little of its own."""

    def wall(number: int) -> float:
        shared, alone = WOBBLE[number] / 100, own / 100 * math.sin(number + wall_ms)
        return wall_ms * (1 + shared) * (1 + alone)

    return [sample(case, number, wall(number), **changes) for number in range(rounds)]


def document(
    *groups: list[Sample],
    repetitions: list[Sample] | None = None,
    others: list[Sample] | None = None,
    cpus: int = 2,
    cpus_usable: int | None = None,
) -> Document:
    samples = tuple(one for group in groups for one in group)
    origin = Origin("host", "cpu", cpus, cpus_usable or cpus, "6.1", "split", "g++", "-O3", "abc")
    return Document(
        origin=origin,
        version="0",
        rounds=9,
        rounds_least=9,
        planned=len(samples),
        present=len(samples),
        complete=True,
        families={name: "loops" for name in MODELS},
        workload_infos=(WorkloadInfo("noop", "cpu", "task", "runs"),),
        samples=samples,
        repetitions=tuple(repetitions or ()),
        others=tuple(others or ()),
    )


def finding(**entry: object) -> definitions.Finding:
    whole = {"id": "x", "says": "It is so.", "why": "Because.", "link": "docs", **entry}
    return definitions._finding(whole)


def counted(calls: int | None, reason: str = "", switches: int | None = None) -> Counts:
    return Counts(units=10, system_calls=calls, switches=switches, migrations=0, reason=reason)


def held(bytes_: int, kernel: int | None = 0, noise: int = 0) -> Memory:
    return Memory(tasks=10, processes=bytes_, kernel=kernel, noise=noise)
