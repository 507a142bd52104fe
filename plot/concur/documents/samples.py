"""One sample of a results document: a case under one model in one round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from concur.documents.json_text import FieldError, get
from concur.documents.units import NS_PER_UNIT

OK = "ok"
OUTCOMES = (OK, "skipped", "did_not_finish", "invalid")

# Sorted by name, so that equal cases compare equal: (("connections", 100), ("payload", 64)).
Arguments = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Latency:
    what: str
    count: int
    max_ns: int
    buckets: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Memory:
    """The memory that `tasks` waiting tasks use together, in bytes."""

    tasks: int
    pss: int
    kernel: int


@dataclass(frozen=True)
class Counts:
    """Counts of one run, which was not timed. None: the kernel did not permit to count."""

    units: int
    system_calls: int | None
    migrations: int | None
    reason: str


@dataclass(frozen=True)
class Evidence:
    """Measurements that show whether others disturbed the sample: totals of the sample, not figures per job.

    None: the kernel does not report it.
    """

    steal_ns: int | None = None
    run_delay_ns: int | None = None
    peer_cpu_share: float | None = None
    # The wall time in which `steal_ns` and `others_cpu_ns` were counted.
    elapsed_ns: int | None = None
    # The CPU time of all programs except the model and its peer.
    others_cpu_ns: int | None = None


@dataclass(frozen=True)
class Sample:
    """One case under one model in one round. Counts and nanoseconds are per job, not totals."""

    workload: str
    model: str
    arguments: Arguments
    model_arguments: Arguments
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
    # Whether it repeats another sample of its round (A/A), to show how much equal runs differ.
    is_repetition: bool = False
    start_time: str = ""
    sequence: int = 0
    involuntary: float | None = None
    faults: float | None = None
    latency_uncorrected: Latency | None = None
    memory: Memory | None = None
    counts: Counts | None = None
    evidence: Evidence = Evidence()

    @property
    def case_key(self) -> tuple[object, ...]:
        """This is the same for all samples of a case under one series."""
        return self.workload, self.arguments, self.model, self.model_arguments

    @property
    def key(self) -> tuple[object, ...]:
        """This is the same for a sample and its repetition."""
        return *self.case_key, self.round

    @property
    def cpu_ns(self) -> float | None:
        """User and system time together. The kernel counts the sum exactly, but estimates the two parts."""
        return None if self.user_ns is None or self.system_ns is None else self.user_ns + self.system_ns


def _arguments(holder: Any, key: str) -> Arguments:
    given = get(holder, key, dict)
    return tuple((name, int(get(given, name, int))) for name in sorted(given))


OptionalInt = (int, type(None))
OptionalObject = (dict, type(None))


def _later(holder: Any, key: str, kind: Any) -> Any:
    """A field that documents written before concur 0.2 do not have."""
    return get(holder, key, kind) if key in holder else None


def _is_bucket(found: Any) -> bool:
    """Whether this is a pair of integers: the highest value and the count (`true` is no integer here)."""
    return isinstance(found, list) and len(found) == 2 and type(found[0]) is int and type(found[1]) is int


def _latency(found: Any, name: str) -> Latency | None:
    if found is None:
        return None
    buckets = get(found, "buckets", list)
    if not all(map(_is_bucket, buckets)):
        raise FieldError(f"'{name}.buckets' has the wrong type")
    counts = [count for _, count in buckets]
    if not any(counts) or min(counts) < 0:
        raise FieldError(f"'{name}.buckets' is empty or holds a negative count")
    return Latency(
        what=get(found, "what", str),
        count=get(found, "count", int),
        max_ns=get(found, "max_ns", int),
        buckets=tuple((highest, count) for highest, count in buckets),
    )


def _memory(found: Any) -> Memory | None:
    if found is None:
        return None
    return Memory(
        tasks=get(found, "tasks", int),
        pss=get(found, "pss_bytes", int),
        kernel=get(found, "kernel_bytes", int),
    )


def _counts(found: Any) -> Counts | None:
    if found is None:
        return None
    return Counts(
        units=get(found, "units", int),
        system_calls=get(found, "system_calls", OptionalInt),
        migrations=get(found, "migrations", OptionalInt),
        reason=get(found, "reason", str),
    )


def _evidence(found: Any) -> Evidence:
    return Evidence(
        steal_ns=get(found, "steal_ns", OptionalInt),
        run_delay_ns=get(found, "run_delay_ns", OptionalInt),
        peer_cpu_share=get(found, "peer_cpu_share", (int, float, type(None))),
        elapsed_ns=_later(found, "elapsed_ns", int),
        others_cpu_ns=_later(found, "others_cpu_ns", OptionalInt),
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
    work = get(concur, "work", OptionalObject)
    if outcome == OK and (work is None or get(work, "units", int) < 1):
        raise FieldError("outcome is ok, yet no work was done")
    cost = get(concur, "cost", OptionalObject)

    def per_job(holder: Any, *keys: str) -> float | None:
        if holder is None or jobs < 1:
            return None
        total: int = sum(get(holder, key, int) for key in keys)
        return total / jobs

    return Sample(
        workload=get(concur, "workload", str),
        model=get(concur, "model", str),
        arguments=_arguments(concur, "parameters"),
        model_arguments=_arguments(concur, "model_parameters"),
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
        latency=_latency(get(concur, "latency", OptionalObject), "latency"),
        peer=bool(get(concur, "peer_cpus", list)),
        is_repetition=get(concur, "control", bool),
        start_time=get(concur, "start_time", str),
        sequence=get(concur, "sequence", int),
        involuntary=per_job(cost, "switches_involuntary"),
        faults=per_job(cost, "faults_minor", "faults_major"),
        latency_uncorrected=_latency(
            _later(concur, "latency_uncorrected", OptionalObject), "latency_uncorrected"
        ),
        memory=_memory(_later(concur, "memory", OptionalObject)),
        counts=_counts(_later(concur, "counts", OptionalObject)),
        evidence=_evidence(get(concur, "evidence", dict)),
    )
