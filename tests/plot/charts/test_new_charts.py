"""Latency over load, memory per task, system calls, and warnings where a case is not to be trusted."""

import re

import pytest

import synthetic
from test_every_chart import figures, overlaps, texts, words

MODELS = {name: synthetic.MODELS[name] for name in ("serial", "thread_per_task", "coroutine", "epoll")}


@pytest.fixture(scope="module")
def made():
    return synthetic.document(rounds=5, models=MODELS, only=("park", "open_echo"), counted=True)


def changed(made, change):
    copy = synthetic.json.loads(synthetic.json.dumps(made))
    for entry in copy["benchmarks"]:
        change(entry["concur"])
    return copy


def test_what_is_drawn_of_them(tmp_path, made):
    kept = figures(tmp_path, made)
    assert {"load_open_echo", "memory_park", "cost_park", "scaling_open_echo"} <= set(kept.figures)
    assert "load_park" not in kept.offered and "memory_open_echo" not in kept.offered
    for name, figure in kept.figures.items():
        assert overlaps(figure) == [], name


def test_latency_over_load_marks_who_fell_behind(tmp_path, made):
    figure = figures(tmp_path, made, "load_open_echo").figures["load_open_echo"]
    assert len(figure.axes) == 3
    crossed = [line for line in figure.axes[0].lines if line.get_marker() == "x"]
    # The synthetic machine answers a request in about 10 us: 320,000 in a second are too many for all.
    assert crossed and all(min(line.get_xdata()) > 60_000 for line in crossed)
    assert "from the real send" in words(figure)


def test_one_rate_is_no_load_curve(tmp_path, made):
    only_one = {
        **made,
        "benchmarks": [e for e in made["benchmarks"] if e["concur"]["parameters"].get("rate") == 5000],
    }
    assert figures(tmp_path, only_one, "load").skipped == {
        "load_open_echo": "there is only one rate, or nothing was timed"
    }


def test_memory_leaves_out_what_is_less_than_nothing(tmp_path, made):
    figure = figures(tmp_path, made, "memory_park").figures["memory_park"]
    processes, kernel = figure.axes
    assert "skipped: 10 tasks wait for one another" in words(figure)
    names = [[t.get_text() for t in axes.texts] for axes in (processes, kernel)]
    assert "coroutine" in names[0] and "coroutine" not in names[1]


def test_system_calls_stand_beside_the_rest(tmp_path, made):
    figure = figures(tmp_path, made, "cost_park").figures["cost_park"]
    assert "system calls" in words(figure)
    without = changed(made, lambda sample: sample.pop("counts", None))
    figure = figures(tmp_path, without, "cost_park").figures["cost_park"]
    assert "system calls" not in words(figure)


def test_counting_that_is_not_permitted_is_said(tmp_path, made):
    def refuse(sample):
        if sample.get("counts"):
            sample["counts"] |= {"system_calls": None, "reason": "not permitted: EPERM"}

    figure = figures(tmp_path, changed(made, refuse), "cost_park").figures["cost_park"]
    assert "System calls: not permitted: EPERM" in words(figure)


def disturb(sample):
    if sample["parameters"].get("rate") == 20_000 and sample["round"] < 3:
        sample["evidence"] |= {"elapsed_ns": 10**9, "others_cpu_ns": 7 * 10**8}


def test_a_disturbed_case_carries_its_warning_on_every_chart(tmp_path, made):
    kept = figures(tmp_path, changed(made, disturb))
    for name in (
        "overview",
        "bars_open_echo",
        "cost_open_echo",
        "latency_open_echo",
        "load_open_echo",
        "scaling_open_echo",
    ):
        shown = " ".join(words(kept.figures[name]).split())
        assert "not to be trusted: in 3 of 5 rounds other programs used 70 % of a CPU" in shown, name
        assert overlaps(kept.figures[name]) == [], name
    titles = [
        t.get_text() for t in texts(kept.figures["bars_open_echo"]) if re.search(r"\[\d\]$", t.get_text())
    ]
    assert len(titles) == 1 and "20k" in titles[0]
    assert "not to be trusted" not in words(kept.figures["bars_park"])


def test_a_peer_at_its_limit_is_said_where_throughput_is_shown(tmp_path, made):
    def limit(sample):
        sample["evidence"]["peer_cpu_share"] = 0.99

    kept = figures(tmp_path, changed(made, limit), "scaling_open_echo")
    assert "their throughput is the peer's" in " ".join(words(kept.figures["scaling_open_echo"]).split())
