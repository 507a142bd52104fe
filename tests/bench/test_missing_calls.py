"""A kernel or a sandbox lacks a system call: a case runs without it, is skipped, or ends with its name.

Never is there a wait without an end. A seccomp filter makes the call fail; it also holds for child processes.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import platform
import re
import struct
import subprocess
from pathlib import Path

import pytest

BINARIES = Path(os.environ["CONCUR_BINARIES"])
NUMBERS = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
ERRNOS = (errno.ENOSYS, errno.EPERM)
TIME_LIMIT_S = 60

# Each waits in another way, and starts threads, processes or a peer.
ALL_CASES = (
    ("bench_io", "echo/epoll/connections:2/requests:10"),
    ("bench_io", "fetch/serial/clients:1/pages:1"),
    ("bench_io", "park/thread_per_task/tasks:3"),
    ("bench_io", "timers/libevent/tasks:2/naps:1/nap_us:100"),
    ("bench_io", "echo/io_uring/connections:2/requests:10"),
    ("bench_cpu", "noop/process_pool/tasks:4"),
)


def models_of_this_build() -> set[str]:
    done = subprocess.run([BINARIES / "bench_io", "--describe"], capture_output=True, text=True, check=True)
    return {model["name"] for model in json.loads(done.stdout)["models"] if model["available"]}


# A build without optional libraries has fewer models.
CASES = tuple(one for one in ALL_CASES if one[1].split("/")[1] in models_of_this_build())

# Nothing, or only what a model says that it cannot do, depends on these.
DISPENSABLE = (
    "epoll_pwait2 io_uring_setup io_uring_enter io_uring_register perf_event_open "
    "timerfd_create timerfd_settime "
    "madvise sysinfo uname getrandom rseq set_robust_list getrusage prctl unshare mount eventfd2"
).split()
# Without these a case cannot be measured. It names the call, or what needed it.
NEEDED = (
    "accept4 bind clone clone3 connect epoll_create1 epoll_ctl epoll_wait getsockname kill listen pipe2 poll "
    "prlimit64 recvfrom sched_getaffinity sched_setaffinity sendto setsockopt socket wait4 waitid"
).split()

needs_numbers = pytest.mark.skipif(
    platform.machine() != "x86_64" or not NUMBERS.exists(),
    reason="the numbers of the system calls are not known here",
)


def number_of(call: str) -> int:
    found = re.search(rf"^#define __NR_{call}\s+(\d+)$", NUMBERS.read_text(), re.MULTILINE)
    assert found, call
    return int(found[1])


def run_without(call: str, error: int, binary: str, case: str) -> tuple[int, str]:
    """The exit code and the output of a case in a process where the system call fails."""
    number = number_of(call)
    # BPF: load the number; if it is this one, fail with the errno; else allow.
    rules = struct.pack("=HBBI", 0x20, 0, 0, 0)
    rules += struct.pack("=HBBI", 0x15, 0, 1, number)
    rules += struct.pack("=HBBI", 0x06, 0, 0, 0x00050000 | error)
    rules += struct.pack("=HBBI", 0x06, 0, 0, 0x7FFF0000)
    code = ctypes.create_string_buffer(rules, len(rules))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", 4, ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)

    def forbid() -> None:
        no_new_privileges, seccomp, filter_mode = 38, 22, 2
        if libc.prctl(no_new_privileges, 1, 0, 0, 0) or libc.prctl(seccomp, filter_mode, program, 0, 0):
            os._exit(99)

    run = subprocess.run(
        [BINARIES / binary, "--case", case],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=TIME_LIMIT_S,
        preexec_fn=forbid,
        check=False,
    )
    if run.returncode == 99:
        pytest.skip("seccomp filters are not permitted here")
    return run.returncode, run.stdout + run.stderr


@needs_numbers
@pytest.mark.parametrize("call", DISPENSABLE)
def test_a_case_runs_or_is_skipped_without_it(call: str) -> None:
    for error in ERRNOS:
        for binary, case in CASES:
            code, output = run_without(call, error, binary, case)
            assert code == 0, (case, error, output)
            if "ERROR OCCURRED" in output:
                assert "'skipped: " in output, (case, error, output)


@needs_numbers
@pytest.mark.parametrize("call", NEEDED)
def test_a_case_ends_with_a_reason_without_it(call: str) -> None:
    error = errno.EPERM
    for binary, case in CASES:
        code, output = run_without(call, error, binary, case)
        assert code in (0, 1, 2), (case, error, code, output)
        assert "got no answer" not in output, (case, error, output)
        assert code == 0 or os.strerror(error) in output or "failed in libevent" in output, (
            case,
            error,
            output,
        )
