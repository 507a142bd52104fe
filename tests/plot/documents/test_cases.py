"""Samples are grouped into cases and cells; controls and aggregates are left out; truths are found."""

import copy
import json
from pathlib import Path

import pytest

import synthetic
from concur.documents import results
from concur.documents.cases import Series
from concur.documents.grouping import tell_apart
from concur.statistics import intervals
from concur.statistics.ratios import to_best


def load(made):
    return results.read(made, Path("made.json"))


def workload(made, name):
    return next(w for w in load(made).workloads if w.name == name)


def entries(made, **wanted):
    return [
        entry
        for entry in made["benchmarks"]
        if all(entry["concur"][key] == value for key, value in wanted.items())
    ]


def test_telling_parameters():
    def arguments(**values):
        return tuple(sorted(values.items()))

    assert tell_apart([arguments(tasks=5)]) == ()
    # Tasks and grain change together: the grain is what a reader thinks of.
    assert tell_apart([arguments(tasks=100, grain_us=1), arguments(tasks=10, grain_us=10)]) == ("grain_us",)
    grid = [arguments(connections=c, payload=p, requests=9) for c in (1, 10, 100) for p in (64, 16384)]
    assert tell_apart(grid) == ("connections", "payload")
    # Requests have most values and tell all cases apart, yet they are only how much is done.
    uneven = [(10, 64, 500), (100, 64, 100), (100, 16384, 50)]
    grid = [arguments(connections=c, payload=p, requests=r) for c, p, r in uneven]
    assert tell_apart(grid) == ("connections", "payload")
    assert tell_apart([arguments(requests=1), arguments(requests=2)]) == ("requests",)


def test_parameters_in_another_order_are_the_same_case(small):
    made = {**small, "benchmarks": copy.deepcopy(entries(small, workload="echo"))}
    for entry in entries(made, round=1):
        p = entry["concur"]["arguments"]
        entry["concur"]["arguments"] = dict(reversed(p.items()))
    assert len(workload(made, "echo").cases) == len(synthetic.CASES["echo"])


def test_work_for_each_request_divides_the_panels_and_amounts_do_not():
    def arguments(**values):
        return tuple(sorted(values.items()))

    grid = [arguments(connections=c, requests=9 * c, work_us=w) for c in (1, 10, 100) for w in (0, 20)]
    assert tell_apart(grid) == ("connections", "work_us")
    trips = [arguments(idle=0, round_trips=1000), arguments(idle=400, round_trips=200)]
    assert tell_apart(trips) == ("idle",)
    churn = [arguments(clients=1, connections=100), arguments(clients=10, connections=1000)]
    assert tell_apart(churn) == ("clients",)


def test_a_symbol_makes_one_series_of_many_numbers(small):
    echo = workload(small, "echo")
    pools = [series for series in echo.series if series.model == "thread_pool"]
    assert pools == [Series("thread_pool", (("workers", "connections"),))]
    for case in echo.cases:
        cell = case.cells[pools[0]]
        assert cell.model_arguments == (("workers", case.value("connections")),)
    first = echo.cases[0].cells[pools[0]].samples[0]
    assert first.case_name == "echo/thread_pool/workers:1/connections:1/payload:64/requests:20000/work_us:0"


def test_numbers_stand_before_symbols(small):
    def mix(sample):
        if sample["model"] == "thread_pool" and sample["arguments"]["connections"] == 10:
            sample["symbols"] = {}

    found = workload(synthetic.changed(small, mix, lambda sample: sample["workload"] == "echo"), "echo")
    workers = [dict(series.arguments)["workers"] for series in found.series if series.model == "thread_pool"]
    assert workers == [10, "connections"]


def test_cpu_workloads_come_first_and_families_together(small):
    found = load(small).workloads
    assert [w.name for w in found] == ["primes", "mandelbrot", "timers", "echo"]
    names = [(s.model, s.arguments) for s in found[0].series]
    assert names[:4] == [
        ("serial", ()),
        ("thread_per_task", ()),
        ("thread_pool", (("workers", 2),)),
        ("thread_pool", (("workers", 16),)),
    ]


def test_controls_and_aggregates_are_no_results(small):
    assert entries(small, control=True)
    mean = copy.deepcopy(entries(small, model="poll", workload="echo")[0])
    mean["run_type"] = "aggregate"
    mean["real_time"] *= 1000
    loaded = load({**small, "benchmarks": [*small["benchmarks"], mean]})
    assert loaded.samples == load(small).samples
    assert len(loaded.samples) == len(entries(small, control=False))
    assert loaded.present == len(small["benchmarks"])


def test_ratios_to_the_best_are_the_truth():
    made = synthetic.document(rounds=7, only=("echo",))
    for case in workload(made, "echo").cases:
        p = dict(case.arguments)
        truth = {
            series: synthetic.truth_ns(
                "echo", series.model, dict(case.cells[series].model_arguments).get("workers", 0), p
            )
            for series in case.ok()
        }
        ranked = to_best(case)
        assert truth[ranked.best] <= min(truth.values()) * 1.02
        for series, ratio in ranked.ratios.items():
            assert ratio.value == pytest.approx(truth[series] / truth[ranked.best], rel=0.015)
            if truth[series] > truth[ranked.best] * 1.05:
                assert series not in ranked.ties


def test_a_case_is_as_good_as_its_worst_round(small):
    made = {**small, "benchmarks": copy.deepcopy(entries(small, workload="mandelbrot"))}
    entry = entries(made, model="poll", round=1)[0]
    entry.update(real_time=0.0, iterations=0, error_occurred=True, error_message="x")
    entry["concur"].update(outcome="invalid", reason="wrong digest", work=None, cost=None, latency=None)
    case = workload(made, "mandelbrot").cases[0]
    cell = case.cells[Series("poll", ())]
    assert (cell.outcome, cell.reason) == ("invalid", "wrong digest (1 of 3 rounds)")
    assert Series("poll", ()) not in case.ok()
    assert Series("poll", ()) not in to_best(case).ratios


def test_figures_are_per_iteration(small):
    entry = entries(small, workload="echo", model="epoll", control=False)[0]
    assert entry["iterations"] == 2
    sample = next(s for s in load(small).samples if s.workload == "echo" and s.model == "epoll")
    assert sample.units == entry["concur"]["arguments"]["requests"]
    assert sample.real_ns == pytest.approx(entry["real_time"] * 1e6)
    assert sample.cpu_ns == entry["concur"]["cost"]["cpu_ns"] / 2
    counts = entry["concur"]["counts"]
    assert (sample.user_ns, sample.system_ns, sample.switches) == (None, None, None)
    assert sample.switches_per_unit == counts["switches"] / counts["units"]
    assert sample.system_calls_per_unit == counts["system_calls"] / counts["units"]


def test_switches_of_runs_are_those_of_the_timed_runs(small):
    entry = entries(small, workload="primes", model="epoll", control=False)[0]
    sample = next(s for s in load(small).samples if s.workload == "primes" and s.model == "epoll")
    cost = entry["concur"]["cost"]
    switches = cost["switches_voluntary"] + cost["switches_involuntary"]
    assert sample.switches_per_unit == pytest.approx(switches / entry["concur"]["work"]["units"])
    assert sample.system_calls_per_unit is None
    assert sample.cpu_ns == pytest.approx(sample.user_ns + sample.system_ns)


def test_rates_are_units_per_second(small):
    case = workload(small, "echo").cases[0]
    cell = case.cells[Series("epoll", ())]
    rate, time = cell.rates()[0], cell.times()[0]
    assert rate * time / 1e9 == pytest.approx(20000)


def test_rounds_of_several_documents_add_up_where_they_measured_the_same(tmp_path, small):
    for name, chosen in (("same", "primes"), ("again", "primes"), ("other", "mandelbrot")):
        made = {**small, "benchmarks": entries(small, workload=chosen)}
        (tmp_path / f"{name}.json").write_text(json.dumps(made))

    def rounds(*names):
        return results.load_all([tmp_path / f"{name}.json" for name in names]).rounds

    assert rounds("same") == 3
    assert rounds("same", "other") == 3
    assert rounds("same", "again") == 6


def test_series_of_different_documents_do_not_pair(tmp_path, small):
    for number, model in enumerate(("poll", "epoll")):
        made = {**small, "benchmarks": entries(small, model=model, workload="mandelbrot", control=False)}
        (tmp_path / f"{number}.json").write_text(json.dumps(made))
    both = results.load_all([tmp_path / "0.json", tmp_path / "1.json"])
    case = both.workloads[0].cases[0]
    ranked = to_best(case)
    assert len(ranked.unpaired) == 1
    (other,) = ranked.unpaired
    medians = {s: intervals.median(c.times().values()).value for s, c in case.cells.items()}
    assert ranked.ratios[other].value == pytest.approx(medians[other] / medians[ranked.best])
    assert not ranked.ratios[other].has_interval
