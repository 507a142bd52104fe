"""CPU time, and beside it switches and system calls."""

import pytest

from drawn import figures, words
from synthetic import changed


def chart(served, workload, change):
    made = changed(served, change, lambda sample: sample["workload"] == workload)
    return figures(made, f"cost_{workload}").figures[f"cost_{workload}"]


def count_nothing(sample):
    sample["counts"] = None


def refuse(sample):
    if sample["counts"]:
        sample["counts"] |= {"system_calls": None, "switches": None, "reason": "not permitted: EPERM"}


def axis_names(figure):
    return {axes.get_xlabel() for axes in figure.axes} - {""}


def test_system_calls_stand_beside_the_rest(served, served_charts):
    assert axis_names(served_charts.figures["cost_park"]) == {"CPU time", "switches", "system calls"}
    assert axis_names(chart(served, "park", count_nothing)) == {"CPU time", "switches"}


def test_cpu_time_of_runs_is_divided_and_that_of_windows_is_not(served_charts):
    runs, windows = (
        words(served_charts.figures[f"cost_{name}"]).splitlines() for name in ("park", "open_echo")
    )
    assert "user" in runs and "system (in the kernel)" in runs
    assert "user" not in windows and "CPU time: user and system together" in windows


def test_switches_of_windows_are_counted_in_another_run(served, served_charts):
    figure = served_charts.figures["cost_open_echo"]
    assert axis_names(figure) == {"CPU time", "switches", "system calls"}
    said = " ".join(words(figure).split())
    assert "Switches and system calls were counted in a separate run that was not timed" in said
    assert "open_echo: CPU time, switches and system calls per request" in said
    alone = chart(served, "open_echo", count_nothing)
    assert axis_names(alone) == {"CPU time"}
    assert "open_echo: CPU time per request" in words(alone) and "separate run" not in words(alone)


@pytest.mark.parametrize(
    ("workload", "what"), [("park", "System calls"), ("open_echo", "Switches and system calls")]
)
def test_counting_that_is_not_permitted_is_said(served, workload, what):
    assert f"{what}: not permitted: EPERM" in words(chart(served, workload, refuse)).splitlines()
