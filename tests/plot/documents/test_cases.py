"""Samples are grouped into cases and cells; controls and aggregates are left out; truths are found."""

import copy
import json
from pathlib import Path

import pytest

import many_cpus
import synthetic
from concur.documents import labels, results
from concur.documents.cases import Series
from concur.documents.grouping import tell_apart
from concur.statistics import turns
from concur.statistics.ratios import to_baseline
from concur.statistics.measures import CPU


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
    # The tickets of a window follow from how long each takes.
    waits = [
        arguments(wait_us=w, rows=r, tickets=4000 if r == 64 else 1000 + w) for w in (0, 100) for r in (1, 64)
    ]
    assert tell_apart(waits) == ("wait_us", "rows")


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


def test_a_case_is_known_on_another_machine_by_its_symbols():
    small, large = (workload(many_cpus.document(cpus, rounds=1), "primes") for cpus in (2, 64))
    for case in large.cases:
        same = small.same_case(case)
        assert (case.value("tasks"), same.value("tasks")) == (1024, 32)
        assert same.value("grain_us") == case.value("grain_us")
        pool = Series("thread_pool", (("workers", "cpus"),))
        assert case.cells[pool].model_arguments == (("workers", 64),)
        assert same.same_cell(pool, case).model_arguments == (("workers", 2),)
    assert labels.meanings([small]) == ["cpus = 2: the CPUs that a model may use"]


def test_a_case_is_known_by_its_numbers_if_one_document_has_no_symbols():
    made = many_cpus.document(2, rounds=1)
    plain = workload(synthetic.changed(made, lambda sample: sample.update(symbols={})), "primes")
    ours = workload(made, "primes")
    for case in ours.cases:
        same = plain.same_case(case)
        assert same.arguments == case.arguments and same.symbols == ()
        found = same.same_cell(Series("thread_pool", (("workers", "cpus"),)), case)
        assert found is same.cells[Series("thread_pool", (("workers", 2),))]
    large = workload(many_cpus.document(4, rounds=1), "primes")
    assert plain.same_case(large.cases[0]) is None
    two = Series("thread_pool", (("workers", 2),))
    assert ours.cases[0].same_cell(two, large.cases[0]) is None, "it is the case of as many workers as CPUs"


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


@pytest.mark.parametrize("in_turns", (False, True))
def test_ratios_to_the_baseline_are_the_truth(in_turns):
    made = synthetic.document(rounds=7, only=("echo",), turns=in_turns)
    for case in workload(made, "echo").cases:
        p = dict(case.arguments)
        truth = {
            series: synthetic.truth_ns(
                "echo", series.model, dict(case.cells[series].model_arguments).get("workers", 0), p
            )
            for series in case.ok()
        }
        ranked = to_baseline(case)
        assert ranked.baseline == Series("epoll", ())
        least = min(truth.values())
        for series, ratio in ranked.ratios.items():
            assert ratio.value == pytest.approx(truth[series] / truth[ranked.baseline], rel=0.025)
            if truth[series] > least * 1.08:
                assert series not in ranked.ties and series != ranked.best
            if truth[series] < least * 1.04:
                assert series in ranked.ties or series == ranked.best


def one_case(made, **walls_ms):
    """The only case of a document in which these models take so long."""
    for entry in made["benchmarks"]:
        entry["real_time"] = walls_ms[entry["concur"]["model"]] * (1 + entry["concur"]["round"] / 1000)
    return load(made).workloads[0].cases[0]


def three_models():
    models = {name: synthetic.MODELS[name] for name in ("serial", "poll", "select")}
    return synthetic.document(rounds=7, models=models, only=("mandelbrot",))


def test_a_tie_has_no_best():
    poll, select = Series("poll", ()), Series("select", ())
    clear = to_baseline(one_case(three_models(), serial=100, poll=80, select=90))
    assert (clear.best, clear.ties) == (poll, frozenset())
    tied = to_baseline(one_case(three_models(), serial=100, poll=80, select=83))
    assert (tied.best, tied.ties) == (None, {poll, select})
    assert tied.ratios[poll].value == pytest.approx(0.8)


def test_where_the_clients_were_at_their_limit_cpu_times_are_compared(small):
    def busy(share):
        def change(sample):
            sample["evidence"] = {**sample["evidence"], "peer_cpu_share": share}
            sample["cost"] = {**sample["cost"], "cpu_ns": 8 if sample["model"] == "poll" else 4}

        def served(sample):
            return sample["workload"] == "echo" and sample["cost"] is not None

        return workload(synthetic.changed(small, change, served), "echo").cases[0]

    poll = Series("poll", ())
    assert to_baseline(busy(0.91)).ratios[poll].value == pytest.approx(2)
    assert to_baseline(busy(0.91)).measure is CPU
    assert to_baseline(busy(0.90)).ratios[poll].value < 1.5


def test_a_case_is_as_good_as_its_worst_round(small):
    made = {**small, "benchmarks": copy.deepcopy(entries(small, workload="mandelbrot"))}
    entry = entries(made, model="poll", round=1)[0]
    entry.update(real_time=0.0, iterations=0, error_occurred=True, error_message="x")
    entry["concur"].update(outcome="invalid", reason="wrong digest", work=None, cost=None, latency=None)
    case = workload(made, "mandelbrot").cases[0]
    cell = case.cells[Series("poll", ())]
    assert (cell.outcome, cell.reason) == ("invalid", "wrong digest (1 of 3 sets)")
    assert Series("poll", ()) not in case.ok()
    assert Series("poll", ()) not in to_baseline(case).ratios


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
    rate, time = turns.rate(cell), turns.time(cell)
    assert rate.value * time.value / 1e9 == pytest.approx(20000)


def test_rounds_of_several_documents_add_up_where_they_measured_the_same(tmp_path, small):
    for name, chosen in (("same", "primes"), ("again", "primes"), ("other", "mandelbrot")):
        made = {**small, "benchmarks": entries(small, workload=chosen)}
        made = synthetic.again(made) if name == "again" else made
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
    ranked = to_baseline(case)
    assert len(ranked.unpaired) == 1
    (other,) = ranked.unpaired
    medians = {s: turns.time(c).value for s, c in case.cells.items()}
    assert ranked.ratios[other].value == pytest.approx(medians[other] / medians[ranked.baseline])
    assert not ranked.ratios[other].has_interval
