"""One sample of a results document: a case under one model in one round."""

from __future__ import annotations

from dataclasses import dataclass

OK = "ok"
OUTCOMES = (OK, "skipped", "did_not_finish", "invalid")
# What one iteration is: a window in which a server that runs already answers, or a whole run of the job.
WINDOWS, RUNS = "windows", "runs"
TIMED = (WINDOWS, RUNS)

# Sorted by name, so that equal cases compare equal: (("connections", 100), ("payload", 64)).
Arguments = tuple[tuple[str, int], ...]
# Sorted by name too: (("workers", "connections"),) says that there is a worker for each connection.
Symbols = tuple[tuple[str, str], ...]


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
    """Counts of a run that was not timed. None: the kernel did not permit to count."""

    units: int
    system_calls: int | None
    switches: int | None
    migrations: int | None
    reason: str


@dataclass(frozen=True)
class Evidence:
    """Measurements that show whether others disturbed the sample: totals of the sample.

    None: the kernel does not report it.
    """

    steal_ns: int | None = None
    run_delay_ns: int | None = None
    peer_cpu_share: float | None = None
    # The wall time in which `steal_ns` and `others_cpu_ns` were counted.
    elapsed_ns: int = 0
    # The CPU time of all programs except the model and its peer.
    others_cpu_ns: int | None = None
    # How the model was found between its windows: slept, stopped or moved. None for runs.
    at_gates: str | None = None


@dataclass(frozen=True)
class Sample:
    """One case under one model in one round. Counts and nanoseconds are per iteration, not totals."""

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
    cpu_ns: float | None
    # The parts of `cpu_ns`, and the context switches: None for windows.
    user_ns: float | None
    system_ns: float | None
    switches: float | None
    latency: Latency | None
    peer: bool
    timed: str = RUNS
    # The symbols of arguments in `model_arguments`, which has their numbers.
    symbols: Symbols = ()
    # Whether it repeats another sample of its round (A/A), to show how much equal runs differ.
    is_repetition: bool = False
    start_time: str = ""
    sequence: int = 0
    latency_uncorrected: Latency | None = None
    memory: Memory | None = None
    counts: Counts | None = None
    evidence: Evidence = Evidence()

    @property
    def case_key(self) -> tuple[object, ...]:
        """This is the same for all samples of a case under one model with its arguments."""
        return self.workload, self.arguments, self.model, self.model_arguments

    @property
    def case_name(self) -> str:
        """echo/thread_pool/workers:100/connections:100/payload:64"""
        given = "".join(f"/{name}:{number}" for name, number in (*self.model_arguments, *self.arguments))
        return f"{self.workload}/{self.model}{given}"

    @property
    def key(self) -> tuple[object, ...]:
        """This is the same for a sample and its repetition."""
        return *self.case_key, self.round

    @property
    def switches_per_unit(self) -> float | None:
        """Of the timed runs; for windows, of the run in which they were counted."""
        if self.switches is not None:
            return self.switches / self.units if self.units > 0 else None
        return _per_unit(self.counts, self.counts.switches) if self.counts else None

    @property
    def system_calls_per_unit(self) -> float | None:
        return _per_unit(self.counts, self.counts.system_calls) if self.counts else None


def _per_unit(counts: Counts, number: int | None) -> float | None:
    return None if number is None else number / counts.units
