"""What is true of the invented machine: how long a job takes, how it ends, and how much it does."""

from __future__ import annotations

from machine import LATER_MODELS, MODELS, WORKLOADS

NS_PER_MS, NS_PER_US = 1_000_000, 1000
WORK_US = 200_000
FIXED_NS = 40_000


def units(workload: str, p: dict[str, int]) -> int:
    """How many units one job or one window has."""
    return {
        "primes": p.get("tasks", 0),
        "mandelbrot": p.get("rows", 0),
        "switching": p.get("tasks", 0) * p.get("slices", 0),
        "timers": p.get("tasks", 0) * p.get("naps", 0),
        "echo": p.get("requests", 0),
        "open_echo": p.get("requests", 0),
        "idle_crowd": p.get("requests", 0),
        "churn": p.get("connections", 0),
        "park": p.get("tasks", 0),
        "fork_join": (p.get("leaves", 0) * 10 - 1) // 9,
        "fetch": p.get("pages", 0),
    }[workload]


def truth_ns(workload: str, model: str, workers: int, p: dict[str, int]) -> float:
    """The undisturbed wall time of one job or one window."""
    row = {**MODELS, **LATER_MODELS}[model]
    n = units(workload, p)
    if workload == "primes":
        return WORK_US * NS_PER_US / min(row.cpus, 2) + n * row.spawn_ns + FIXED_NS
    if workload == "mandelbrot":
        return 90 * NS_PER_MS / min(row.cpus, 2) + p["tasks"] * row.spawn_ns + FIXED_NS
    if workload == "switching":
        return n * row.switch_ns + p["tasks"] * row.spawn_ns + FIXED_NS
    if workload == "timers":
        width = 1 if model == "serial" else min(workers or p["tasks"], p["tasks"])
        lanes = p["tasks"] / width
        return lanes * p["naps"] * p["nap_us"] * NS_PER_US + n * row.switch_ns
    if workload in ("park", "fork_join"):
        return n * (row.spawn_ns + row.switch_ns) + FIXED_NS
    crowd = p[WORKLOADS[workload].crowd or "clients"]
    each = row.request_ns + row.idle_ns * crowd + p.get("payload", 64) * 0.12
    each += p.get("work_us", 0) * NS_PER_US / min(row.cpus, 2)
    if workload == "fetch":
        width = 1 if model == "serial" else min(workers or crowd, crowd)
        return max(n / width * p["delay_ms"] * NS_PER_MS, n * each)
    if workload == "open_echo":
        return max(n * each, n / p["rate"] * 1e9)
    if workload == "churn":
        return n * (2 * each + row.spawn_ns) + FIXED_NS
    return n * (each + 30_000 / min(crowd, 8))


def outcome(workload: str, model: str, p: dict[str, int]) -> tuple[str, str]:
    crowd = p.get(WORKLOADS[workload].crowd or "clients", 0)
    if model == "select" and crowd >= 1000:
        return "skipped", "descriptor 1024 does not fit FD_SETSIZE 1024"
    if workload in ("echo", "idle_crowd") and model == "serial" and crowd > 1:
        return "skipped", "one connection after the other would starve the rest"
    if model == "process_per_task" and crowd >= 10000:
        return "did_not_finish", "fork: Resource temporarily unavailable after 7,913 processes"
    if model == "nonblocking" and crowd >= 10000:
        return "invalid", "214 of 10,000 connections got no answer"
    if workload == "park" and (model == "serial" or model.endswith("_pool")):
        return "skipped", f"{p['tasks']} tasks wait for one another, and only 1 can be under way at once"
    if workload == "switching" and model == "process_per_task" and p["tasks"] >= 1000:
        return "did_not_finish", "time limit of 60 s"
    return "ok", ""
