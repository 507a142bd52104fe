"""Figures that are not to be trusted are named, each with its reason and its cases."""

from pathlib import Path

import pytest

import synthetic
from concur.answers.doubts import banner, doubts
from concur.documents import results
from synthetic import changed, leave


def load(made):
    return results.read(made, Path("made.json"))


def found(made):
    return {doubt.what: doubt for doubt in doubts(load(made))}


@pytest.fixture(scope="module")
def quiet():
    """Quiet but for its controls: a synthetic control takes fifty times as long as its original."""
    return synthetic.document(rounds=6, only=("primes", "echo", "open_echo"), turns=True)


def of_echo(sample):
    return sample["workload"] == "echo"


def test_a_quiet_run_has_only_what_is_true_of_every_run(quiet):
    serious = [doubt for doubt in doubts(load(quiet)) if doubt.serious]
    assert all("beside itself" in doubt.why for doubt in serious)
    assert banner(load(quiet)) == ""
    assert found(quiet)["how models scale to many CPUs"].why == "this run could use 2 CPUs"


def test_a_control_that_differs_from_its_original_is_named(quiet):
    said = [doubt for doubt in doubts(load(quiet)) if "beside itself" in doubt.why]
    assert said and all(doubt.serious and len(doubt.where) == 1 for doubt in said)


def test_disturbed_cases_are_named(quiet):
    def disturb(sample):
        if of_echo(sample):
            sample["evidence"] |= {"elapsed_ns": 10**9, "others_cpu_ns": 7 * 10**8}

    made = changed(quiet, disturb, lambda sample: True)
    doubt = found(made)["the figures in disturbed cases"]
    assert doubt.serious and doubt.why == "other programs used more than a tenth of a CPU"
    assert {workload.name for workload, _ in doubt.where} == {"echo"}
    assert banner(load(made)).startswith("This run was disturbed: in 10 of 19 cases")


def test_clients_at_their_limit_are_named(quiet):
    def limit(sample):
        if of_echo(sample):
            sample["evidence"]["peer_cpu_share"] = 0.97

    doubt = found(changed(quiet, limit, lambda sample: True))["throughput and latency"]
    assert {workload.name for workload, _ in doubt.where} == {"echo"}


def test_only_closed_loops_are_called_closed(quiet):
    doubt = found(quiet)["latencies of closed loops"]
    assert {workload.name for workload, _ in doubt.where} == {"echo"}


def test_wide_intervals_are_named(quiet):
    def spread(sample):
        if of_echo(sample) and sample["model"] == "poll" and sample["round"] % 2:
            for column in ("wall_ns", "cpu_ns"):
                sample["slices"][column] = [2 * one for one in sample["slices"][column]]

    wide = "ratios whose interval is wider than ±10 %"
    before = {workload.name for workload, _ in found(quiet)[wide].where} if wide in found(quiet) else set()
    after = found(changed(quiet, spread, lambda sample: True))[wide]
    assert "echo" not in before
    assert "echo" in {workload.name for workload, _ in after.where}
    assert "echo: " in after.places


def test_one_set_has_no_spread(tiny):
    assert found(tiny)["all figures"].serious


def test_an_incomplete_run_says_so(quiet):
    made = changed(quiet, leave, of_echo)
    made["context"]["concur"]["complete"] = False
    assert banner(load(made)).startswith("This run is incomplete")
    assert found(made)["the whole run"].serious
