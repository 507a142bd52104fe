"""The server of the workload http, with raw sockets, curl and wrk as clients."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess

import pytest
from serving import MODELS, serving


def received_until_the_end(connection: socket.socket) -> bytes:
    said = b""
    while part := connection.recv(65536):
        said += part
    return said


GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
TLS_CLIENT_HELLO = b"\x16\x03\x01\x02\x00\x01\x00"


@pytest.mark.parametrize("model", MODELS)
def test_http_from_outside(model: str) -> None:
    with serving("--model", model, "--workload", "http") as server:
        with server.connect() as connection:
            for part in (GET[:8], GET[8:] + LAST):
                connection.sendall(part)
            assert received_until_the_end(connection).count(b"HTTP/1.1 200 OK") == 2
        with server.connect() as connection:
            connection.sendall(GET.replace(b"GET", b"HEAD") + LAST)
            heads = received_until_the_end(connection).split(b"HTTP/1.1 200 OK\r\n")
        assert heads[1].endswith(b"\r\n\r\n") and heads[2].count(b"<title>concur</title>") == 1
        for nonsense, status in (
            (TLS_CLIENT_HELLO, b"400"),
            (b"GET / HTTP/1.1\r\nX: " + b"x" * (1 << 20), b"431"),
            (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n" + b"x" * 9000, b"501"),
        ):
            with server.connect() as connection:
                connection.sendall(nonsense)
                assert received_until_the_end(connection).startswith(b"HTTP/1.1 " + status)
        said_at_end = server.stop()
    assert "5 connections accepted, 5 served to their end, 0 broken" in said_at_end


def test_an_http_1_0_client_reads_that_its_connection_stays_open() -> None:
    """Without that header `ab -k` waits until the connection ends."""
    with serving("--workload", "http") as server, server.connect() as connection:
        for _ in range(2):
            connection.sendall(b"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")
            answer = b""
            while b"\n" not in answer.partition(b"\r\n\r\n")[2]:
                answer += connection.recv(65536)
            assert b"\r\nConnection: keep-alive\r\n" in answer


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_http_to_curl() -> None:
    with serving("--workload", "http") as server:
        url = f"http://127.0.0.1:{server.port}/"
        done = subprocess.run(
            ["curl", "-sS", url, url], capture_output=True, text=True, timeout=20, check=False
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("<title>concur</title>") == 2


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
