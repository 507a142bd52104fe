"""Latency over offered load: who holds it, and up to which rate."""

import pytest

from drawn import figures, overlaps, words


def test_what_is_drawn_of_a_server_and_of_waiting_tasks(served_charts):
    drawn = served_charts.figures
    assert {"load_open_echo", "memory_park", "compare_park", "latency_open_echo"} <= set(drawn)
    assert "load_park" not in served_charts.offered and "memory_open_echo" not in served_charts.offered
    assert "scaling_open_echo" not in served_charts.offered
    for name, figure in drawn.items():
        assert overlaps(figure) == [], name


def test_it_marks_who_fell_behind(served_charts):
    figure = served_charts.figures["load_open_echo"]
    assert len(figure.axes) == 3
    crossed = [line for line in figure.axes[0].lines if line.get_marker() == "x"]
    # The synthetic machine answers a request in about 10 us: 320,000 in a second are too many for all.
    assert crossed and all(min(line.get_xdata()) > 60_000 for line in crossed)
    assert "from the real send" in words(figure)


@pytest.mark.parametrize("rates", ((5000,), (5000, 20_000)))
def test_two_rates_are_no_load_curve(served, rates):
    entries = [e for e in served["benchmarks"] if e["concur"]["arguments"].get("rate") in rates]
    assert figures({**served, "benchmarks": entries}, "load").skipped == {
        "load_open_echo": "there are less than three rates, or no latency was measured"
    }
