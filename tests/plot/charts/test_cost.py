"""System calls beside CPU time and switches."""

from drawn import figures, words
from synthetic import changed


def chart(served, change):
    made = changed(served, change, lambda sample: sample["workload"] == "park")
    return figures(made, "cost_park").figures["cost_park"]


def test_system_calls_stand_beside_the_rest(served, served_charts):
    assert "system calls" in words(served_charts.figures["cost_park"])
    assert "system calls" not in words(chart(served, lambda sample: sample.update(counts=None)))


def test_counting_that_is_not_permitted_is_said(served):
    def refuse(sample):
        if sample.get("counts"):
            sample["counts"] |= {"system_calls": None, "reason": "not permitted: EPERM"}

    assert "System calls: not permitted: EPERM" in words(chart(served, refuse))
