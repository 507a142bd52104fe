"""The environment of a run that concur did not make."""

from pathlib import Path

import foreign_documents
from concur.documents import environment, results


def test_environments_of_other_programs():
    def environment_with(**of_context):
        entry = foreign_documents.entry("BM_Any", 1.0)
        made = {"context": foreign_documents.context(**of_context), "benchmarks": [entry]}
        return environment.of(results.read(made, Path("made.json")))

    old = environment_with(compiler="g++ 12", load_avg=[1.0])
    new = environment_with(compiler="g++ 13", load_avg=[2.0], date="2024-06-01", build="debug", num_cpus=4)
    assert environment.differences(old, new) == [
        "number of CPUs: 8 before, 4 now",
        "build of Google Benchmark: release before, debug now",
        "compiler: g++ 12 before, g++ 13 now",
    ]
    assert old["caches"] == "L1 Data 32768 B for 2 CPUs"
    unknown = [{"type": "Unified", "level": 2, "size": 1024, "num_sharing": 0}]
    assert environment_with(caches=unknown)["caches"] == "L2 Unified 1024 B"
