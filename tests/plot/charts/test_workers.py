"""Speed-up over the number of workers."""

from dataclasses import replace
from pathlib import Path

import pytest

import many_cpus
from concur.charts import workers
from concur.documents import results
from drawn import figures, overlaps, words
from machine import MODELS
from many_cpus import speed_up
from synthetic import changed, document

NAME = "workers_primes"


@pytest.fixture(scope="module", params=(False, True), ids=("whole", "in turns"))
def large(request):
    """A machine with 64 CPUs."""
    return many_cpus.document(64, turns=request.param)


def panels(made):
    return workers.panels_of(results.read(made, Path("made.json")).workloads[0])


def test_it_has_the_true_speed_ups(large):
    drawn = panels(large)
    assert len(drawn) == len(many_cpus.GRAINS_US)
    for panel in drawn:
        assert [one.series.model for one in panel.lines] == ["thread_pool", "process_pool"]
        for one in panel.lines:
            assert sorted(one.points) == [1, 2, 4, 8, 16, 32, 64]
            for number, estimate in one.points.items():
                truth = speed_up(one.series.model, int(number), 64)
                assert estimate.value == pytest.approx(truth, rel=0.05), (one.series.model, number)


def test_it_says_what_it_shows(large):
    figure = figures(large, NAME).figures[NAME]
    assert overlaps(figure) == []
    said = " ".join(words(figure).split())
    assert "primes: speed-up over the number of workers" in said
    assert "With 64 workers, process_pool is" in said
    assert "times as fast as 1 worker" in said and "ideal" in said
    assert "cpus = 64: the CPUs that a model may use" in said
    assert "64 CPUs" in said and "1.024k tasks (16*cpus)" in said
    assert "grain 100 µs" in words(figure).splitlines()


def test_the_ideal_ends_at_the_number_of_cpus():
    drawn = panels(many_cpus.document(8, workers=(1, 2, 4, 8, 16, 32)))
    assert drawn[0].guide == {1: 1, 2: 2, 4: 4, 8: 8, 16: 8, 32: 8}
    between = panels(many_cpus.document(8, workers=(1, 4, 32)))
    assert between[0].guide == {1: 1, 4: 4, 8: 8, 32: 8}


def test_without_one_worker_the_baseline_is_compared_with():
    made = many_cpus.document(16, workers=(2, 4, 16))
    drawn = panels(made)
    assert {panel.y_name for panel in drawn} == {"times as fast as serial"}
    # With the longer tasks, what a task costs beside its work does not matter.
    for one in drawn[-1].lines:
        for number, estimate in one.points.items():
            truth = speed_up(one.series.model, int(number), 16)
            assert estimate.value == pytest.approx(truth, rel=0.1), (one.series.model, number)


def test_two_numbers_of_workers_are_no_curve():
    made = many_cpus.document(2)
    assert NAME not in figures(made, "workers").offered
    one_only = changed(
        many_cpus.document(16),
        lambda sample: None,
        lambda sample: sample["model"] != "process_pool" or sample["model_arguments"]["workers"] < 4,
    )
    assert {one.series.model for panel in panels(one_only) for one in panel.lines} == {"thread_pool"}


def test_a_number_of_workers_that_failed_has_a_footnote():
    def fail(sample):
        if sample["model"] == "thread_pool" and sample["model_arguments"]["workers"] == 64:
            sample |= {
                "outcome": "did_not_finish",
                "reason": "time limit of 20 s",
                "work": None,
                "cost": None,
            }

    figure = figures(changed(many_cpus.document(64), fail), NAME).figures[NAME]
    assert overlaps(figure) == []
    said = " ".join(words(figure).split())
    assert "thread_pool with 64 workers: did not finish: time limit of 20 s" in said


def test_waiting_work_has_no_ideal():
    pools = {"epoll": MODELS["epoll"], "thread_pool": MODELS["thread_pool"]}
    pools["thread_pool"] = replace(pools["thread_pool"], workers=(2, 4, 16))
    made = document(rounds=3, models=pools, only=("timers",))
    drawn = panels(made)
    assert drawn and all(panel.guide == {} for panel in drawn)
    assert {panel.y_name for panel in drawn} == {"times as fast as epoll"}
    assert overlaps(figures(made, "workers").figures["workers_timers"]) == []
