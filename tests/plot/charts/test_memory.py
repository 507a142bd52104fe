"""Memory of waiting tasks, or at the peak of a run: bars, or lines for three sizes or more."""

import pytest

import synthetic
from drawn import figures, overlaps, words
from machine import MODELS
from synthetic import changed, leave


def of_sizes(served, *sizes):
    made = changed(served, leave, lambda s: s["workload"] == "park" and s["arguments"]["tasks"] in sizes)
    return figures(made, "memory").figures["memory_park"]


def test_three_sizes_are_lines(served_charts):
    figure = served_charts.figures["memory_park"]
    together, kernel = figure.axes
    assert "skipped: 10 tasks wait for one another" in words(figure)
    names = [[t.get_text() for t in axes.texts] for axes in (together, kernel)]
    # What is less than nothing has no place on a logarithmic axis.
    assert "coroutine" in names[0] and "coroutine" not in names[1]
    assert {axes.get_xscale() for axes in figure.axes} == {"log"}


@pytest.mark.parametrize("sizes", ((1000,), (10, 1000)))
def test_fewer_sizes_are_bars_from_zero(served, sizes):
    figure = of_sizes(served, *sizes)
    assert overlaps(figure) == []
    assert len(figure.axes) == 3 * len(sizes)
    assert {(axes.get_xscale(), axes.get_xlim()[0]) for axes in figure.axes} == {("linear", 0.0)}
    said = words(figure)
    assert "less than the noise" in said
    assert "skipped: 1000 tasks wait for one another" in said
    # Of ten tasks, what the kernel returns is more than what their process takes.
    assert said.count("less than the noise") == {(1000,): 2, (10, 1000): 2 + 4}[sizes]


def test_the_figures_are_true(served):
    said = words(of_sizes(served, 1000)).splitlines()
    # 200 bytes, and a tenth of what a task takes to start.
    assert {"206 B", "1.4 kB"} <= set(said)
    # And a fifth of it, in the kernel.
    assert {"2.4 kB", "3.8 kB"} <= set(said)


def test_a_bar_that_is_much_longer_is_cut(served):
    def swell(sample):
        if sample["model"] == "thread_per_task" and sample["memory"]:
            sample["memory"] |= {"pss_bytes": sample["memory"]["tasks"] * 50_000}

    made = changed(served, swell, lambda s: s["workload"] == "park" and s["arguments"]["tasks"] == 1000)
    figure = figures(made, "memory").figures["memory_park"]
    said = " ".join(words(figure).split())
    assert "Bars longer than 20 times the shortest are cut" in said and "50 kB" in said
    assert figure.axes[0].get_xlim()[1] < 20 * 206
    # With the memory of the kernel, to which 5 bytes were returned.
    assert "each takes 201 B under epoll and 52.4 kB" in said


def test_a_model_whose_memory_was_not_measured_has_no_row(served):
    def forget(sample):
        if sample["model"] == "coroutine":
            sample["memory"] = None

    made = changed(served, forget, lambda s: s["workload"] == "park" and s["arguments"]["tasks"] == 1000)
    said = words(figures(made, "memory").figures["memory_park"]).splitlines()
    assert "epoll" in said and "coroutine" not in said
    assert "The memory of these models was not measured: coroutine" in said
    assert not any("not shown" in line for line in said)


def crowds(*sizes):
    made = synthetic.document(rounds=3, only=("idle_crowd",))
    return changed(made, leave, lambda s: s["arguments"]["connections"] in sizes)


@pytest.mark.parametrize("sizes", ((10_000,), (100, 900, 10_000)))
def test_the_memory_of_a_crowd_is_that_of_connections(sizes):
    figure = figures(crowds(*sizes), "memory").figures["memory_idle_crowd"]
    assert overlaps(figure) == []
    said = " ".join(words(figure).split())
    assert "idle_crowd: memory of a silent connection" in said
    assert "each connection takes, while all are silent, 9.31 kB under " in said
    assert "both ends of each connection" in said
    assert "memory of a waiting" not in said and "per request" not in said


def test_the_memory_of_a_small_crowd_is_noise():
    said = words(figures(crowds(100, 10_000), "memory").figures["memory_idle_crowd"])
    # A hundred connections have less than a mebibyte under all models but those with a process for each.
    assert "less than the noise" in said


def peaks():
    models = {name: MODELS[name] for name in ("serial", "thread_per_task", "coroutine", "epoll")}
    return synthetic.document(rounds=3, models=models, only=("fork_join",))


def test_a_peak_is_not_called_waiting():
    figure = figures(peaks(), "memory").figures["memory_fork_join"]
    assert overlaps(figure) == []
    said = " ".join(words(figure).split())
    assert "fork_join: memory at the peak, for each task" in said
    assert (
        "At the peak with 1M leaves, each task takes 120 B under epoll and 9 kB, 74.9 times as much" in said
    )
    assert "wait" not in said


def test_a_peak_has_no_part_of_the_kernel():
    figure = figures(peaks(), "memory").figures["memory_fork_join"]
    # One column for each size.
    assert len(figure.axes) == 2
    said = " ".join(words(figure).split())
    assert "of the process" in said and "of the kernel" not in said.replace(
        "Memory of the kernel is not in it", ""
    )
    assert "Memory of the kernel is not in it" in said


def test_a_peak_within_its_noise_is_no_figure():
    said = words(figures(peaks(), "memory").figures["memory_fork_join"])
    # 1,111 tasks of all models but thread_per_task, and a million tasks of serial.
    assert said.count("less than the noise") == 3 + 1
    (alone,) = figures(changed(peaks(), leave, lambda s: s["model"] == "serial"), "memory").skipped.values()
    assert alone == "the memory of the tasks is less than its noise"


def test_a_case_within_the_noise_is_named():
    made = changed(
        peaks(), leave, lambda s: s["model"] != "thread_per_task" or s["arguments"]["leaves"] == 1000
    )

    def shrink(sample):
        if sample["model"] == "thread_per_task":
            sample["memory"] |= {"rss_bytes": 4096}

    said = words(figures(changed(made, shrink), "memory").figures["memory_fork_join"])
    assert "Not shown, because all memory is less than the noise: 1k leaves" in said
    # That of thread_per_task was, in the other case.
    assert "not measured" not in said


def test_peaks_of_three_sizes_are_lines(monkeypatch):
    sizes = [{"leaves": leaves} for leaves in (10_000, 100_000, 1_000_000)]
    monkeypatch.setitem(synthetic.MORE_CASES, "fork_join", sizes)
    figure = figures(peaks(), "memory").figures["memory_fork_join"]
    assert overlaps(figure) == []
    (axes,) = figure.axes
    assert (axes.get_xscale(), axes.get_xlabel()) == ("log", "leaves")
