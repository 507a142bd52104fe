"""One sample of a results document: a case under one model in one round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from json_text import FieldError, get

OK = "ok"
OUTCOMES = (OK, "skipped", "did_not_finish", "invalid")
NS_PER_UNIT = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}

# Sizes sorted by name, so that equal cases compare equal: (("connections", 100), ("payload", 64)).
Parameters = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Latency:
    what: str
    count: int
    max_ns: int
    buckets: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Sample:
    """One case under one model in one round. Counts and nanoseconds are per job, not totals."""

    workload: str
    model: str
    parameters: Parameters
    model_parameters: Parameters
    outcome: str
    reason: str
    round: int
    placement: str
    unit: str
    real_ns: float
    units: float
    user_ns: float | None
    system_ns: float | None
    switches: float | None
    latency: Latency | None
    peer: bool


def _sizes(holder: Any, key: str) -> Parameters:
    sizes = get(holder, key, dict)
    return tuple((name, int(get(sizes, name, int))) for name in sorted(sizes))


def _latency(sample: Any) -> Latency | None:
    found = get(sample, "latency", (dict, type(None)))
    if found is None:
        return None
    buckets = get(found, "buckets", list)
    if not all(isinstance(b, list) and len(b) == 2 and all(type(n) is int for n in b) for b in buckets):
        raise FieldError("'latency.buckets' has the wrong type")
    counts = [count for _, count in buckets]
    if not any(counts) or min(counts) < 0:
        raise FieldError("'latency.buckets' is empty or holds a negative count")
    return Latency(
        what=get(found, "what", str),
        count=get(found, "count", int),
        max_ns=get(found, "max_ns", int),
        buckets=tuple((highest, count) for highest, count in buckets),
    )


def read_sample(entry: Any) -> Sample:
    concur = entry["concur"]
    outcome = get(concur, "outcome", str)
    if outcome not in OUTCOMES:
        raise FieldError(f"outcome '{outcome}' is none of {', '.join(OUTCOMES)}")
    time_unit = get(entry, "time_unit", str)
    if time_unit not in NS_PER_UNIT:
        raise FieldError(f"time unit '{time_unit}' is none of {', '.join(NS_PER_UNIT)}")
    real_ns = get(entry, "real_time", (int, float)) * NS_PER_UNIT[time_unit]
    jobs: int = get(entry, "iterations", int)
    if outcome == OK and (real_ns <= 0 or jobs < 1):
        raise FieldError("outcome is ok, yet no time was measured")
    work = get(concur, "work", (dict, type(None)))
    if outcome == OK and (work is None or get(work, "units", int) < 1):
        raise FieldError("outcome is ok, yet no work was done")
    cost = get(concur, "cost", (dict, type(None)))

    def per_job(holder: Any, *keys: str) -> float | None:
        if holder is None or jobs < 1:
            return None
        total: int = sum(get(holder, key, int) for key in keys)
        return total / jobs

    return Sample(
        workload=get(concur, "workload", str),
        model=get(concur, "model", str),
        parameters=_sizes(concur, "parameters"),
        model_parameters=_sizes(concur, "model_parameters"),
        outcome=outcome,
        reason=" ".join(get(concur, "reason", str).split()),
        round=get(concur, "round", int),
        placement=get(concur, "placement", str),
        unit=get(concur, "unit", str),
        real_ns=float(real_ns),
        units=per_job(work, "units") or 0.0,
        user_ns=per_job(cost, "cpu_user_ns"),
        system_ns=per_job(cost, "cpu_system_ns"),
        switches=per_job(cost, "switches_voluntary", "switches_involuntary"),
        latency=_latency(concur),
        peer=bool(get(concur, "peer_cpus", list)),
    )
