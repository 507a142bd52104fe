"""Decisions name the models that truly do best, and are left out where the document cannot tell."""

from pathlib import Path

import pytest

import synthetic
from concur.answers.decisions import decisions
from concur.documents import results

WORKLOADS = ("primes", "mandelbrot", "timers", "park", "echo", "churn", "open_echo")


@pytest.fixture(scope="module")
def rows():
    made = synthetic.document(rounds=6, only=WORKLOADS, turns=True)
    return {row.key: row for row in decisions(results.read(made, Path("made.json")))}


def test_each_situation_that_was_measured_has_a_row(rows):
    assert set(rows) == {
        "short_tasks",
        "long_tasks",
        "waiting",
        "busy_connections",
        "short_connections",
        "steady_rate",
    }
    for row in rows.values():
        assert row.situation and row.choose and row.evidence


def test_short_tasks_are_for_serial_code(rows):
    row = rows["short_tasks"]
    # What a task takes, and not its nominal size.
    assert row.situation.startswith("200,000 CPU tasks of ")
    assert row.choose == "serial"
    assert "process_per_task" in row.cost and "as long as serial" in row.cost


def test_long_tasks_are_for_those_who_use_both_cpus(rows):
    row = rows["long_tasks"]
    # The noise of a round is up to a fifth.
    assert row.situation.startswith("20 CPU tasks of ") and row.situation.endswith(" ms")
    for model in ("thread_pool", "process_pool", "thread_per_task"):
        assert model in row.choose
    assert "epoll" not in row.choose
    assert row.cost.startswith("0.5")
    assert "one CPU" in row.no_difference_if


def test_waiting_tasks_are_for_loops(rows):
    row = rows["waiting"]
    assert row.situation == "100,000 tasks that mostly wait"
    assert "loops" in row.choose or "epoll" in row.choose
    assert "thread" not in row.choose
    assert "memory of a waiting task: " in row.cost and "epoll 205 B" in row.cost


def test_a_loser_is_named_with_what_it_costs(rows):
    row = rows["busy_connections"]
    assert "10,000 busy connections" in row.situation
    assert row.choose == "epoll or coroutine"
    assert "thread_per_task takes" in row.cost and "the CPU time of epoll" in row.cost
    assert "the server computes 20 µs for each request" in row.no_difference_if


def test_idle_connections_are_for_those_who_do_not_look_at_all():
    made = synthetic.document(rounds=6, only=("idle_crowd",), turns=True)
    (row,) = decisions(results.read(made, Path("made.json")))
    assert row.key == "idle_connections"
    assert row.situation == "10 busy connections beside 9,990 idle connections"
    assert row.choose == "coroutine"
    assert "poll" in row.cost and "the CPU time of epoll" in row.cost
    assert row.no_difference_if.startswith("only 90 are idle: then ")


def test_evidence_is_a_case_of_the_document(rows):
    for row in rows.values():
        for place in row.evidence:
            assert place.case in place.workload.cases
            assert place.text.startswith(place.workload.name)
        assert len(set(row.evidence)) == len(row.evidence)


def test_a_document_without_these_cases_has_no_rows(tiny):
    only = synthetic.changed(tiny, synthetic.leave, lambda sample: sample["workload"] == "mandelbrot")
    assert decisions(results.read(only, Path("made.json"))) == []
