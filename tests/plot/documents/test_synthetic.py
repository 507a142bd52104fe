"""The documents that the other tests rely on are valid ones."""

import copy
import json

import jsonschema
import pytest

import many_cpus
import synthetic
from programs import ROOT
from machine import LATER_MODELS, MODELS, WORKLOADS

SCHEMA = json.loads((ROOT / "results" / "schema.json").read_text())


def shorter(sample):
    """A histogram's buckets are all made alike, and most of a document: the first three stand for them."""
    for name in ("latency", "latency_uncorrected"):
        if sample.get(name):
            sample[name] = {**sample[name], "buckets": sample[name]["buckets"][:3]}


def validate(made):
    jsonschema.Draft202012Validator(SCHEMA).validate(synthetic.changed(made, shorter))


def test_small_document_is_valid(small):
    validate(small)


def test_documents_with_all_models_and_with_all_workloads_are_valid():
    validate(synthetic.document(rounds=1, models={**MODELS, **LATER_MODELS}, only=("timers",)))
    few = {name: MODELS[name] for name in ("serial", "select", "thread_pool", "epoll")}
    validate(synthetic.document(rounds=1, models=few, only=tuple(WORKLOADS), counted=True))


def test_documents_of_models_that_took_turns_are_valid():
    few = {name: MODELS[name] for name in ("serial", "select", "nonblocking", "thread_pool", "epoll")}
    made = synthetic.document(rounds=1, models=few, only=tuple(WORKLOADS), counted=True, turns=True)
    validate(made)
    assert {entry["concur"]["block"] for entry in made["benchmarks"]} == {0, None}


def test_documents_of_machines_with_more_cpus_are_valid():
    validate(many_cpus.document(64, rounds=1))
    validate(many_cpus.document(4, rounds=1, turns=True))


def test_the_validator_would_notice_what_is_wrong_with_the_machine(tiny):
    for change in ({"cpus_usable": 0}, {"topology": {"packages": 1}}):
        made = {**tiny, "context": copy.deepcopy(tiny["context"])}
        made["context"]["concur"]["machine"] |= change
        with pytest.raises(jsonschema.ValidationError):
            validate(made)


def test_all_outcomes_occur(small):
    assert {entry["concur"]["outcome"] for entry in small["benchmarks"]} == {
        "ok",
        "skipped",
        "did_not_finish",
        "invalid",
    }


def no_time(entry):
    entry["real_time"] = 0.0


def no_counts(entry):
    del entry["concur"]["counts"]


def divided_window(entry):
    entry["concur"]["cost"]["cpu_user_ns"] = 1


def fair_run(entry):
    entry["concur"]["work"]["jain"] = 1.0


def number_as_symbol(entry):
    entry["concur"]["symbols"] = {"workers": 100}


def no_count_of_processes(entry):
    entry["concur"]["peer_processes"] = -1


def overflows_as_text(entry):
    entry["concur"]["evidence"]["listen_overflows"] = "3"


@pytest.mark.parametrize(
    ("workload", "spoil"),
    [
        ("primes", no_time),
        ("primes", no_counts),
        ("primes", fair_run),
        ("echo", divided_window),
        ("echo", number_as_symbol),
        ("echo", no_count_of_processes),
        ("echo", overflows_as_text),
    ],
)
def test_the_validator_would_notice(small, workload, spoil):
    entry = copy.deepcopy(next(e for e in small["benchmarks"] if e["concur"]["workload"] == workload))
    validate({**small, "benchmarks": [entry]})
    spoil(entry)
    with pytest.raises(jsonschema.ValidationError):
        validate({**small, "benchmarks": [entry]})
