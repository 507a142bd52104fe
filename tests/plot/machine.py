"""The invented machine, models and workloads of the synthetic documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Model:
    """What a model truly costs, in nanoseconds, and how many CPUs it can use."""

    family: str
    cpus: int
    spawn_ns: float
    switch_ns: float
    request_ns: float
    idle_ns: float
    cpu_ns: float
    switches: float
    workers: tuple[int, ...] = (0,)
    # Whether suites give it a worker for each connection, where there are connections.
    is_pool: bool = False

    def info(self, name: str) -> dict[str, Any]:
        return {
            "name": name,
            "family": self.family,
            "carrier": "synthetic",
            "wait_mechanism": "synthetic",
            "summary": "invented for a test",
            "available": True,
            "reason": "",
        }


@dataclass(frozen=True)
class Workload:
    group: str
    unit: str
    timed: str = "runs"
    # Whether another process drives it.
    has_peer: bool = False
    # The parameter that says how many connections there are at a time, if it has connections.
    crowd: str = ""

    def info(self, name: str) -> dict[str, str]:
        return {
            "name": name,
            "group": self.group,
            "unit": self.unit,
            "timed": self.timed,
            "summary": "invented for a test",
        }


MODELS = {
    "serial": Model("serial", 1, 0, 5, 9000, 0, 9000, 0.9),
    "thread_per_task": Model("threads", 2, 12000, 1900, 11000, 0.9, 11800, 2.1),
    "thread_pool": Model("threads", 2, 900, 1700, 10500, 0.2, 10900, 1.9, (2, 16), True),
    "process_per_task": Model("processes", 2, 320000, 2400, 13000, 2.2, 14200, 2.3),
    "process_pool": Model("processes", 2, 9000, 2100, 12000, 0.4, 12900, 2.0, is_pool=True),
    "coroutine": Model("coroutines", 1, 140, 28, 7600, 0.01, 7700, 0.6),
    "nonblocking": Model("loops", 1, 60, 24, 16000, 310, 15900, 0.02),
    "select": Model("loops", 1, 60, 22, 8300, 118, 8900, 0.7),
    "poll": Model("loops", 1, 60, 21, 8200, 129, 8800, 0.7),
    "epoll": Model("loops", 1, 60, 21, 7500, 3.2, 7450, 0.6),
}

LATER_MODELS = {
    "epoll_et": Model("loops", 1, 60, 21, 7300, 3.0, 7300, 0.6),
    "io_uring": Model("completion", 1, 60, 25, 7900, 2.5, 7200, 0.5),
    "io_uring_tuned": Model("completion", 1, 60, 24, 6100, 1.9, 6000, 0.3),
    "coroutine_uring": Model("coroutines", 1, 140, 33, 8100, 2.6, 7500, 0.5),
    "fiber": Model("fibers", 1, 700, 40, 7900, 3.1, 7800, 0.6),
    "boost_fiber": Model("fibers", 1, 1100, 70, 8500, 3.3, 8400, 0.6),
    "offload": Model("hybrids", 2, 1200, 900, 9800, 3.0, 9900, 1.2),
    "epoll_per_core": Model("hybrids", 2, 70, 22, 7400, 1.6, 7800, 0.6),
    "prefork_epoll": Model("hybrids", 2, 80, 23, 7600, 1.7, 8000, 0.6),
    "process_thread_coroutine": Model("hybrids", 2, 160, 30, 8000, 1.8, 8300, 0.8),
    "work_stealing": Model("threads", 2, 300, 400, 9900, 0.2, 10000, 1.5),
    "asio": Model("libraries", 1, 200, 60, 8800, 3.4, 8700, 0.6),
    "asio_coroutine": Model("libraries", 1, 260, 90, 9300, 3.5, 9200, 0.6),
    "asio_pool": Model("libraries", 2, 400, 250, 9700, 2.2, 9900, 1.1),
    "libuv": Model("libraries", 1, 210, 75, 8600, 3.3, 8500, 0.6),
    "libevent": Model("libraries", 1, 220, 80, 8700, 3.3, 8600, 0.6),
    "libev": Model("libraries", 1, 190, 55, 8100, 3.2, 8050, 0.6),
}

WORKLOADS = {
    "primes": Workload("cpu", "task"),
    "mandelbrot": Workload("cpu", "row"),
    "switching": Workload("cpu", "slice"),
    "timers": Workload("io", "nap"),
    "park": Workload("io", "task"),
    "fork_join": Workload("cpu", "task"),
    "echo": Workload("io", "request", "windows", True, "connections"),
    "open_echo": Workload("io", "request", "windows", True, "connections"),
    "idle_crowd": Workload("io", "request", "windows", True, "connections"),
    "churn": Workload("io", "connection", "runs", True, "clients"),
    "fetch": Workload("io", "page", "runs", True),
}

CONTEXT: dict[str, Any] = {
    "date": "2024-05-04T10:00:00+00:00",
    "host_name": "example",
    "num_cpus": 2,
    "concur": {
        "schema": 3,
        "version": "0.3.0",
        "suite": "full",
        "rounds": 7,
        "samples_planned": 0,
        "complete": True,
        "placement": "split",
        "machine": {
            "kernel": "6.1.0-18-amd64",
            "cpu": "Invented CPU @ 2.40GHz",
            "cpus_online": 2,
            "cpus_usable": 2,
            "topology": {
                "packages": 1,
                "numa_nodes": 1,
                "cores": 2,
                "hardware_threads": 2,
                "kinds": 1,
                "usable": "0-1",
            },
            "affinity": [0, 1],
            "memory_bytes": 8 << 30,
            "descriptor_limit": 20000,
            "governor": None,
            "mitigations": {},
            "cgroup": {"cpu_max": None, "memory_max": None, "pids_max": None},
        },
        "build": {
            "compiler": "g++ 12.2.0",
            "flags": "-O2",
            "build_type": "Release",
            "git_revision": "0123456789ab",
            "libraries": {"benchmark": "1.7.1"},
        },
        "models": [],
        "workloads": [],
    },
}
