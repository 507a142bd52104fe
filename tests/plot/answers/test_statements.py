"""Titles of charts: they say what the figures show, and no more."""

from pathlib import Path

import pytest

import many_cpus
from concur.answers import statements
from concur.documents import results
from concur.documents.cases import main_rows
from concur.statistics.axes import along_main
from concur.statistics.speed_up import Pools
from machine import MODELS
from synthetic import changed, document

THREE = {name: MODELS[name] for name in ("serial", "thread_per_task", "epoll")}


def workloads_of(made):
    return results.read(made, Path("made.json")).workloads


def times(workload, factors, models=THREE, rounds=5):
    """A document in which models take these multiples of the wall time of the first one.

    `factors`: of a model and the arguments of a case; 1 if there is none.
    """
    made = document(rounds=rounds, models=models, only=(workload,))
    first = next(iter(models))

    def key(entry):
        return entry["concur"]["round"], str(entry["concur"]["arguments"])

    base = {key(e): e["real_time"] for e in made["benchmarks"] if e["concur"]["model"] == first}
    for entry in made["benchmarks"]:
        sample = entry["concur"]
        entry["real_time"] = base[key(entry)] * factors(sample["model"], sample["arguments"])
    return made


def test_overview_counts_the_cases_in_which_a_model_leads():
    half = times("primes", lambda model, _: 0.5 if model == "thread_per_task" else 1.0)
    assert statements.overview(workloads_of(half)) == (
        "Best or level with the best: thread_per_task in 5 of 5 cases of CPU work"
    )
    one = changed(half, lambda sample: None, lambda sample: sample["arguments"]["grain_us"] == 1)
    assert statements.overview(workloads_of(one)).endswith("thread_per_task in the only case of CPU work")


def test_overview_of_one_set_names_no_best(tiny):
    """Nothing is known of its noise, and in timers the two models differ."""
    assert statements.overview(workloads_of(tiny)[1:]) == (
        "Time of each model, as a multiple of that of the baseline"
    )


def scaling(made):
    (workload,) = workloads_of(made)
    return statements.scaling(workload, [along_main(workload, panel) for panel in workload.panels()])


def test_scaling_names_what_changes_most():
    def grow(model, arguments):
        return {"thread_per_task": 3 if arguments["tasks"] == 1000 else 1.5, "epoll": 1.0}.get(model, 1.0)

    said = scaling(times("timers", grow))
    assert said == (
        "From 10 to 1k tasks, the wall time of thread_per_task goes from 1.50 to 3.00 times that of epoll"
    )


def test_scaling_is_neutral_where_nothing_changes():
    assert scaling(times("timers", lambda model, _: 2.0 if model == "serial" else 1.0)) == (
        "No model changes against the baseline with tasks"
    )


def grain(factors):
    (workload,) = workloads_of(times("primes", factors))
    cases = along_main(workload, workload.panels()[0])
    rows = [row for row in main_rows([workload]) if row.model != "serial"]
    return statements.grain(cases, rows, "grain_us")


def test_grain_says_between_which_sizes_models_begin_to_pay():
    def pay(model, arguments):
        limit = {"thread_per_task": 100, "epoll": 10}.get(model)
        return 1.0 if limit is None else 0.5 if arguments["grain_us"] >= limit else 3.0

    assert grain(pay) == (
        "epoll becomes faster than serial at 1 µs to 10 µs per task; thread_per_task at 10 µs to 100 µs"
    )


def test_grain_says_what_never_pays():
    assert grain(lambda model, _: 1.0 if model == "serial" else 2.0) == (
        "No model becomes faster than serial up to 10 ms per task"
    )

    def one_pays(model, _):
        return {"serial": 1.0, "epoll": 0.5}.get(model, 2.0)

    assert grain(one_pays) == (
        "epoll becomes faster than serial at 1 µs or less per task; thread_per_task not up to 10 ms"
    )


def test_workers_names_the_highest_speed_up():
    (workload,) = workloads_of(many_cpus.document(16))
    said = statements.workers([Pools.of(case) for case in workload.cases])
    assert said.startswith("With 16 workers, process_pool is 15.")
    assert said.endswith("times as fast as with one")


def test_latency_names_the_worst_that_is_known(served):
    slow = changed(
        served,
        lambda sample: sample["latency"]
        and sample["model"] == "thread_per_task"
        and sample.update(
            latency={**sample["latency"], "buckets": [[9_000_000, 10_000]], "max_ns": 9_000_000}
        ),
        lambda sample: sample["workload"] == "open_echo",
    )
    (workload,) = workloads_of(slow)
    said = statements.latency(workload)
    assert said.startswith("With 320k per second, the 99th percentile is")
    assert said.endswith("times that under thread_per_task")


def test_load_gives_the_range_at_both_ends(served):
    workload = next(one for one in workloads_of(served) if one.name == "open_echo")
    said = statements.load([list(workload.cases)])
    assert said.startswith("By model, the 99th percentile is ")
    assert " at 5k per second, and " in said and said.endswith(" at 320k per second")


def test_memory_compares_least_and_most(served):
    workload = next(one for one in workloads_of(served) if one.name == "park")
    assert statements.memory(workload, workload.cases) == (
        "Of 100k tasks that wait, each takes 205 B under epoll and 3.8 kB, 18.5 times as much, "
        "under thread_per_task"
    )


def test_memory_of_the_largest_case_whatever_its_parameter_is_called():
    made = document(rounds=3, models=THREE, only=("fork_join",))
    reverse = {**made, "benchmarks": made["benchmarks"][::-1]}
    for (workload,) in (workloads_of(made), workloads_of(reverse)):
        assert statements.memory(workload, workload.cases).startswith(
            "At the peak with 1M leaves, each task takes 120 B"
        )


@pytest.mark.parametrize(
    "of", (statements.latency, lambda workload: statements.memory(workload, workload.cases))
)
def test_what_was_not_measured_is_not_stated(small, of):
    workload = workloads_of(small)[0]
    assert of(workload) in ("No latency was measured", "Memory of a waiting task")
