"""System calls and context switches for each unit of work."""

from pathlib import Path

import pytest

from concur.documents import results
from concur.statistics import event_counts
from synthetic import changed


def cell_of(made, workload, model="epoll"):
    found = next(one for one in results.read(made, Path("made.json")).workloads if one.name == workload)
    return next(cell for series, cell in found.cases[-1].cells.items() if series.model == model)


def test_the_median_over_the_sets_that_were_counted(served):
    cell = cell_of(served, "park")
    # The synthetic epoll switches 0.6 times for each task, 2 % more involuntarily, and has two calls more.
    assert event_counts.system_calls(cell).value == pytest.approx(2.6, rel=0.01)
    assert event_counts.switches(cell).value == pytest.approx(0.612, rel=0.01)


def test_what_was_not_counted_is_not_known(served):
    def forget(sample):
        sample["counts"] = None

    windows = cell_of(changed(served, forget), "open_echo")
    assert event_counts.system_calls(windows) is None and event_counts.switches(windows) is None
    # Runs have their switches from the timed runs themselves.
    runs = cell_of(changed(served, forget), "park")
    assert event_counts.system_calls(runs) is None and event_counts.switches(runs) is not None


def test_a_model_that_failed_has_no_counts(served):
    assert event_counts.switches(cell_of(served, "park", "serial")) is None
