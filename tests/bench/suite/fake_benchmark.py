"""A fake benchmark binary for the suite runner's tests.

The file `behaviour.json` beside it is a list of [regular expression, behaviour]. The first behaviour whose
expression matches a part of the case's name holds; if none does, the case is ok. Each call adds a line to
`calls.log`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import socket
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MODEL_PARAMETERS = ("workers",)
PR_SET_PDEATHSIG = 1


def split_case(name: str) -> tuple[str, str, dict[str, int], dict[str, int]]:
    workload, model, *words = name.split("/")
    arguments: dict[str, int] = {}
    model_arguments: dict[str, int] = {}
    for word in words:
        key, value = word.split(":")
        (model_arguments if key in MODEL_PARAMETERS else arguments)[key] = int(value)
    return workload, model, arguments, model_arguments


def make_entry(
    arguments: argparse.Namespace, outcome: str, reason: str, slices: dict[str, list[int]] | None = None
) -> dict[str, Any]:
    workload, model, case_arguments, model_arguments = split_case(arguments.case)
    ok = outcome == "ok"
    windows = workload == "echo"
    timing = "manual_time" if windows or slices is not None else "process_time/real_time"
    name = f"{arguments.case}/iterations:{arguments.iterations}/{timing}"
    entry: dict[str, Any] = {
        "name": name,
        "run_name": name,
        "run_type": "iteration",
        "repetitions": 1,
        "repetition_index": 0,
        "iterations": arguments.iterations if ok else 0,
        "real_time": 1.5 if ok else 0.0,
        "cpu_time": 1.25 if ok else 0.0,
        "time_unit": "ms",
        "concur": {
            "workload": workload,
            "model": model,
            "arguments": case_arguments,
            "model_arguments": model_arguments,
            "symbols": {},
            "timed": "windows" if windows else "runs",
            "control": False,
            "outcome": outcome,
            "reason": reason,
            "round": 0,
            "sequence": 0,
            "start_time": "2026-11-21T01:02:03.456Z",
            "placement": arguments.placement,
            "model_cpus": cpus(arguments.model_cpus),
            "peer_cpus": cpus(arguments.peer_cpus),
            "peer_processes": 0,
            "unit": "thing",
            "work": None,
            "cost": None,
            "latency": None,
            "latency_uncorrected": None,
            "memory": None,
            "counts": None,
            "group": None,
            "block": None,
            "slices": slices,
            "evidence": {
                "steal_ns": 0,
                "run_delay_ns": 0,
                "peer_cpu_ns": None,
                "peer_cpu_share": None,
                "elapsed_ns": 1_500_000,
                "others_cpu_ns": 0,
                "throttled_ns": None,
                "listen_overflows": None,
                "syn_retransmits": None,
                "at_gates": None,
            },
        },
    }
    if not ok:
        entry |= {"error_occurred": True, "error_message": f"{outcome}: {reason}"}
    return entry


def write_document(arguments: argparse.Namespace, entries: list[dict[str, Any]]) -> None:
    context = {
        "date": "2026-11-21T01:02:03+00:00",
        "host_name": "invented",
        "num_cpus": 2,
        "library_build_type": "release",
        "concur": "not to be taken",
    }
    Path(arguments.benchmark_out).write_text(json.dumps({"context": context, "benchmarks": entries}))


def start_grandchild() -> int:
    """Starts a child that ends with this process, as all children of the real binaries do."""
    import ctypes

    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        os.write(write_end, b"x")
        while True:
            signal.pause()
    os.read(read_end, 1)
    return child


def tell_processes() -> None:
    """Starts a child, then writes the numbers of both processes to the pipe beside this file."""
    grandchild = start_grandchild()
    with open(HERE / "processes.pipe", "w") as pipe:
        pipe.write(f"{os.getpid()} {grandchild}\n")


def take_turns(behaviour: str, arguments: argparse.Namespace) -> int:
    """Says how long the slices took, and takes no time for it."""
    turns = socket.socket(fileno=arguments.turns)
    log = HERE / "turns.log"
    slices: dict[str, list[int]] = {
        key: [] for key in ("start_ns", "wall_ns", "cpu_ns", "peer_cpu_ns", "units")
    }
    turns.send(b"babble" if behaviour == "babble" else b"ready")
    while message := turns.recv(100).decode():
        with open(log, "a") as file:
            file.write(f"{arguments.case} {message}\n")
        if message == "end":
            break
        word, amount = message.split()
        wall_ns = int(amount) * {"slow": 200_000_000, "middling": 60_000_000}.get(behaviour, 1_000_000)
        if word == "go":
            if behaviour == "die_in_turn":
                os.kill(os.getpid(), signal.SIGSEGV)
            if behaviour == "hang_in_turn":
                tell_processes()
                signal.pause()
            start_ns = 1000 * log.stat().st_size
            for key, value in zip(slices, (start_ns, wall_ns, wall_ns, 0, int(amount)), strict=True):
                slices[key].append(value)
        turns.send(f"done {wall_ns} {amount}".encode())
        if behaviour == "say_twice":
            turns.send(b"done 1 1")
    else:
        return 2
    assert len(slices["wall_ns"]) == arguments.iterations, "a set has as many slices as it was said to have"
    return finish(behaviour, arguments, slices)


def behave(behaviour: str, arguments: argparse.Namespace) -> int:
    if behaviour in ("skipped", "invalid"):
        write_document(arguments, [make_entry(arguments, behaviour, f"it is to be {behaviour}")])
        return 0 if behaviour == "skipped" else 1
    if behaviour == "hang":
        tell_processes()
        while True:
            signal.pause()
    if behaviour == "leave_child":
        tell_processes()
    if arguments.turns is not None and behaviour not in ("crash", "garbage", "nothing", "refuse"):
        return take_turns(behaviour, arguments)
    if behaviour == "crash":
        write_document(arguments, [make_entry(arguments, "ok", "")])
        os.kill(os.getpid(), signal.SIGSEGV)
    if behaviour == "garbage":
        Path(arguments.benchmark_out).write_text('{"context": {"date": ')
        return 0
    if behaviour == "nothing":
        return 0
    if behaviour == "refuse":
        print("warming up\nbench: this call cannot be taken", file=sys.stderr)
        return 2
    return finish(behaviour, arguments, None)


def finish(behaviour: str, arguments: argparse.Namespace, slices: dict[str, list[int]] | None) -> int:
    entries = [make_entry(arguments, "ok", "", slices)]
    if behaviour == "two":
        entries *= 2
    if behaviour == "not_a_number":
        entries[0]["real_time"] = float("nan")
    if behaviour == "other_case":
        entries[0]["concur"]["workload"] = "mandelbrot"
    write_document(arguments, entries)
    return 1 if behaviour == "contradict" else 0


def cpus(text: str) -> list[int]:
    return [int(cpu) for cpu in text.split(",")]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--case", required=True)
    parser.add_argument("--iterations", type=int, required=True)
    parser.add_argument("--placement", choices=("split", "shared", "free"), required=True)
    parser.add_argument("--model-cpus", required=True)
    parser.add_argument("--peer-cpus", required=True)
    parser.add_argument("--benchmark_out", required=True)
    parser.add_argument("--benchmark_format")
    parser.add_argument("--count", action="store_true")
    parser.add_argument("--turns", type=int)
    arguments = parser.parse_args()
    with open(HERE / "calls.log", "a") as log:
        log.write(f"{Path(sys.argv[0]).name} {arguments.case} {arguments.iterations} {arguments.placement}\n")
    for pattern, behaviour in json.loads((HERE / "behaviour.json").read_text()):
        if re.search(pattern, arguments.case):
            return behave(behaviour, arguments)
    return behave("ok", arguments)


if __name__ == "__main__":
    sys.exit(main())
