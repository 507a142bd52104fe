"""How large a task must be: lines over the grain, with the region in which models lose, and the speed-up."""

from dataclasses import replace
from pathlib import Path

import pytest

import many_cpus
import synthetic
from concur.charts import grain
from concur.documents import results
from drawn import figures, overlaps, words
from machine import MODELS
from synthetic import changed, document

NAME = "grain_primes"


@pytest.fixture(scope="module")
def primes():
    return document(rounds=5, models=MODELS, only=("primes",))


@pytest.fixture(scope="module")
def figure(primes):
    return figures(primes, "grain").figures[NAME]


def of_grains(made, *grains):
    return changed(made, lambda sample: None, lambda sample: sample["arguments"]["grain_us"] in grains)


def test_it_says_where_models_begin_to_pay(figure):
    assert overlaps(figure) == []
    said = " ".join(words(figure).split())
    # Two CPUs save half of the work. A task costs what it takes to start: 0.9, 12, 9 and 320 µs.
    assert "thread_pool becomes faster than serial at 1 µs to 10 µs per task" in said
    assert "thread_per_task and process_pool at 10 µs to 100 µs" in said
    assert "process_per_task at 100 µs to 1 ms" in said
    assert "slower than serial" in said and "faster than serial" in said


def test_each_crossing_has_a_mark_between_its_two_grains(figure):
    marks = [line for line in figure.axes[0].lines if line.get_marker() == "D" and line.get_markersize() > 6]
    places = sorted(float(line.get_xdata()[0]) for line in marks)
    assert {float(line.get_ydata()[0]) for line in marks} == {1.0}
    assert len(places) == 4
    for place, (low, high) in zip(places, ((1, 10), (10, 100), (10, 100), (100, 1000))):
        assert low < place < high


def test_models_that_are_neither_threads_nor_processes_are_named_and_not_drawn(figure):
    named = [t.get_text() for t in figure.axes[0].texts]
    assert any(name.startswith("thread_per_task") for name in named)
    assert not any(name.startswith("epoll") for name in named)
    said = " ".join(words(figure).split())
    assert "Not drawn, neither threads nor processes: coroutine, nonblocking, select, poll, epoll" in said


def test_models_that_do_not_differ_are_named_and_not_drawn(primes):
    same = [e for e in primes["benchmarks"] if e["concur"]["model"] in ("serial", "process_pool")]
    again = changed({**primes, "benchmarks": same}, lambda sample: None)
    for entry in [e for e in again["benchmarks"] if e["concur"]["model"] == "serial"]:
        copy = {**entry, "concur": {**entry["concur"], "model": "epoll"}}
        again["benchmarks"].append(copy)
    said = " ".join(words(figures(again, "grain").figures[NAME]).split())
    assert "Not drawn, because they take as long as serial: epoll" in said


def test_three_numbers_of_workers_are_a_second_panel():
    made = document(
        rounds=4,
        models={
            "serial": MODELS["serial"],
            "thread_pool": replace(MODELS["thread_pool"], workers=(1, 2, 4)),
        },
        only=("primes",),
    )
    figure = figures(made, "grain").figures[NAME]
    assert overlaps(figure) == []
    assert len(figure.axes) == 2
    speed_up = figure.axes[1]
    assert speed_up.get_xlim()[0] == 0 and speed_up.get_ylim()[0] == 0
    assert "ideal" in [t.get_text().strip() for t in speed_up.texts]
    assert "Speed-up over the number of workers, tasks of 10 ms" in words(figure)


def test_one_speed_up_is_not_drawn_twice():
    pool = {"serial": MODELS["serial"], "thread_pool": replace(MODELS["thread_pool"], workers=(1, 2, 4))}
    made = document(rounds=2, models=pool, only=("primes",))
    # In one case alone there are several numbers of workers.
    one = changed(
        made,
        lambda sample: None,
        lambda s: s["arguments"]["grain_us"] == 1000 or s["model_arguments"].get("workers", 2) == 2,
    )
    offered = figures(one, "overview").offered
    assert NAME in offered and "workers_primes" not in offered and "scaling_primes" not in offered
    assert "workers_primes" in figures(made, "overview").offered


def test_two_grains_are_no_line(primes):
    two = of_grains(primes, 1, 10)
    kept = figures(two, "grain", "scaling")
    assert NAME not in kept.offered
    assert kept.skipped["scaling_primes"] == "grain has two arguments only, and two points are no line"


def test_only_cases_that_differ_in_the_grain_alone_are_on_the_line():
    """The last one has another number of tasks, and another amount of work."""
    made = many_cpus.document(2)
    entries = synthetic.document(rounds=5, models={"serial": MODELS["serial"]}, only=("primes",))

    def same_tasks(sample):
        grain_us = sample["arguments"]["grain_us"]
        sample["arguments"] = {**sample["arguments"], "tasks": 4 if grain_us == 10_000 else 32}

    workload = results.read(changed(entries, same_tasks), Path("made.json")).workloads[0]
    assert [case.value("grain_us") for case in grain.cases_of(workload)] == [1, 10, 100, 1000]
    # Two grains are all that this document has.
    assert grain.cases_of(results.read(made, Path("made.json")).workloads[0]) == []


def test_nothing_that_differs_is_no_chart():
    loops = {name: MODELS[name] for name in ("serial", "select")}
    made = document(rounds=3, models=loops, only=("primes",))
    by_set = {
        (e["concur"]["round"], e["concur"]["arguments"]["grain_us"]): e["real_time"]
        for e in made["benchmarks"]
        if e["concur"]["model"] == "serial"
    }
    for entry in made["benchmarks"]:
        entry["real_time"] = by_set[entry["concur"]["round"], entry["concur"]["arguments"]["grain_us"]]
    assert figures(made, "grain").skipped == {NAME: "no model differs from the baseline with any grain"}
