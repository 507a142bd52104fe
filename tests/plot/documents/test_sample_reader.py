"""Fields that have the right type, but no value that a document of concur can have."""

import copy
import json
from pathlib import Path

import jsonschema
import pytest

from concur.documents import results
from concur.documents.input_file import DocumentError
from concur.documents.samples import CONNECTED, PEAK, WAITING
from programs import ROOT

SCHEMA = jsonschema.Draft202012Validator(json.loads((ROOT / "results" / "schema.json").read_text()))
NO_NAMES = ["../elsewhere", "a/b", "", "a b", "$(reboot)", "x" * 201, "größe", "line\n"]


def refused(tiny, change):
    made = copy.deepcopy(tiny)
    change(made["benchmarks"][0])
    with pytest.raises(DocumentError) as found:
        results.read(made, Path("made.json"))
    return str(found.value)


def refused_by_the_schema_too(tiny, change):
    made = copy.deepcopy(tiny)
    SCHEMA.validate(made)
    change(made["benchmarks"][0])
    assert not SCHEMA.is_valid(made)
    return refused(tiny, change)


@pytest.mark.parametrize("key", ["workload", "model"])
@pytest.mark.parametrize("name", NO_NAMES)
def test_names_become_names_of_files(tiny, key, name):
    said = refused_by_the_schema_too(tiny, lambda entry: entry["concur"].update({key: name}))
    assert f"benchmarks[0]: '{key}' is no name" in said


@pytest.mark.parametrize("key", ["arguments", "model_arguments"])
@pytest.mark.parametrize("name", NO_NAMES)
def test_names_of_arguments_too(tiny, key, name):
    said = refused_by_the_schema_too(tiny, lambda entry: entry["concur"].update({key: {name: 5}}))
    assert f"'{key}' has something else than names" in said


LATENCY = {"what": "time", "count": 2, "p50_ns": 60, "p99_ns": 99, "p999_ns": 99, "max_ns": 99,
           "buckets": [[60, 1], [99, 1]]}  # fmt: skip


def test_units_of_further_classes_have_latencies_too(tiny):
    made = copy.deepcopy(tiny)
    made["benchmarks"] = made["benchmarks"][:1]
    made["benchmarks"][0]["concur"]["other_latencies"] = {"long": LATENCY}
    SCHEMA.validate(made)
    (found,) = results.read(made, Path("made.json")).samples
    assert found.latency_of("long").max_ns == 99
    assert found.latency_of("huge") is None
    assert found.latency_of("") is found.latency
    del made["benchmarks"][0]["concur"]["other_latencies"]
    assert results.read(made, Path("made.json")).samples[0].other_latencies == ()


@pytest.mark.parametrize("name", NO_NAMES)
def test_their_classes_have_names(tiny, name):
    said = refused_by_the_schema_too(
        tiny, lambda entry: entry["concur"].update(other_latencies={name: LATENCY})
    )
    assert "'other_latencies' has something else than names" in said


def test_a_class_has_a_latency(tiny):
    said = refused_by_the_schema_too(
        tiny, lambda entry: entry["concur"].update(other_latencies={"long": None})
    )
    assert "'long'" in said


@pytest.mark.parametrize("name", ["x", "X_9", "x" * 200])
def test_the_schema_allows_the_names_that_can_be_read(tiny, name):
    made = copy.deepcopy(tiny)
    made["benchmarks"] = made["benchmarks"][:1]
    sample = made["benchmarks"][0]["concur"]
    sample |= {"workload": name, "model": name, "arguments": {name: 5}, "model_arguments": {name: 5}}
    SCHEMA.validate(made)
    (found,) = results.read(made, Path("made.json")).samples
    assert (found.workload, found.model) == (name, name)
    assert found.arguments == found.model_arguments == ((name, 5),)


@pytest.mark.parametrize("time_ms", [1e-15, 1e300, 1e13])
def test_times_out_of_range(tiny, time_ms):
    assert "'real_time' is out of range" in refused(tiny, lambda entry: entry.update(real_time=time_ms))


@pytest.mark.parametrize("number", [2**64, -(2**64), 10**400])
def test_integers_that_no_program_has(tiny, number):
    assert "'round' is too large" in refused(tiny, lambda entry: entry["concur"].update(round=number))


@pytest.mark.parametrize(
    "names", [{"baseline": "serial"}, {"baseline": ""}, {"cases": ["noop/serial", "noop"]}]
)
def test_groups_of_cases_without_models(tiny, names):
    made = copy.deepcopy(tiny)
    made["context"]["concur"]["groups"][0].update(names)
    with pytest.raises(DocumentError, match="'groups' has a case without a model"):
        results.read(made, Path("made.json"))


@pytest.mark.parametrize("key", ["arguments", "model_arguments"])
def test_arguments_are_no_negative_numbers(tiny, key):
    said = refused(tiny, lambda entry: entry["concur"].update({key: {"grain_us": -1}}))
    assert "'grain_us' is -1, must be at least 0" in said


@pytest.mark.parametrize("field", ["counts", "memory"])
def test_events_and_memory_are_those_of_something(tiny, field):
    of_nothing = {
        "counts": {"units": 0, "system_calls": 1, "switches": 1, "migrations": 1, "reason": ""},
        "memory": {"tasks": 0, "pss_bytes": 1, "kernel_bytes": 1},
    }
    said = refused(tiny, lambda entry: entry["concur"].update({field: of_nothing[field]}))
    assert "is 0, must be at least 1" in said


def memory_of(tiny, found):
    made = copy.deepcopy(tiny)
    made["benchmarks"][0]["concur"]["memory"] = found
    SCHEMA.validate(made)
    return results.read(made, Path("made.json")).samples[0].memory


def test_memory_of_older_documents_is_that_of_waiting_tasks(tiny):
    of_old = memory_of(tiny, {"tasks": 2, "pss_bytes": 30, "kernel_bytes": -4})
    assert (of_old.when, of_old.processes, of_old.kernel, of_old.known, of_old.noise) == (
        WAITING,
        30,
        -4,
        26,
        0,
    )


PEAK_MEMORY = {
    "when": "peak",
    "tasks": 2,
    "pss_bytes": None,
    "rss_bytes": 30,
    "kernel_bytes": None,
    "noise_bytes": 5,
}


def test_memory_at_a_peak_has_no_part_of_the_kernel(tiny):
    found = memory_of(tiny, PEAK_MEMORY)
    assert (found.when, found.processes, found.kernel, found.known, found.noise) == (PEAK, 30, None, 30, 5)


def test_memory_of_connections_has_a_part_of_the_kernel(tiny):
    found = memory_of(
        tiny, {**PEAK_MEMORY, "when": "connected", "pss_bytes": 30, "rss_bytes": None, "kernel_bytes": 8}
    )
    assert (found.when, found.processes, found.kernel, found.noise) == (CONNECTED, 30, 8, 5)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"when": "later"}, "'memory.when' is unknown"),
        ({"rss_bytes": None}, "'rss_bytes' has the wrong type"),
        ({"when": "waiting"}, "'pss_bytes' has the wrong type"),
        ({"noise_bytes": -1}, "'noise_bytes' is -1, must be at least 0"),
    ],
)
def test_memory_says_when_it_was_read_and_has_its_figure(tiny, change, said):
    wrong = {**PEAK_MEMORY, **change}
    assert said in refused_by_the_schema_too(tiny, lambda entry: entry["concur"].update(memory=wrong))
