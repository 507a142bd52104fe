"""`serve` with clients from outside. One of them measures the latency and compares it with our own figure."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import statistics
import subprocess
import time
from pathlib import Path

import pytest
from serving import BINARIES, MODELS, ask, serving


@pytest.mark.parametrize("model", MODELS)
def test_every_model_serves_and_stops_cleanly(model: str) -> None:
    with serving("--model", model) as server:
        for number in range(3):
            with server.connect() as connection:
                assert ask(connection, b"number %d" % number) == b"NUMBER %d" % number
                assert ask(connection, b"and again") == b"AND AGAIN"
        said = server.stop()
    assert "3 connections accepted, 3 served to their end, 0 broken, 0 dropped, 0 cut off" in said


@pytest.mark.parametrize("model", MODELS)
def test_a_connection_that_is_open_is_ended_by_the_stop(model: str) -> None:
    with serving("--model", model, "--grace", "20") as server:
        with server.connect() as connection:
            assert ask(connection, b"x") == b"X"
            said = server.stop(signal.SIGTERM)
            assert connection.recv(10) == b""
    assert "1 connections accepted, 1 served to their end, 0 broken, 0 dropped, 0 cut off" in said


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_each_of_three_signals_stops_it_in_order(how: signal.Signals) -> None:
    with serving("--model", "thread_pool") as server:
        with server.connect() as connection:
            assert ask(connection, b"x") == b"X"
        assert "1 connections accepted, 1 served to their end" in server.stop(how)


def test_a_connection_that_does_not_end_is_cut_off_after_the_grace() -> None:
    with serving("--model", "process_pool", "--workers", "1", "--grace", "0.1") as server:
        with server.connect() as connection:
            assert ask(connection, b"x") == b"X"
            os.kill(server.children()[0], signal.SIGSTOP)
            server.process.send_signal(signal.SIGINT)
            said, complaints = server.process.communicate(timeout=30)
    assert server.process.returncode == 0
    assert "1 connections accepted, 0 served to their end, 0 broken, 0 dropped, 1 cut off" in said
    assert complaints == "serve: 1 connections cut off: not closed within --grace\n"


def test_a_second_signal_ends_it_at_once() -> None:
    with serving("--model", "process_pool", "--workers", "1", "--grace", "3600") as server:
        with server.connect() as connection:
            assert ask(connection, b"x") == b"X"
            os.kill(server.children()[0], signal.SIGSTOP)
            server.begin_to_stop()
            server.process.send_signal(signal.SIGINT)
            said, complaints = server.process.communicate(timeout=30)
    assert server.process.returncode == 130
    assert "1 connections accepted, 0 served to their end, 0 broken, 0 dropped, 1 cut off" in said
    assert complaints == "serve: 1 connections cut off: a second signal\n"


def test_a_model_that_fails_ends_it_with_the_reason() -> None:
    with serving("--model", "prefork_epoll", "--workers", "2") as server:
        with server.connect() as connection:
            assert ask(connection, b"x") == b"X"
            os.kill(server.children()[0], signal.SIGKILL)
            said, complaints = server.process.communicate(timeout=30)
    assert server.process.returncode == 2
    assert "1 connections accepted" in said
    assert complaints == "serve: a process of the pool ended with signal 9 (Killed)\n"


@pytest.mark.skipif(
    resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 1200, reason="too few descriptors are allowed"
)
def test_more_clients_than_the_model_can_hold_wait_for_their_turn() -> None:
    """select has room for 1,024 descriptors."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    try:
        with serving("--model", "select", "--connections", "5000") as server:
            clients = [server.connect() for _ in range(1100)]
            for client in clients:
                client.sendall(b"x")
            held, waiting = clients[:1000], clients[1000:]
            for client in held:
                assert client.recv(1) == b"X"
            # The server must not accept another client in a later turn of its loop.
            for client in held[:200]:
                assert ask(client, b"y") == b"Y"
            for client in held:
                client.close()
            for client in waiting:
                assert client.recv(1) == b"X"
                client.close()
            said = server.stop()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert "1100 connections accepted, 1100 served to their end, 0 broken" in said


def test_a_client_that_sends_nothing_does_not_block_the_others_for_ever() -> None:
    with serving("--model", "serial", "--idle", "0.5") as server:
        with server.connect() as silent, server.connect() as waiting:
            assert ask(waiting, b"x") == b"X"
            assert silent.recv(1) == b""


def test_a_client_that_receives_nothing_does_not_block_the_others_for_ever() -> None:
    with serving("--model", "serial", "--idle", "0.5") as server:
        with server.connect() as greedy, server.connect() as waiting:
            waiting.sendall(b"x")
            # More than all buffers between client and server can hold.
            with pytest.raises(OSError):
                greedy.sendall(bytes(256 << 20))
            assert waiting.recv(1) == b"X"
        said = server.stop()
    assert "1 broken" in said


def test_an_error_is_one_line() -> None:
    for arguments, said in (
        (["--model", "epol"], "unknown model 'epol'"),
        (["--model", "epoll", "--workers", "2"], "model 'epoll' has no workers"),
        (["--workload", "primes"], "has no server; workloads that have one: echo, http"),
        (["--host", "localhost"], "is not an IPv4 address"),
        (["--port", "x"], "see --help"),
        (["--model", "thread_pool", "--workers", "1"], "needs 2 workers, there is 1"),
    ):
        done = subprocess.run(
            [BINARIES / "serve", *arguments], capture_output=True, text=True, timeout=20, check=False
        )
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr and done.stderr.count("\n") == 1


def test_a_port_that_is_taken() -> None:
    with serving() as server:
        done = subprocess.run(
            [BINARIES / "serve", "--port", str(server.port)], capture_output=True, text=True, check=False
        )
        way_out = "Address already in use; --port 0 takes any free port"
        assert done.stderr == f"serve: cannot listen on 127.0.0.1:{server.port}: {way_out}\n"
        assert (done.returncode, done.stdout) == (2, "")


def test_help_lists_models_and_workloads() -> None:
    done = subprocess.run([BINARIES / "serve", "--help"], capture_output=True, text=True, check=True)
    words = re.split(r"[\s,]+", done.stdout)
    assert set(MODELS) | {"echo", "http"} <= set(words)


def p50_of_a_generic_client(requests: int) -> float:
    """In nanoseconds, in a simple closed loop."""
    with serving("--model", "epoll") as server, server.connect() as connection:
        text = b"a" * 64
        times = []
        for _ in range(requests):
            begin = time.perf_counter_ns()
            ask(connection, text)
            times.append(time.perf_counter_ns() - begin)
    return statistics.median(times[requests // 10 :])


def p50_of_our_own(requests: int, tmp_path: Path) -> float:
    out = tmp_path / "own.json"
    case = f"echo/epoll/connections:1/payload:64/requests:{requests}"
    subprocess.run(
        [BINARIES / "bench_io", "--case", case, "--placement=free", f"--benchmark_out={out}"],
        capture_output=True,
        check=True,
    )
    p50: int = json.loads(out.read_text())["benchmarks"][0]["concur"]["latency"]["p50_ns"]
    return p50


def test_our_histogram_and_a_generic_client_agree(tmp_path: Path) -> None:
    """Both run on one CPU, because round-trip times depend on the CPUs of client and server, and in turn.

    The factor 4 allows for the time of the Python interpreter. A wrong unit or clock would exceed it by far.
    """
    available = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(available)})
    try:
        pairs = [(p50_of_a_generic_client(1500), p50_of_our_own(1500, tmp_path)) for _ in range(5)]
    finally:
        os.sched_setaffinity(0, available)
    theirs, ours = (statistics.median(side) for side in zip(*pairs))
    assert 1 / 4 < theirs / ours < 4, pairs
