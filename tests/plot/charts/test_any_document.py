"""Whatever a valid document holds, every chart is drawn or says why not, and stays legible."""

import json

import pytest

import synthetic
from test_every_chart import figures, overlaps, words

MODELS = {
    name: synthetic.MODELS[name] for name in ("serial", "thread_per_task", "thread_pool", "epoll", "select")
}


WORKLOADS = ("mandelbrot", "timers", "fetch", "park", "open_echo")


def warn(sample):
    """Disturbed by others, and bound by the peer."""
    sample["evidence"] |= {"elapsed_ns": 10**9, "others_cpu_ns": 7 * 10**8, "peer_cpu_share": 0.99}


def measure_nothing_beside_the_time(sample):
    for what in ("cost", "latency", "latency_uncorrected", "memory", "counts"):
        if what in sample:
            sample[what] = None


def cost_nothing(sample):
    for what in sample["cost"] or ():
        sample["cost"][what] = 0


def leave(_):
    """As it is."""


CHANGES = (leave, warn, measure_nothing_beside_the_time, cost_nothing)


def first_size(entry):
    """Only each workload's first case: none has anything that tells its cases apart."""
    sizes = synthetic.CASES | synthetic.MORE_CASES
    return entry["concur"]["parameters"] == sizes[entry["concur"]["workload"]][0]


def one_round(entry):
    return entry["concur"]["round"] == 0


def one_model(entry):
    return entry["concur"]["model"] == "epoll"


def one_family(entry):
    return entry["concur"]["model"].startswith("thread")


def who_fails(entry):
    return entry["concur"]["outcome"] != "ok" or entry["concur"]["model"] == "epoll"


CHOICES = (first_size, one_round, one_model, one_family, who_fails)


@pytest.fixture(scope="module")
def text():
    return json.dumps(synthetic.document(rounds=3, models=MODELS, only=WORKLOADS, counted=True))


@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: choice.__name__)
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_every_chart_is_drawn(tmp_path, text, choice, change):
    made = json.loads(text)
    made["benchmarks"] = [entry for entry in made["benchmarks"] if choice(entry)]
    for entry in made["benchmarks"]:
        change(entry["concur"])
    kept = figures(tmp_path, made)
    assert "overview" in kept.figures
    assert all(kept.skipped.values())
    for name, figure in kept.figures.items():
        assert overlaps(figure) == [], name


def test_a_case_that_is_alone_carries_its_warning(tmp_path):
    made = synthetic.document(rounds=1, models=MODELS, only=("mandelbrot",))
    for entry in made["benchmarks"]:
        warn(entry["concur"])
    said = words(figures(tmp_path, made, "overview").figures["overview"])
    assert "not to be trusted" in said
    assert "[1]" in said.splitlines()
