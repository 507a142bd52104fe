"""What kills or stops processes of a real benchmark binary, for each kind of carrier, through the runner."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import PATIENCE_S, ROOT, RUNNER

FAULTY = (
    Path(os.environ.get("CONCUR_BINARIES", ROOT / "build/release/bench")).parent / "tests/bench/suite/faulty"
)
# The caller, a thread, a process, one of a pool, an entry of a loop's table, a coroutine frame, a stack.
CARRIERS = ("serial", "thread_per_task", "process_per_task", "process_pool", "epoll", "coroutine", "fiber")
IN_CHILDREN = {"process_per_task": "a task's process ended", "process_pool": "a process of the pool ended"}
SIGNALS = {"kill": "signal 9 (Killed)", "overflow": "signal 11 (Segmentation fault)"}


@pytest.mark.parametrize("fault", ["kill", "overflow", "hang"])
def test_a_fault_is_an_outcome_and_the_next_case_runs(fault: str, tmp_path: Path) -> None:
    described = json.loads(
        subprocess.run([FAULTY / "bench_cpu", "--describe"], capture_output=True, check=True).stdout
    )
    built = {model["name"] for model in described["models"] if model.get("available", True)}
    # Each that hangs takes the whole time limit.
    carriers = ("serial", "thread_per_task", "process_pool") if fault == "hang" else CARRIERS
    models = [model for model in carriers if model in built]
    suite: dict[str, Any] = {
        "name": "faults",
        "rounds": 1,
        "time_limit_s": 5,
        "placement": "free",
        "models": {"cpu": [{"model": model} for model in models], "io": [{"model": "epoll"}]},
        "cases": [
            {"workload": "noop", "arguments": {"tasks": 4}},
            {"workload": "primes", "arguments": {"tasks": 4, "grain_us": 10}},
        ],
    }
    (tmp_path / "suite.json").write_text(json.dumps(suite))
    document_path = tmp_path / "results.json"
    done = subprocess.run(
        [RUNNER, tmp_path / "suite.json", "-o", document_path, "--binaries", FAULTY],
        env=os.environ | {"CONCUR_TEST_FAULT": fault, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE_S,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    entries = [entry["concur"] for entry in json.loads(document_path.read_text())["benchmarks"]]
    assert {entry["outcome"] for entry in entries if entry["workload"] == "primes"} == {"ok"}
    faulty = {entry["model"]: entry for entry in entries if entry["workload"] == "noop"}
    assert set(faulty) == set(models)
    for model, entry in faulty.items():
        assert entry["outcome"] == "did_not_finish", entry
        if fault == "hang":
            assert "time limit" in entry["reason"], entry["reason"]
        else:
            # If only a child was killed, the model says so; else the runner does.
            assert SIGNALS[fault] in entry["reason"], entry["reason"]
            assert IN_CHILDREN.get(model, "") in entry["reason"], entry["reason"]
