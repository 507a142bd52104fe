"""Philosophers who each hold one fork and want the next one: every model tells the deadlock.

Each model runs in a process of its own. It ends the case long before its time limit, with the word in its
outcome.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

BINARIES = Path(os.environ["CONCUR_BINARIES"])
PHILOSOPHERS = 5
# A model that does not notice the deadlock would be ended after this time.
NOTICED_WITHIN_S = 60


def models_of_this_build() -> list[dict]:
    done = subprocess.run([BINARIES / "bench_cpu", "--describe"], capture_output=True, text=True, check=True)
    return [
        model
        for model in json.loads(done.stdout)["models"]
        if model["available"] and model["family"] != "native"
    ]


def outcome(model: dict, document: Path) -> tuple[str, str]:
    """The outcome of the case under this model, and the reason."""
    case = f"philosophers/{model['name']}/philosophers:{PHILOSOPHERS}/ordered:0"
    if model["carrier"].startswith("N "):
        case += f"/workers:{PHILOSOPHERS}"
    subprocess.run(
        [BINARIES / "bench_cpu", "--case", case, f"--benchmark_out={document}"],
        capture_output=True,
        timeout=NOTICED_WITHIN_S,
        check=False,
    )
    (entry,) = json.loads(document.read_text())["benchmarks"]
    name, _, reason = entry["error_message"].partition(": ")
    return name, reason


@pytest.mark.parametrize("model", models_of_this_build(), ids=lambda model: model["name"])
def test_a_deadlock_is_told_by_name(model, tmp_path):
    name, reason = outcome(model, tmp_path / "document.json")
    if name == "skipped":
        # One task at a time, loops that share nothing, or tasks that a library runs inside one another.
        assert "wait for one another" in reason
        return
    assert name == "did_not_finish"
    assert reason.startswith("deadlock: ")
    assert f"semaphores: {PHILOSOPHERS}" in reason


def test_the_models_that_tell_it_are_of_every_kind(tmp_path):
    """So that a refusal of all of them would not pass."""
    tells = {
        model["family"]
        for model in models_of_this_build()
        if outcome(model, tmp_path / f"{model['name']}.json")[0] == "did_not_finish"
    }
    assert {"threads", "processes", "coroutines", "loops", "hybrids"} <= tells
