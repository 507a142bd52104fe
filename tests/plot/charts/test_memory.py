"""Memory of waiting tasks: bars, or lines for three sizes or more."""

import pytest

from drawn import figures, overlaps, words
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
