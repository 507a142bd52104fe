"""Connections that find the queue of a listener full wait for TCP's timer, and the document says so.

The real binary runs in a network namespace of its own, where the queue of each listener is short.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
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

NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000
SET_FLAGS, UP = 0x8914, 1
SOMAXCONN = Path("/proc/sys/net/core/somaxconn")


def enter_namespace() -> None:
    """Called in the child process: a network of its own, whose listeners have short queues."""
    if ctypes.CDLL(None, use_errno=True).unshare(NEW_USER | NEW_NETWORK) != 0:
        raise PermissionError(ctypes.get_errno(), "unshare")
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sH22x", b"lo", UP))
    SOMAXCONN.write_text("1")


def in_namespace(*words: str | Path) -> None:
    """Calls a program; skips the test where no namespace can be made."""
    try:
        done = subprocess.run(
            [str(word) for word in words],
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
            preexec_fn=enter_namespace,
        )
    except subprocess.SubprocessError:
        pytest.skip("no network namespace can be made here")
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """serial takes a connection when the one before has ended: all others wait in the queue."""
    out = tmp_path_factory.mktemp("queue") / "x.json"
    in_namespace(
        BINARIES / "bench_io",
        *("--case", "churn/serial/clients:6/payload:64/connections:6"),
        *("--case", "timers/epoll/tasks:1/naps:1/nap_us:1"),
        *("--case", "echo/thread_per_task/connections:8/payload:64/requests:200"),
        f"--benchmark_out={out}",
    )
    document = json.loads(out.read_text())
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    return [entry["concur"] for entry in document["benchmarks"]]


def test_a_full_queue_is_in_the_evidence(samples: Any) -> None:
    churn = samples[0]
    assert churn["outcome"] == "ok" and churn["timed"] == "runs"
    if churn["evidence"]["listen_overflows"] is None:
        pytest.skip("this kernel does not tell")
    assert churn["evidence"]["listen_overflows"] > 0
    assert churn["evidence"]["syn_retransmits"] > 0


def test_work_without_connections_has_none(samples: Any) -> None:
    evidence = samples[1]["evidence"]
    assert evidence["listen_overflows"] in (0, None) and evidence["syn_retransmits"] in (0, None)


def test_the_connections_of_a_server_are_counted_before_its_windows(samples: Any) -> None:
    echo = samples[2]
    assert echo["outcome"] == "ok" and echo["timed"] == "windows"
    # The windows are those of a server whose queue was long enough.
    assert echo["work"]["units"] == 200
    assert echo["evidence"]["listen_overflows"] is None or echo["evidence"]["listen_overflows"] >= 0
