"""serve, talked to by clients from outside; and by one that times it, against the histogram of our own."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARIES = Path(os.environ.get("CONCUR_BINARIES", ROOT / "build/release/bench"))


def known_models() -> list[str]:
    """Of the build under test."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "models.json"
        words = [BINARIES / "bench_cpu", "--case", "noop/serial/tasks:1", f"--benchmark_out={out}"]
        subprocess.run(words, capture_output=True, check=True)
        models = json.loads(out.read_text())["context"]["concur"]["models"]
    return [model["name"] for model in models if model["family"] != "native" and model["available"]]


class Server:
    def __init__(self, *arguments: str) -> None:
        words = [BINARIES / "serve", "--port", "0", *arguments]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = re.search(r":(\d+), until Ctrl-C", line)
        assert found, line + (self.process.stderr.read() if self.process.stderr else "")
        self.port = int(found[1])

    def connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def stop(self, how: signal.Signals = signal.SIGINT) -> str:
        self.process.send_signal(how)
        said, complaints = self.process.communicate(timeout=30)
        assert self.process.returncode == 0, complaints
        return said


@contextmanager
def serving(*arguments: str) -> Iterator[Server]:
    server = Server(*arguments)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.process.kill()
            server.process.communicate()


def ask(connection: socket.socket, text: bytes) -> bytes:
    connection.sendall(text)
    answer = b""
    while len(answer) < len(text):
        part = connection.recv(65536)
        assert part, "the server closed"
        answer += part
    return answer


@pytest.mark.parametrize("model", known_models())
def test_every_model_serves_and_stops_cleanly(model: str) -> None:
    with serving("--model", model) as server:
        for number in range(3):
            with server.connect() as connection:
                assert ask(connection, b"number %d" % number) == b"NUMBER %d" % number
                assert ask(connection, b"and again") == b"AND AGAIN"
        said = server.stop()
    assert "3 connections accepted, 3 served to their end, 0 broken" in said


def test_a_connection_that_is_open_is_ended_by_the_stop() -> None:
    with serving("--model", "epoll", "--grace", "20") as server:
        with server.connect() as connection:
            assert ask(connection, b"x") == b"X"
            said = server.stop(signal.SIGTERM)
            assert connection.recv(10) == b""
    assert "1 connections accepted, 1 served to their end, 0 broken" in said


def test_what_it_cannot_do_is_one_line() -> None:
    for arguments, said in (
        (["--model", "epol"], "unknown model 'epol'"),
        (["--workload", "primes"], "has no server for clients from outside; there are: echo, http"),
        (["--host", "localhost"], "is not an IPv4 address"),
        (["--port", "x"], "see --help"),
        (["--model", "thread_pool", "--workers", "1"], "needs 2 workers, there is 1"),
    ):
        done = subprocess.run([BINARIES / "serve", *arguments], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr and done.stderr.count("\n") == 1


def test_a_port_that_is_taken() -> None:
    with serving() as server:
        done = subprocess.run(
            [BINARIES / "serve", "--port", str(server.port)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 2
        assert "Address already in use" in done.stderr


@pytest.mark.parametrize("model", ["epoll", "thread_per_task", "process_pool"])
def test_http_from_outside(model: str) -> None:
    with serving("--model", model, "--workload", "http") as server:
        with server.connect() as connection:
            for part in (
                b"GET / HT",
                b"TP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            ):
                connection.sendall(part)
            said = b""
            while part := connection.recv(65536):
                said += part
        assert said.count(b"HTTP/1.1 200 OK") == 2
        for nonsense, status in (
            (b"\x16\x03\x01\r\n\r\n", b"400"),
            (b"GET / HTTP/1.1\r\nX: " + b"x" * 9000, b"431"),
        ):
            with server.connect() as connection:
                connection.sendall(nonsense)
                assert connection.recv(65536).startswith(b"HTTP/1.1 " + status)
        if shutil.which("curl"):
            url = f"http://127.0.0.1:{server.port}/"
            done = subprocess.run(
                ["curl", "-sS", url, url], capture_output=True, text=True, timeout=20, check=False
            )
            assert done.returncode == 0, done.stderr
            assert done.stdout.count("<title>concur</title>") == 2
        said_at_end = server.stop()
    assert " 0 broken" in said_at_end


@pytest.mark.skipif(not shutil.which("wrk"), reason="wrk is not installed")
def test_http_under_wrk() -> None:
    with serving("--model", "epoll", "--workload", "http") as server:
        url = f"http://127.0.0.1:{server.port}/"
        done = subprocess.run(
            ["wrk", "-c", "20", "-d", "1", "-t", "1", url], capture_output=True, text=True, check=False
        )
        server.stop()
    assert done.returncode == 0, done.stderr
    assert int(re.search(r"(\d+) requests in", done.stdout)[1]) > 0
    assert "Non-2xx" not in done.stdout and "Socket errors" not in done.stdout


def p50_of_a_generic_client(requests: int) -> float:
    """In nanoseconds: a closed loop as anybody would write it."""
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


def test_our_histogram_and_a_generic_client_tell_the_same(tmp_path: Path) -> None:
    """On one CPU, since round trips are bimodal by where the scheduler puts the two ends, and interleaved.

    The factor is what an interpreter may add to a round trip; a wrong unit or clock would exceed it by far.
    """
    available = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(available)})
    try:
        pairs = [(p50_of_a_generic_client(1500), p50_of_our_own(1500, tmp_path)) for _ in range(5)]
    finally:
        os.sched_setaffinity(0, available)
    theirs, ours = (statistics.median(side) for side in zip(*pairs))
    assert 1 / 4 < theirs / ours < 4, pairs
