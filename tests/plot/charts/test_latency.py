"""Latency: figures with intervals in a table, coloured by their multiple of the baseline."""

import pytest
from matplotlib.patches import Rectangle

from drawn import figures, overlaps, words
from machine import MODELS
from synthetic import changed, document

MODEL = {name: MODELS[name] for name in ("epoll", "poll")}


def latency(value_ns, tail_ns, count=10_000):
    """All values but one in a hundred and one are `value_ns`."""
    tail = count // 50
    return {
        "what": "time to answer",
        "count": count,
        "p50_ns": value_ns,
        "p99_ns": tail_ns,
        "p999_ns": tail_ns,
        "max_ns": tail_ns,
        "buckets": [[value_ns, count - tail], [tail_ns, tail]],
    }


@pytest.fixture(scope="module")
def echo():
    """Under poll the median is four times that of epoll, and the 99th percentile is a quarter."""
    made = document(rounds=4, models=MODEL, only=("echo",))

    def set_latency(sample):
        slow = sample["model"] == "poll"
        sample["latency"] = latency(400_000, 500_000) if slow else latency(100_000, 2_000_000)

    return changed(made, set_latency, lambda sample: sample["arguments"]["connections"] in (10, 100))


def chart(made, name):
    kept = figures(made, "latency")
    assert overlaps(kept.figures[name]) == []
    return kept.figures[name]


def boxes(axes):
    return [box for box in axes.findobj(Rectangle) if box is not axes.patch]


def cell(figure, text):
    """The colour of the cell in which this text stands."""
    axes, found = next((axes, t) for axes in figure.axes for t in axes.texts if t.get_text() == text)
    x, y = found.get_position()

    def holds(box):
        left, top = box.get_xy()
        return left < x < left + box.get_width() and top < y < top + box.get_height()

    return next(box.get_facecolor() for box in boxes(axes) if holds(box))


def is_blue(colour):
    return colour[2] > colour[0] + 0.1


def is_orange(colour):
    return colour[0] > colour[2] + 0.1


def test_figures_intervals_and_colours(echo):
    figure = chart(echo, "latency_echo")
    said = words(figure).splitlines()
    assert "400 µs" in said and "100 µs" in said and "★ 500 µs" in said and "2.00 ms" in said
    assert "400 to 400" in said and "2.00 to 2.00" in said
    assert is_orange(cell(figure, "400 µs")) and is_blue(cell(figure, "★ 500 µs"))
    base = cell(figure, "100 µs")
    assert not is_blue(base) and not is_orange(base)


def test_its_title_is_about_the_99th_percentile(echo):
    said = " ".join(words(chart(echo, "latency_echo")).split())
    assert "the 99th percentile is 2.00 ms under epoll; no model is known to be much slower" in said


def test_a_closed_loop_carries_its_warning_and_an_open_one_its_meaning(echo, served_charts):
    closed = " ".join(words(chart(echo, "latency_echo")).split())
    assert "Closed loop: a client waits for its answer before it sends again" in closed
    assert "not the latency under load" in closed
    open_loop = " ".join(words(served_charts.figures["latency_open_echo"]).split())
    assert "Open loop, from the intended send" in open_loop and "Closed loop" not in open_loop


def test_timers_have_no_clients(small):
    made = changed(small, lambda sample: None, lambda sample: sample["workload"] == "timers")
    said = words(chart(made, "latency_timers"))
    assert "loop" not in said and "timers: lateness of waking" in said.splitlines()


def test_overlapping_intervals_have_no_colour():
    made = document(rounds=4, models=MODEL, only=("echo",))

    def vary(sample):
        factor = 1 + sample["round"] * (3 if sample["model"] == "epoll" else 4)
        sample["latency"] = latency(100_000 * factor, 200_000 * factor)

    figure = chart(
        changed(made, vary, lambda sample: sample["arguments"]["connections"] == 100), "latency_echo"
    )
    colours = {
        tuple(box.get_facecolor()[:3]) for axes in figure.axes[:1] for box in axes.findobj(type(axes.patch))
    }
    assert not any(is_blue(colour) or is_orange(colour) for colour in colours)


def test_units_of_another_class_have_a_table_of_their_own(echo):
    def two_classes(sample):
        slow = sample["model"] == "poll"
        sample["other_latencies"] = {"long": latency(40_000_000, 70_000_000 if slow else 50_000_000)}

    made = changed(
        echo, two_classes, lambda one: one["arguments"].items() >= {"connections": 100, "work_us": 0}.items()
    )
    said = words(chart(made, "latency_echo")).splitlines()
    assert sum(line.startswith("long requests: ") for line in said) == 1
    assert "★ 50.0 ms" in said and "70.0 ms" in said
    # The first class is drawn as before.
    assert "400 µs" in said and "★ 500 µs" in said


def test_too_few_values_have_no_high_percentile(echo):
    def few(sample):
        sample["latency"] = latency(100_000, 200_000, count=100)

    said = words(chart(changed(echo, few), "latency_echo")).splitlines()
    assert "–" in said and "p99.9" in said
