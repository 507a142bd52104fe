"""Headlines say what the figures show, and no more than the intervals permit."""

from pathlib import Path

import synthetic
from concur.answers.headlines import case_headline, headline
from concur.answers.words import listed, names, times_range
from concur.documents import results
from concur.statistics.intervals import Estimate
from machine import MODELS

FEW = {name: MODELS[name] for name in ("serial", "poll", "epoll")}


def workload(times, rounds=6, noise=1.0):
    """mandelbrot under three models, with these times; `noise`: a factor of every second set."""
    made = synthetic.document(rounds=rounds, only=("mandelbrot",), models=FEW)
    for entry in made["benchmarks"]:
        concur = entry["concur"]
        entry["real_time"] = times[concur["model"]] * (noise if concur["round"] % 2 else 1.0)
    return results.read(made, Path("made.json")).workloads[0]


def of_only_case(**times):
    found = workload(times)
    return case_headline(found, found.cases[0])


def test_the_best_model_is_named_with_its_ratio():
    assert of_only_case(serial=100, poll=50, epoll=90) == "poll takes 0.50 times the wall time of serial"


def test_a_best_baseline_has_no_ratio():
    said = of_only_case(serial=50, poll=75, epoll=500)
    assert said == "serial takes the least wall time; epoll takes 10.0 times as long as serial"


def test_ties_are_ties():
    assert of_only_case(serial=100, poll=101, epoll=102) == "all models tie"
    assert of_only_case(serial=100, poll=50, epoll=51).startswith("poll and epoll tie, at 0.50 to 0.51 times")


def test_one_set_resolves_nothing():
    found = workload({"serial": 100, "poll": 50, "epoll": 90}, rounds=1)
    assert case_headline(found, found.cases[0]) == "nothing is resolved"


def test_a_headline_is_a_sentence():
    assert headline(workload({"serial": 100, "poll": 101, "epoll": 102})) == "All models tie."
    said = headline(workload({"serial": 100, "poll": 50, "epoll": 90}))
    assert said == "poll takes 0.50 times the wall time of serial."


def test_both_ends_of_the_main_parameter_are_named():
    made = synthetic.document(rounds=6, only=("primes",), models=MODELS)
    said = headline(results.read(made, Path("made.json")).workloads[0])
    first, second = said.rstrip(".").split(". ")
    assert first.startswith("With grain 1 µs, serial")
    assert second.startswith("With grain 10 ms, ") and "thread_pool" in second


def test_names():
    found = workload({"serial": 100, "poll": 50, "epoll": 90})
    case = found.cases[0]
    assert names(found, case, list(case.cells)) == "serial, poll and epoll"
    assert listed(["a"]) == "a" and listed(["a", "b", "c"], "or") == "a, b or c"
    ends = [Estimate(value, value, value, 6) for value in (0.5, 0.53)]
    assert times_range(ends) == "0.50 to 0.53 times"
    assert times_range(ends[:1]) == "0.50 times"
