"""Whatever a valid document holds, every chart is drawn or says why not, and stays legible."""

from dataclasses import replace

import pytest

import synthetic
from concur.commands.options import KINDS
from drawn import figures, overlaps, too_small, words
from synthetic import leave

MODELS = {
    name: synthetic.MODELS[name] for name in ("serial", "thread_per_task", "thread_pool", "epoll", "select")
}
MODELS["thread_pool"] = replace(MODELS["thread_pool"], workers=(1, 2, 16))


WORKLOADS = ("primes", "mandelbrot", "fetch", "park", "churn", "open_echo")
CASES = synthetic.CASES | synthetic.MORE_CASES
# By kind, the charts that there are of the whole document.
CHARTS = {
    "overview": ("overview",),
    "compare": tuple(f"compare_{name}" for name in WORKLOADS),
    "grain": ("grain_primes",),
    "scaling": ("scaling_mandelbrot", "scaling_fetch", "scaling_park", "scaling_churn"),
    "workers": ("workers_mandelbrot", "workers_primes", "workers_fetch"),
    "load": ("load_open_echo",),
    "latency": ("latency_fetch", "latency_churn", "latency_open_echo"),
    "memory": ("memory_park",),
}


def warn(sample):
    """Disturbed by others, and bound by the peer."""
    sample["evidence"] |= {"elapsed_ns": 10**9, "others_cpu_ns": 7 * 10**8, "peer_cpu_share": 0.99}


def measure_nothing_beside_the_time(sample):
    for what in ("cost", "latency", "latency_uncorrected", "memory", "counts"):
        sample[what] = None


def cost_nothing(sample):
    for what, known in (sample["cost"] or {}).items():
        sample["cost"][what] = None if known is None else 0


# By change, the kinds of charts that read what it changes; to the others the document is the same as before.
CHANGES = {
    leave: KINDS,
    warn: KINDS,
    measure_nothing_beside_the_time: ("compare", "latency", "load", "memory"),
    cost_nothing: ("compare",),
}


def first_case(sample):
    """Only each workload's first case: none has anything that tells its cases apart."""
    return sample["arguments"] == CASES[sample["workload"]][0]


def last_case(sample):
    return sample["arguments"] == CASES[sample["workload"]][-1]


def one_round(sample):
    return sample["round"] == 0


def one_model(sample):
    return sample["model"] == "epoll"


def one_family(sample):
    return sample["model"].startswith("thread")


def who_fails(sample):
    return sample["outcome"] != "ok" or sample["model"] == "epoll"


CHOICES = (first_case, one_round, one_model, one_family, who_fails)


@pytest.fixture(scope="module")
def whole():
    return synthetic.document(rounds=3, models=MODELS, only=WORKLOADS, counted=True)


def one_of_each(kinds, turn):
    """A chart of each kind, another one at each turn."""
    return [CHARTS[kind][turn % len(CHARTS[kind])] for kind in kinds]


@pytest.mark.parametrize("choice", CHOICES, ids=lambda choice: choice.__name__)
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_every_kind_of_chart_is_drawn(whole, choice, change):
    made = synthetic.changed(whole, change, choice)
    # Each change meets all kinds of charts with one choice, lest one of them should read what nobody expects.
    kinds = KINDS if choice is first_case else CHANGES[change]
    # So each kind meets all choices and changes, and each of its workloads meets several of both.
    wanted = one_of_each(kinds, CHOICES.index(choice) + list(CHANGES).index(change))
    kept = figures(made, *wanted)
    assert "overview" in kept.figures or "overview" not in kinds
    assert all(kept.skipped.values())
    assert kept.figures.keys() | kept.skipped.keys() == set(wanted) & set(kept.offered)
    for name, figure in kept.figures.items():
        assert overlaps(figure) == [], name
        assert too_small(figure) == [], name


def more_sets(sample):
    """A case with a wide interval has more sets than others."""
    return sample["round"] < 6 or sample["model"] in ("serial", "epoll", "thread_pool")


@pytest.fixture(scope="module")
def turns():
    return synthetic.document(rounds=8, models=MODELS, only=WORKLOADS, counted=True, turns=True)


@pytest.mark.parametrize("change", (leave, warn), ids=lambda change: change.__name__)
def test_every_chart_is_drawn_of_models_that_took_turns(turns, change):
    made = synthetic.changed(turns, change, more_sets)
    kept = figures(made, *(name for names in CHARTS.values() for name in names[:2]))
    # One case of mandelbrot is no line, and the one chart of grains has the speed-up of primes.
    assert set(kept.skipped) == {"scaling_mandelbrot"}
    assert {name.split("_")[0] for name in kept.figures} == set(KINDS)
    for name, figure in kept.figures.items():
        assert overlaps(figure) == [], name
        assert "6 to 8 sets" in words(figure), name
    assert "bars: mean over sets, whiskers: its 95 % interval" in words(kept.figures["compare_mandelbrot"])


def test_no_chart_is_left_out_of_the_rotation(whole):
    assert tuple(CHARTS) == KINDS
    listed = {name for names in CHARTS.values() for name in names}
    offered = set(figures(whole, "none of them").offered)
    assert listed <= offered
    assert figures(whole, *(offered - listed)).figures == {}


def test_a_case_that_is_alone_carries_its_warning():
    made = synthetic.changed(synthetic.document(rounds=1, models=MODELS, only=("mandelbrot",)), warn)
    said = words(figures(made, "overview").figures["overview"])
    assert "not to be trusted" in said
    assert "[1, 2]" in said.splitlines()
