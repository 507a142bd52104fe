"""Hostile clients of `serve`: whatever they do, another client is served at the end of each test."""

from __future__ import annotations

import re
import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from serving import Server, ask, serving

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

# One for each kind of carrier, with as few of them as possible.
MODELS = (
    ("serial",),
    ("thread_pool", "--workers", "2"),
    ("process_pool", "--workers", "1"),
    ("thread_per_task",),
    ("process_per_task",),
    ("epoll",),
    ("prefork_epoll", "--workers", "1"),
)
SOME = pytest.mark.parametrize("model", MODELS, ids=lambda model: model[0])


@contextmanager
def http_server(model: tuple[str, ...], *arguments: str) -> Iterator[Server]:
    with serving("--workload", "http", "--model", *model, *arguments) as server:
        yield server
        assert server.process.poll() is None, "it has ended"


def received_until_the_end(connection: socket.socket) -> bytes:
    said = b""
    try:
        while part := connection.recv(65536):
            said += part
    except ConnectionResetError:
        pass  # what was received before it counts
    return said


def flood(connection: socket.socket, text: bytes) -> None:
    try:
        connection.sendall(text)
    except ConnectionError:
        pass  # the server has closed already


def assert_served(server: Server) -> None:
    with server.connect() as connection:
        connection.sendall(LAST)
        assert received_until_the_end(connection).startswith(b"HTTP/1.1 200 OK")


@SOME
def test_a_client_that_sends_its_request_byte_by_byte(model: tuple[str, ...]) -> None:
    """Slowloris: there are more of them than workers, and a byte comes more often than --idle."""
    with http_server(model, "--idle", "0.4") as server, ExitStack() as clients:
        slow = [clients.enter_context(server.connect()) for _ in range(3)]
        for client in slow:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX: ")
        other = clients.enter_context(server.connect())
        other.sendall(LAST)
        open_ones = set(slow)
        # The number only ends a test that would go on for ever.
        for _ in range(1000):
            readable = select.select(open_ones, [], [], 0.05)[0]
            open_ones.difference_update(readable)
            if not open_ones:
                break
            for client in open_ones:
                flood(client, b"x")
        assert not open_ones, "a client that gets nowhere is let go"
        assert received_until_the_end(other).startswith(b"HTTP/1.1 200 OK")
        assert_served(server)


@SOME
def test_clients_that_are_silent(model: tuple[str, ...]) -> None:
    with http_server(model, "--idle", "0.2") as server, ExitStack() as clients:
        silent = [clients.enter_context(server.connect()) for _ in range(5)]
        for client in silent:
            assert client.recv(1) == b""
        assert_served(server)


@SOME
def test_clients_that_have_vanished(model: tuple[str, ...]) -> None:
    """Half-open connections: nobody tells the server that the other side is gone."""
    tcp_repair = 19  # such a socket is closed without a word
    with serving("--workload", "http", "--model", *model, "--idle", "0.2") as server:
        for _ in range(3):
            client = server.connect()
            client.sendall(GET[:10])
            try:
                client.setsockopt(socket.IPPROTO_TCP, tcp_repair, 1)
            except PermissionError:
                pytest.skip("only root can close a socket without a FIN")
            finally:
                client.close()
        assert_served(server)
        said = server.stop()
    assert "4 connections accepted" in said and "0 cut off" in said


@SOME
def test_a_flood_of_headers(model: tuple[str, ...]) -> None:
    field = b"X-%d: " + b"y" * 50 + b"\r\n"
    with http_server(model, "--idle", "2") as server:
        for text in (b"".join(field % number for number in range(20_000)), b"a: b\r\n" * 50_000):
            with server.connect() as client:
                flood(client, b"GET / HTTP/1.1\r\nHost: x\r\n" + text)
                assert received_until_the_end(client).startswith(b"HTTP/1.1 431")
        assert_served(server)


@SOME
def test_lines_of_64_kib(model: tuple[str, ...]) -> None:
    long = b"x" * (64 << 10)
    with http_server(model, "--idle", "2") as server:
        for text, status in (
            (b"GET /" + long + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"431"),
            (b"GET / HTTP/1.1\r\n" + long, b"431"),
            (b"\x16" + long, b"400"),
        ):
            with server.connect() as client:
                flood(client, text)
                assert received_until_the_end(client).startswith(b"HTTP/1.1 " + status)
        assert_served(server)


@SOME
def test_garbage_after_good_requests(model: tuple[str, ...]) -> None:
    """What follows the first mistake is not read."""
    with http_server(model, "--idle", "2") as server:
        with server.connect() as client:
            flood(client, 3 * GET + b"\x00\xff GET\r\n" + 1000 * GET)
            said = received_until_the_end(client)
        assert said.count(b"HTTP/1.1 200 OK") == 3 and said.count(b"HTTP/1.1 400") == 1
        assert said.count(b"HTTP/1.1") == 4
        assert_served(server)


@SOME
def test_a_client_that_asks_and_receives_nothing(model: tuple[str, ...]) -> None:
    with http_server(model, "--idle", "0.2") as server, server.connect() as greedy:
        with pytest.raises(OSError):
            greedy.sendall(GET * 1_000_000)
        assert_served(server)


@pytest.mark.parametrize("model", ["thread_per_task", "process_per_task", "epoll", "select", "poll"])
def test_no_more_connections_than_the_limit(model: str) -> None:
    with serving("--model", model, "--connections", "3") as server:
        assert "at most 3 connections at once" in server.said
        held = [server.connect() for _ in range(3)]
        for client in held:
            assert ask(client, b"x") == b"X"
        with server.connect() as waiting:
            waiting.sendall(b"y")
            # The server answers those that it holds, and not the one that waits.
            for client in held * 20:
                assert ask(client, b"x") == b"X"
            assert not select.select([waiting], [], [], 0)[0]
            held[0].close()
            assert waiting.recv(1) == b"Y"
        for client in held[1:]:
            client.close()
        assert "4 connections accepted, 4 served to their end" in server.stop()


def test_it_states_the_limit_that_nobody_asked_for() -> None:
    with serving() as server:
        assert re.search(r"at most \d+ connections at once$", server.said.strip())


def listening_addresses(port: int) -> set[str]:
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = "0A"
    return {
        line[1].partition(":")[0]
        for line in lines
        if line[3] == listening and int(line[1].partition(":")[2], 16) == port
    }


def test_it_listens_on_loopback_unless_told() -> None:
    with serving() as server:
        assert listening_addresses(server.port) == {"0100007F"}
    with serving("--host", "0.0.0.0") as server:
        assert listening_addresses(server.port) == {"00000000"}
