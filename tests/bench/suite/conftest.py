"""Runs the suite runner with fake benchmark binaries, in a temporary folder."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
RUNNER = Path(os.environ.get("CONCUR_BINARIES", ROOT / "build/release/bench")) / "suite_runner"
SCHEMA = json.loads((ROOT / "results/schema.json").read_text())
# A limit for a broken runner that hangs. A good one takes much less.
PATIENCE_S = 60

SUITE: dict[str, Any] = {
    "name": "small",
    "rounds": 2,
    "time_limit_s": 30,
    "placement": "split",
    "models": {
        "cpu": [{"model": "serial"}, {"model": "thread_pool", "arguments": {"workers": 2}}],
        "io": [{"model": "poll"}, {"model": "epoll"}],
    },
    "cases": [
        {"workload": "primes", "arguments": {"tasks": 8, "grain_us": 10}, "iterations": 5},
        {"workload": "echo", "arguments": {"connections": [1, 100], "payload": 64, "requests": [20, 200]}},
    ],
    "controls": [{"workload": "primes", "arguments": {"tasks": 8, "grain_us": 10}, "model": "serial"}],
}
# 2 + 2 * 2 cases and an A/A control.
SAMPLES_PER_ROUND = 7
SAMPLES = 2 * SAMPLES_PER_ROUND


def suite_with_two_blocks() -> dict[str, Any]:
    """Of primes: serial, the baseline, with its A/A control and six others; serial again and three more."""
    workers = {"workers": list(range(1, 10))}
    models = SUITE["models"] | {"cpu": [{"model": "thread_pool", "arguments": workers}, {"model": "serial"}]}
    return SUITE | {"baseline": {"cpu": "serial"}, "models": models}


@dataclass
class Process:
    """A process by its descriptor, which never means another process; None if it has ended already."""

    descriptor: int | None

    @staticmethod
    def find(number: int) -> "Process":
        try:
            return Process(os.pidfd_open(number))
        except ProcessLookupError:
            return Process(None)

    def gone(self, patience_s: float = 0) -> bool:
        if self.descriptor is None:
            return True
        poll = select.poll()
        poll.register(self.descriptor, select.POLLIN)
        return bool(poll.poll(patience_s * 1000))


class Bench:
    """The folder of a test: suite, fake binaries, output."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.binaries = folder / "binaries"
        self.binaries.mkdir()
        for group in ("cpu", "io"):
            binary = self.binaries / f"bench_{group}"
            binary.write_text(f"#!{sys.executable} -SE\n" + (HERE / "fake_benchmark.py").read_text())
            binary.chmod(0o755)
        os.mkfifo(self.binaries / "processes.pipe")
        # Open for reading and writing, so that a writer never waits for a reader.
        self._pipe = open(os.open(self.binaries / "processes.pipe", os.O_RDWR), "r")
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        self.suite = folder / "small.json"
        self.output = folder / "results.json"
        self.journal = folder / "results.json.journal"
        self.write_suite(SUITE)
        self.behave()

    def write_suite(self, suite: Any) -> None:
        self.suite.write_text(json.dumps(suite))

    def behave(self, *behaviours: tuple[str, str]) -> None:
        """Sets the binaries' behaviours: the first whose regular expression matches a case's name holds."""
        (self.binaries / "behaviour.json").write_text(json.dumps(behaviours))

    def command(self, *arguments: str | Path) -> list[str]:
        return [str(word) for word in (RUNNER, *arguments, "--binaries", self.binaries)]

    def start(self, *arguments: str | Path, **options: Any) -> "subprocess.Popen[str]":
        environment = os.environ | {"TMPDIR": str(self.temporary)}
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        return subprocess.Popen(
            self.command(*arguments), cwd=self.folder, env=environment, text=True, **pipes
        )

    def run(self, *arguments: str | Path, **options: Any) -> "subprocess.CompletedProcess[str]":
        process = self.start(*arguments, **options)
        try:
            out, err = process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def run_suite(self, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        return self.run(self.suite, "-o", self.output, *arguments)

    def resume(self, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        return self.run(self.suite, "--resume", self.output, *arguments)

    def hanging(self) -> tuple[Process, Process]:
        """Waits until a binary hangs. Returns the binary's process and its child."""
        binary, child = self._pipe.readline().split()
        return Process.find(int(binary)), Process.find(int(child))

    def stop_while_hanging(self, signal_: signal.Signals, *arguments: str | Path) -> tuple[int, str]:
        """Sends a signal to the runner while a binary hangs. Returns the runner's exit code and stderr."""
        process = self.start(self.suite, *arguments)
        members = self.hanging()
        process.send_signal(signal_)
        _, said = process.communicate(timeout=PATIENCE_S)
        # After SIGKILL it is the kernel that ends the binaries, a little later.
        patience_s = PATIENCE_S if signal_ == signal.SIGKILL else 0
        assert all(member.gone(patience_s) for member in members)
        return process.returncode, said

    def calls(self) -> list[str]:
        return self._log("calls.log")

    def turns(self) -> list[tuple[str, str]]:
        """The messages to all binaries: the case, and the words."""
        return [(case, words) for case, _, words in (line.partition(" ") for line in self._log("turns.log"))]

    def _log(self, name: str) -> list[str]:
        log = self.binaries / name
        return log.read_text().splitlines() if log.exists() else []

    def document(self) -> Any:
        """The results document, after checks: it conforms to the schema and has no sample twice."""
        document = json.loads(self.output.read_text())
        jsonschema.Draft202012Validator(SCHEMA).validate(document)
        samples = [entry["concur"] for entry in document["benchmarks"]]
        keys = Counter(
            (e["name"], e["concur"]["group"], e["concur"]["round"]) for e in document["benchmarks"]
        )
        assert set(keys.values()) <= {1}
        assert len({sample["sequence"] for sample in samples}) == len(samples)
        assert all(e["repetition_index"] == e["concur"]["round"] for e in document["benchmarks"])
        return document

    def complete_document(self) -> Any:
        document = self.document()
        run = document["context"]["concur"]
        assert run["complete"] is True
        assert len(document["benchmarks"]) == run["samples_planned"]
        sequence = [e["concur"]["sequence"] for e in document["benchmarks"]]
        assert sequence == list(range(len(sequence)))
        assert not self.journal.exists()
        return document

    def left_behind(self) -> list[Path]:
        """Temporary files that are left."""
        return [*self.temporary.iterdir(), *self.folder.glob("*.tmp*")]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    yield Bench(tmp_path)


def outcomes(document: Any) -> Counter[str]:
    return Counter(entry["concur"]["outcome"] for entry in document["benchmarks"])


def reasons(document: Any) -> set[str]:
    return {
        entry["concur"]["reason"] for entry in document["benchmarks"] if entry["concur"]["outcome"] != "ok"
    }
