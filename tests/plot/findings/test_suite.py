"""The suite that measures what findings need."""

import json

import pytest

from concur.findings.definitions import load
from concur.findings.suite import make_suite
from entries import FALSE, TRUE, write
from judging import finding
from programs import ROOT


def test_a_suite_holds_each_case_once_and_neighbours_together():
    suite = make_suite(list(load(ROOT / "results/findings.toml")), 9)
    points = [(case["workload"], tuple(case["arguments"].items())) for case in suite["cases"]]
    assert len(points) == len(set(points))
    for case in suite["cases"]:
        series = [json.dumps(one, sort_keys=True) for one in case["models"]]
        assert len(series) == len(set(series))
    primes = next(case for case in suite["cases"] if case["workload"] == "primes")
    assert {"model": "serial"} in primes["models"] and len(primes["models"]) >= 5
    assert suite["rounds"] == 9 and len(suite["controls"]) >= 2


def test_the_arguments_of_a_model_stand_beside_it():
    again = finding(assertion="same", of=["echo/thread_pool/workers:10/connections:10"], above=0.9)
    suite = make_suite([again], 9)
    assert suite["cases"][0]["models"] == [{"model": "thread_pool", "arguments": {"workers": 10}}]
    assert suite["controls"] == [
        {
            "workload": "echo",
            "model": "thread_pool",
            "arguments": {"connections": 10},
            "model_arguments": {"workers": 10},
        }
    ]


@pytest.mark.parametrize("metric", ("system_calls_per_unit", "switches_per_unit"))
def test_events_are_counted_in_every_round_where_a_finding_asks_for_them(tmp_path, metric):
    other = FALSE.replace("connections:10/", "connections:1/")
    calls = TRUE.replace("above = 0.5", f'metric = "{metric}"\nabove = 0.5')
    suite = make_suite(list(load(write(tmp_path / "f.toml", calls, other))), 9)
    counted = {case["arguments"]["connections"]: case.get("count_rounds") for case in suite["cases"]}
    assert counted == {10: 9, 1: None} and "count_rounds" not in suite
