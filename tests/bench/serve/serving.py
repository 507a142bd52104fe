"""Starts `serve`, and helps its tests to talk to it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BINARIES = Path(os.environ.get("CONCUR_BINARIES", ROOT / "build/release/bench"))


def known_models() -> list[str]:
    """The models of the build under test."""
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
        self.said = self.process.stdout.readline()
        found = re.search(r":(\d+), until Ctrl-C", self.said)
        assert found, self.said + (self.process.stderr.read() if self.process.stderr else "")
        self.port = int(found[1])

    def connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def stop(self, how: signal.Signals = signal.SIGINT) -> str:
        self.process.send_signal(how)
        said, complaints = self.process.communicate(timeout=30)
        assert (self.process.returncode, complaints) == (0, "")
        return said

    def children(self) -> list[int]:
        """Its child processes, without grandchildren."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue  # the process has ended
            if int(fields[1]) == self.process.pid:
                found.append(int(stat.parent.name))
        return found

    def begin_to_stop(self) -> None:
        """Sends Ctrl-C. Returns when the server no longer accepts."""
        self.process.send_signal(signal.SIGINT)
        while True:
            try:
                self.connect().close()
            except ConnectionError:
                return


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


MODELS = known_models()
