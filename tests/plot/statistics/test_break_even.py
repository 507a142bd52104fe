"""From which size of a task on a model is faster than the baseline."""

from pathlib import Path

import pytest

from concur.documents import results
from concur.documents.cases import main_rows
from concur.statistics.break_even import break_even, crossing
from machine import MODELS
from synthetic import document

GRAINS = (1, 10, 100, 1000, 10000)


def measured(ratios):
    """The cases and the row of a model with these ratios to serial, one for each grain."""
    made = document(
        rounds=5, models={name: MODELS[name] for name in ("serial", "thread_per_task")}, only=("primes",)
    )
    base = {
        (e["concur"]["round"], e["concur"]["arguments"]["grain_us"]): e["real_time"]
        for e in made["benchmarks"]
        if e["concur"]["model"] == "serial"
    }
    for entry in made["benchmarks"]:
        sample = entry["concur"]
        if sample["model"] == "thread_per_task":
            grain = sample["arguments"]["grain_us"]
            entry["real_time"] = base[sample["round"], grain] * ratios[GRAINS.index(grain)]
    workload = results.read(made, Path("made.json")).workloads[0]
    cases = sorted(workload.cases, key=lambda case: case.value("grain_us"))
    return cases, next(row for row in main_rows([workload]) if row.model == "thread_per_task")


def found(ratios):
    even = break_even(*measured(ratios))
    return tuple(None if case is None else case.value("grain_us") for case in (even.after, even.since))


@pytest.mark.parametrize(
    ("ratios", "after", "since"),
    (
        ((10, 2, 0.8, 0.6, 0.5), 10, 100),
        ((0.9, 0.8, 0.7, 0.6, 0.5), None, 1),
        ((10, 5, 3, 2, 1.5), 10_000, None),
        # What is level is not faster, and a single lucky case does not count.
        ((10, 0.8, 1.0, 0.8, 0.5), 100, 1000),
        ((10, 2, 0.97, 0.6, 0.5), 100, 1000),
    ),
)
def test_between_which_grains(ratios, after, since):
    assert found(ratios) == (after, since)


def test_the_crossing_is_interpolated_on_logarithmic_axes():
    cases, row = measured((10, 2, 0.5, 0.5, 0.5))
    # From 2 to 1/2: half of the way from 10 to 100.
    assert crossing(break_even(cases, row), row, "grain_us") == pytest.approx(10**1.5, rel=1e-6)


@pytest.mark.parametrize("ratios", ((0.9, 0.8, 0.7, 0.6, 0.5), (10, 5, 3, 2, 1.5), (10, 2, 0.97, 0.6, 0.5)))
def test_no_crossing_where_the_line_does_not_cross(ratios):
    cases, row = measured(ratios)
    assert crossing(break_even(cases, row), row, "grain_us") is None
