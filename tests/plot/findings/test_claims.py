"""How cases are named in a table of verdicts."""

from __future__ import annotations

from concur.findings.claims import short, versus
from concur.findings.definitions import parse_case


def test_arguments_of_the_model_stand_apart_from_those_of_the_workload() -> None:
    pool = parse_case("fork_join/work_stealing/workers:2/leaves:1000/fib:0")
    loop = parse_case("fork_join/coroutine/depth_first:1/leaves:1000/fib:0")
    usual = parse_case("fork_join/coroutine/leaves:1000/fib:0")
    assert [short(case) for case in (pool, loop, usual)] == [
        "work_stealing of 2",
        "coroutine depth_first 1",
        "coroutine",
    ]
    assert versus(loop, usual) == "coroutine depth_first 1 / coroutine"
    assert loop.arguments == usual.arguments
