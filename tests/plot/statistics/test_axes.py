"""Which cases lie along one axis."""

from pathlib import Path

import pytest

from concur.documents import results
from concur.statistics.axes import along_main, shared_baseline
from machine import MODELS
from synthetic import changed, document

MODEL = {name: MODELS[name] for name in ("serial", "epoll")}


@pytest.fixture(scope="module")
def timers():
    return document(rounds=1, models=MODEL, only=("timers",))


def workload_of(made):
    return results.read(made, Path("made.json")).workloads[0]


def tasks_along(made):
    workload = workload_of(made)
    (panel,) = workload.panels()
    return [case.value("tasks") for case in along_main(workload, panel)]


def with_arguments(made, of_tasks):
    """Each case with these arguments, by its number of tasks."""

    def change(sample):
        sample["arguments"] = {**sample["arguments"], **of_tasks(sample["arguments"]["tasks"])}

    return changed(made, change)


def test_three_cases_that_differ_in_one_parameter(timers):
    assert tasks_along(timers) == [10, 100, 1000]


def test_two_cases_are_no_axis(timers):
    two = changed(timers, lambda sample: None, lambda sample: sample["arguments"]["tasks"] < 1000)
    assert tasks_along(two) == []


def test_a_second_parameter_that_changes_too_is_no_axis(timers):
    assert tasks_along(with_arguments(timers, lambda tasks: {"nap_us": 1000 + tasks})) == []


def test_an_amount_or_the_same_total_may_change_too(timers):
    assert tasks_along(with_arguments(timers, lambda tasks: {"naps": 7 + tasks})) == [10, 100, 1000]
    assert tasks_along(with_arguments(timers, lambda tasks: {"nap_us": 10_000 // tasks})) == [10, 100, 1000]


def test_a_case_that_differs_twice_is_left_out():
    primes = document(rounds=1, models=MODEL, only=("primes",))

    def change(sample):
        grain = sample["arguments"]["grain_us"]
        sample["arguments"] = {"grain_us": grain, "tasks": 4 if grain == 10_000 else 32}

    workload = workload_of(changed(primes, change))
    (panel,) = workload.panels()
    assert workload.main == "grain_us"
    assert [case.value("grain_us") for case in along_main(workload, panel)] == [1, 10, 100, 1000]


def test_cases_may_have_one_baseline_or_several():
    workload = workload_of(document(rounds=1, models=MODEL, only=("timers",)))
    assert shared_baseline(workload.cases).model == "epoll"
    echo = document(rounds=1, models={name: MODELS[name] for name in ("serial", "poll")}, only=("echo",))
    # Without epoll it is the first that is ok, and serial can only do one connection.
    assert shared_baseline(workload_of(echo).cases) is None
