"""The environment of a run that concur did not make."""

import json

import foreign_documents
from concur.documents import environment


def test_environments_of_other_programs(tmp_path):
    def written(name, **of_context):
        path = tmp_path / name
        made = {"context": foreign_documents.context(**of_context), "benchmarks": []}
        path.write_text(json.dumps(made))
        return environment.read(path)

    old = written("old.json", compiler="g++ 12", load_avg=[1.0])
    new = written("new.json", compiler="g++ 13", load_avg=[2.0], date="2024-06-01", build="debug", num_cpus=4)
    assert environment.differences(old, new) == [
        "number of CPUs: 8 before, 4 now",
        "build of Google Benchmark: release before, debug now",
        "compiler: g++ 12 before, g++ 13 now",
    ]
    assert old["caches"] == "L1 Data 32768 B for 2 CPUs"
    unknown = [{"type": "Unified", "level": 2, "size": 1024, "num_sharing": 0}]
    assert written("unknown.json", caches=unknown)["caches"] == "L2 Unified 1024 B"
