"""Runs the real binaries.

Their documents conform to results/schema.json. For a wrong command line they print one line and write
nothing.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import platform
import signal
import socket
import struct
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARIES = Path(os.environ.get("CONCUR_BINARIES", ROOT / "build/release/bench"))
SCHEMA = json.loads((ROOT / "results/schema.json").read_text())


def call(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    words = [str(argument) for argument in arguments]
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=False)


def valid_document(path: Path) -> Any:
    document = json.loads(path.read_text())
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    return document


def outcomes(document: Any) -> list[str]:
    return [
        entry["concur"]["outcome"] for entry in document["benchmarks"] if entry["run_type"] == "iteration"
    ]


def test_a_binary_writes_a_valid_document(tmp_path: Path) -> None:
    out = tmp_path / "x.json"
    done = call(
        BINARIES / "bench_io",
        *("--case", "echo/epoll/connections:3/payload:64/requests:15"),
        *("--case", "echo/process_pool/workers:3/connections:3/requests:5"),
        *("--case", "timers/serial/tasks:2/naps:1/nap_us:100"),
        f"--benchmark_out={out}",
    )
    assert done.returncode == 0, done.stderr
    document = valid_document(out)
    assert outcomes(document) == ["ok", "ok", "ok"]
    echo = document["benchmarks"][0]["concur"]
    assert echo["timed"] == "windows" and document["benchmarks"][0]["name"].endswith("/manual_time")
    assert echo["work"]["units"] == 15
    assert echo["work"]["bytes"] == 2 * 15 * 64
    assert 1 <= echo["work"]["completions_least"] <= 5 <= echo["work"]["completions_most"]
    assert sum(count for _, count in echo["latency"]["buckets"]) == echo["latency"]["count"] == 15
    assert document["benchmarks"][0]["cpu_time"] == pytest.approx(echo["cost"]["cpu_ns"] / 1e6)
    assert echo["work"]["connections_by_acceptor"] == [3]
    pool = document["benchmarks"][1]["concur"]
    accepted = pool["work"]["connections_by_acceptor"]
    assert (len(accepted), sum(accepted)) == (3, 3)
    assert (pool["model_arguments"], pool["symbols"]) == ({"workers": 3}, {"workers": "connections"})
    timers = document["benchmarks"][2]["concur"]
    assert timers["timed"] == "runs" and timers["work"]["connections_by_acceptor"] is None
    assert "/" not in document["context"]["executable"]


def test_counts_memory_and_both_latencies(tmp_path: Path) -> None:
    out = tmp_path / "x.json"
    done = call(
        BINARIES / "bench_io",
        "--count",
        *("--case", "ping_pong/thread_per_task/pairs:2/round_trips:50"),
        *("--case", "park/epoll/tasks:100"),
        *("--case", "open_echo/epoll/connections:2/rate:10000/requests:5"),
        *("--case", "idle_crowd/epoll/connections:6/active:2/requests:10"),
        f"--benchmark_out={out}",
    )
    assert done.returncode == 0, done.stderr
    ping_pong, park, open_echo, crowd = (entry["concur"] for entry in valid_document(out)["benchmarks"])
    for sample in (ping_pong, park, open_echo, crowd):
        assert (sample["counts"]["system_calls"] is None) == bool(sample["counts"]["reason"])
    assert ping_pong["memory"] is None and (park["memory"]["when"], park["memory"]["tasks"]) == (
        "waiting",
        100,
    )
    assert ping_pong["latency"] is None
    assert (crowd["memory"]["when"], crowd["memory"]["tasks"]) == ("connected", 6)
    assert open_echo["latency"]["count"] == open_echo["latency_uncorrected"]["count"] == 5


def test_memory_at_the_peak_of_a_run(tmp_path: Path) -> None:
    out = tmp_path / "x.json"
    models = ("epoll", "process_per_task")
    cases = [word for model in models for word in ("--case", f"fork_join/{model}/leaves:100")]
    done = call(BINARIES / "bench_cpu", *cases, f"--benchmark_out={out}")
    assert done.returncode == 0, done.stderr
    here, elsewhere = (entry["concur"]["memory"] for entry in valid_document(out)["benchmarks"])
    assert elsewhere is None
    # Some systems do not show it.
    if here is not None:
        assert (here["when"], here["tasks"], here["kernel_bytes"]) == ("peak", 111, None)


def start(*words: str | Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [str(word) for word in words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def test_a_shell_never_sees_that_a_model_is_stopped() -> None:
    # The model spins, so that it is stopped at every gate.
    case = "echo/nonblocking/connections:5/requests:50"
    process = start(BINARIES / "bench_io", "--case", case, "--iterations", "3")
    _, status = os.waitpid(process.pid, os.WUNTRACED)
    assert os.WIFEXITED(status) and os.waitstatus_to_exitcode(status) == 0


def test_a_binary_whose_measuring_process_is_killed_ends_by_the_same_signal() -> None:
    process = start(BINARIES / "bench_io", "--case", "timers/serial/tasks:1/naps:1/nap_us:10000000")
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while not (child := children.read_text().split()):
        pass
    os.kill(int(child[0]), signal.SIGKILL)
    assert process.wait(timeout=20) == -signal.SIGKILL


# The steps are struct sock_filter: load the number of the system call; if it is this one, fail with EPERM.
def forbid(number: int) -> None:
    """Makes one system call of this process fail, as the seccomp profile of a container does."""
    load, jump_if_equal, give = 0x20, 0x15, 0x06
    allow, fail_with_eperm = 0x7FFF0000, 0x00050000 | errno.EPERM
    steps = (
        (load, 0, 0, 0),
        (jump_if_equal, 0, 1, number),
        (give, 0, 0, fail_with_eperm),
        (give, 0, 0, allow),
    )
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    no_new_privileges, set_seccomp, mode_filter = 38, 22, 2
    assert libc.prctl(no_new_privileges, 1, 0, 0, 0) == 0
    assert libc.prctl(set_seccomp, mode_filter, ctypes.c_char_p(program), 0, 0) == 0


def call_without(system_call: int, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=lambda: forbid(system_call),
    )


knows_the_numbers = pytest.mark.skipif(
    platform.machine() != "x86_64", reason="has the numbers of system calls for x86_64 only"
)


@knows_the_numbers
def test_counting_that_seccomp_forbids_is_not_permitted_and_the_run_completes(tmp_path: Path) -> None:
    perf_event_open = 298
    out = tmp_path / "x.json"
    done = call_without(
        perf_event_open,
        *(BINARIES / "bench_cpu", "--count", "--case", "noop/serial/tasks:10", f"--benchmark_out={out}"),
    )
    assert done.returncode == 0, done.stderr
    sample = valid_document(out)["benchmarks"][0]["concur"]
    assert sample["outcome"] == "ok"
    assert sample["counts"]["system_calls"] is None and sample["counts"]["migrations"] is None
    assert sample["counts"]["reason"].startswith("not permitted: ")


@knows_the_numbers
def test_io_uring_that_seccomp_forbids_is_skipped_with_that_reason_and_the_run_completes(
    tmp_path: Path,
) -> None:
    io_uring_setup = 425
    out = tmp_path / "x.json"
    models = ("io_uring", "io_uring_tuned", "coroutine_uring", "native_uring", "epoll")
    cases = [word for model in models for word in ("--case", f"echo/{model}/connections:1/requests:3")]
    done = call_without(io_uring_setup, BINARIES / "bench_io", *cases, f"--benchmark_out={out}")
    if "needs liburing" in done.stderr:
        pytest.skip("this build lacks the library")
    assert done.returncode == 0, done.stderr
    samples = [entry["concur"] for entry in valid_document(out)["benchmarks"]]
    assert [sample["outcome"] for sample in samples] == ["skipped"] * 4 + ["ok"]
    assert {sample["reason"] for sample in samples[:4]} == {"io_uring: Operation not permitted"}


def test_repetitions_and_their_aggregates(tmp_path: Path) -> None:
    out = tmp_path / "x.json"
    done = call(
        BINARIES / "bench_cpu",
        *("--case", "primes/serial/tasks:2/grain_us:1", "--benchmark_repetitions=3"),
        f"--benchmark_out={out}",
    )
    assert done.returncode == 0, done.stderr
    document = valid_document(out)
    assert outcomes(document) == ["ok"] * 3
    assert [entry["repetition_index"] for entry in document["benchmarks"][:3]] == [0, 1, 2]
    assert {entry["run_type"] for entry in document["benchmarks"][3:]} == {"aggregate"}


@pytest.mark.parametrize("repetitions", [1, 3])
def test_a_skipped_case_is_an_entry_with_its_reason(tmp_path: Path, repetitions: int) -> None:
    out = tmp_path / "x.json"
    done = call(
        BINARIES / "bench_io",
        *("--case", "echo/select/connections:1200/requests:1200"),
        *(f"--benchmark_repetitions={repetitions}", f"--benchmark_out={out}"),
    )
    assert done.returncode == 0, done.stderr
    document = valid_document(out)
    assert outcomes(document) == ["skipped"] * repetitions
    assert "FD_SETSIZE" in document["benchmarks"][0]["concur"]["reason"]


class Benchmark:
    """A binary that takes its turns from this process."""

    def __init__(self, binary: str, case: str, turns: int, out: Path, *more: str) -> None:
        self.socket, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with other:
            self.process = subprocess.Popen(
                [BINARIES / binary, "--turns", str(other.fileno()), "--case", case]
                + ["--iterations", str(turns), f"--benchmark_out={out}", *more],
                pass_fds=[other.fileno()],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
        self.socket.settimeout(60)

    def hear(self) -> str:
        return self.socket.recv(100).decode()

    def take(self, turn: str) -> tuple[int, int]:
        self.socket.send(turn.encode())
        word, wall_ns, amount = self.hear().split()
        assert word == "done"
        return int(wall_ns), int(amount)

    def end(self) -> tuple[int, str]:
        with self.socket:
            self.socket.send(b"end")
            _, errors = self.process.communicate(timeout=60)
        return self.process.returncode, errors


@pytest.mark.parametrize(
    "binary, case, amounts, nominal, units_each",
    [
        ("bench_io", "echo/epoll/connections:3/payload:64/requests:30", [40, 9], 30, 1),
        ("bench_io", "ping_pong/thread_per_task/pairs:2/round_trips:50", [40, 9], 50, 1),
        ("bench_io", "churn/epoll/clients:2/connections:4", [2, 1], 4, 4),
        ("bench_cpu", "primes/thread_pool/tasks:5/grain_us:10", [2, 1], 5, 5),
    ],
)
def test_a_binary_takes_turns(
    tmp_path: Path, binary: str, case: str, amounts: list[int], nominal: int, units_each: int
) -> None:
    out = tmp_path / "x.json"
    benchmark = Benchmark(binary, case, len(amounts), out)
    assert benchmark.hear() == "ready"
    assert benchmark.take("try 7")[1] == 7
    told = [benchmark.take(f"go {amount}") for amount in amounts]
    assert [amount for _, amount in told] == amounts
    code, errors = benchmark.end()
    assert code == 0, errors
    (entry,) = valid_document(out)["benchmarks"]
    sample = entry["concur"]
    assert entry["name"].endswith("/manual_time") and entry["iterations"] == len(amounts)
    slices = sample["slices"]
    assert slices["units"] == [amount * units_each for amount in amounts]
    assert slices["wall_ns"] == [wall_ns for wall_ns, _ in told]
    assert sample["work"]["units"] == sum(slices["units"])
    assert sample["cost"]["cpu_ns"] == sum(slices["cpu_ns"])
    assert sample["evidence"]["at_gates"] is not None

    def for_nominal_work(times: list[int]) -> float:
        scaled = [time * nominal / units for time, units in zip(times, slices["units"])]
        return sum(scaled) / len(scaled) / 1e6

    assert entry["real_time"] == pytest.approx(for_nominal_work(slices["wall_ns"]), rel=1e-3)
    assert entry["cpu_time"] == pytest.approx(for_nominal_work(slices["cpu_ns"]), rel=1e-3)


@pytest.mark.parametrize("case", ["echo/epoll/connections:3/requests:30", "timers/serial/tasks:1/naps:1"])
def test_a_binary_ends_with_the_program_that_gives_the_turns(tmp_path: Path, case: str) -> None:
    benchmark = Benchmark("bench_io", case, 2, tmp_path / "x.json")
    assert benchmark.hear() == "ready"
    benchmark.take("try 5")
    benchmark.socket.close()
    _, errors = benchmark.process.communicate(timeout=60)
    assert benchmark.process.returncode == 2
    assert errors.strip().splitlines()[-1] == "bench_io: the program that gives the turns has gone"
    assert list(tmp_path.iterdir()) == []


def test_a_binary_without_all_its_turns_did_not_finish(tmp_path: Path) -> None:
    out = tmp_path / "x.json"
    benchmark = Benchmark("bench_io", "echo/epoll/connections:3/requests:30", 2, out)
    assert benchmark.hear() == "ready"
    benchmark.take("go 5")
    assert benchmark.end()[0] == 1
    (entry,) = valid_document(out)["benchmarks"]
    assert entry["concur"]["outcome"] == "did_not_finish"
    assert entry["concur"]["reason"] == "1 of 2 turns were taken"


def test_a_skipped_case_takes_no_turns(tmp_path: Path) -> None:
    out = tmp_path / "x.json"
    benchmark = Benchmark("bench_io", "echo/select/connections:1200/requests:1200", 2, out)
    assert benchmark.hear() == ""
    assert benchmark.process.wait(timeout=60) == 0
    assert outcomes(valid_document(out)) == ["skipped"]


@pytest.mark.parametrize(
    "more, words",
    [
        (["--case", "noop/serial/tasks:2"], "--turns needs exactly one --case, not 2"),
        (["--benchmark_repetitions=3"], "--turns takes no --benchmark_repetitions"),
    ],
)
def test_what_cannot_be_measured_in_turns_is_refused(tmp_path: Path, more: list[str], words: str) -> None:
    benchmark = Benchmark("bench_cpu", "noop/serial/tasks:1", 2, tmp_path / "x.json", *more)
    assert benchmark.hear() == ""
    _, errors = benchmark.process.communicate(timeout=60)
    assert benchmark.process.returncode == 2
    assert len(errors.strip().splitlines()) == 1 and words in errors
    assert list(tmp_path.iterdir()) == []


def test_the_runner_with_the_real_binaries(tmp_path: Path) -> None:
    out = tmp_path / "x.json"
    suite = tmp_path / "small.json"
    suite.write_text(
        json.dumps(
            {
                "name": "small",
                "rounds": 2,
                "time_limit_s": 60,
                "placement": "split",
                "models": {"cpu": [{"model": "serial"}], "io": [{"model": "serial"}, {"model": "epoll"}]},
                "cases": [
                    {"workload": "primes", "arguments": {"tasks": 2, "grain_us": 1}, "iterations": 1},
                    {
                        "workload": "fetch",
                        "arguments": {"clients": 2, "pages": 1, "delay_ms": 1},
                        "iterations": 1,
                    },
                ],
                "controls": [],
            }
        )
    )
    done = call(BINARIES / "suite_runner", suite, "-o", out, "--quiet")
    assert done.returncode == 0, done.stderr
    document = valid_document(out)
    assert outcomes(document) == ["ok"] * 6
    assert document["context"]["concur"]["complete"]


def test_the_committed_reference_is_valid() -> None:
    document = valid_document(ROOT / "results/reference/quick.json")
    assert document["context"]["concur"]["complete"]


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--bogus"], "--bogus"),
        (["--benchmark_bogus=1"], "--benchmark_bogus"),
        (["--case", "primes"], "workload/model/argument:number"),
        (["--case", "primez/epoll"], "unknown workload 'primez'; there are: noop,"),
        (["--case", "primes/epol"], "unknown model 'epol'; there are: serial,"),
        (["--case", "primes/epoll/sise:1"], "unknown parameter 'sise'; there are: tasks, grain_us"),
        (["--case", "primes/epoll/tasks:0"], "it goes from 1 to"),
        (["--case", "primes/native_epoll"], "is a native control and runs only the workload echo"),
        (["--case", "echo/epoll"], "bench_io"),
        (["--model", "epol"], "unknown model 'epol'"),
        (["--placement", "somewhere"], "split, shared, free"),
        (["--benchmark_filter=nothing"], "--benchmark_list_tests"),
        (["--turns", "1"], "--turns needs exactly one --case, not 0"),
        (["--turns", "1", "--case", "primes/epoll"], "is not a SOCK_SEQPACKET socket"),
        (["--turns", "99", "--case", "primes/epoll"], "is not a SOCK_SEQPACKET socket"),
    ],
)
def test_a_wrong_command_line_is_refused(tmp_path: Path, arguments: list[str], words: str) -> None:
    kept = tmp_path / "kept.json"
    kept.write_text("older")
    done = call(BINARIES / "bench_cpu", *arguments, f"--benchmark_out={kept}")
    assert done.returncode == 2
    assert words in done.stderr.strip().splitlines()[-1]
    assert kept.read_text() == "older"
    assert [path.name for path in tmp_path.iterdir()] == ["kept.json"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    done = call(BINARIES / "bench_cpu", f"--benchmark_out={tmp_path}/no/x.json")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "cannot write" in done.stderr
