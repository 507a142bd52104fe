"""One sample of a results document: a case under one model in one round.

A round is a set of fresh processes. In a set, a model either runs once (a whole sample), or it takes turns
with the other models of its comparison group: then the sample has slices.
"""

from __future__ import annotations

from dataclasses import dataclass, field

OK = "ok"
OUTCOMES = (OK, "skipped", "did_not_finish", "invalid")
# What one iteration is: a window in which a server that runs already answers, or a whole run of the job.
WINDOWS, RUNS = "windows", "runs"
TIMED = (WINDOWS, RUNS)
# When the memory was read: while all tasks waited, while all connections of a server were open and
# silent, or when it was the largest in a run.
WAITING, CONNECTED, PEAK = "waiting", "connected", "peak"
# In documents that concur did not write, it is what the author of the benchmark has put into its loop.
ITERATIONS = "iterations"

# Sorted by name, so that equal cases compare equal: (("connections", 100), ("payload", 64)).
Arguments = tuple[tuple[str, int], ...]
# Sorted by name too: (("tasks", "16*cpus"), ("workers", "connections")) says that there are 16 tasks for each
# CPU, and a worker for each connection.
Symbols = tuple[tuple[str, str], ...]
# Arguments, with symbols in place of the numbers that have one.
SymbolicArguments = tuple[tuple[str, int | str], ...]


def with_symbols(arguments: Arguments, symbols: Symbols) -> SymbolicArguments:
    known = dict(symbols)
    return tuple((name, known.get(name, number)) for name, number in arguments)


@dataclass(frozen=True)
class Latency:
    what: str
    count: int
    max_ns: int
    buckets: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Memory:
    """The memory that `tasks` tasks (or connections) use together, in bytes."""

    tasks: int
    # Of tasks that wait, and of connections: the proportional set size of all processes of the model. At a
    # peak: the resident set of the only process.
    processes: int
    # Of the whole machine. None: it is not known, as at a peak.
    kernel: int | None
    when: str = WAITING
    # What is not larger is noise.
    noise: int = 0

    @property
    def known(self) -> int:
        """All that is known of it."""
        return self.processes + (self.kernel or 0)


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
    # The CPU time of all programs except the models, their peers and the runner.
    others_cpu_ns: int | None = None
    # How long a quota (cpu.max) kept the programs of this control group from running.
    throttled_ns: int | None = None
    # How the model was found between its windows or turns: slept, stopped or moved. None for whole runs.
    at_gates: str | None = None
    # Attempts to connect that the kernel dropped because a listener's queue was full, and those that TCP
    # repeated because there was no answer.
    listen_overflows: int | None = None
    syn_retransmits: int | None = None


@dataclass(frozen=True)
class Slices:
    """The turns of a model in one set, in order of time: one element for each turn."""

    # By one clock for all samples of a run.
    start_ns: tuple[int, ...]
    wall_ns: tuple[int, ...]
    # The CPU time of the model, without its peer.
    cpu_ns: tuple[int, ...]
    peer_cpu_ns: tuple[int, ...]
    units: tuple[int, ...]


@dataclass(frozen=True)
class Sample:
    """One case under one model in one round.

    Counts and nanoseconds are for one job (a run, or a window with the requests of the case), not totals.
    """

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
    # The number of the peer's processes; 0 without a peer.
    peer_processes: int = 0
    # The number of CPUs that the model may use; 0 if it is not known.
    cpus: int = 0
    timed: str = RUNS
    # The symbols of arguments in `model_arguments` and `arguments`, which have their numbers.
    symbols: Symbols = ()
    # Whether it repeats another sample of its round: to show how much equal runs differ (A/A), or because
    # the models of another block need a process of the baseline beside them.
    is_repetition: bool = False
    # The name of its comparison group, and the block of the group in this round. All models of a block are
    # alive at the same time. A whole sample has no block.
    group: str | None = None
    block: int | None = None
    slices: Slices | None = None
    # The sample of the group's baseline in the same block. None for the baseline itself.
    partner: Sample | None = field(default=None, compare=False, repr=False)
    start_time: str = ""
    sequence: int = 0
    latency_uncorrected: Latency | None = None
    # Of further classes of units, which `latency` leaves out, with the name of each class.
    other_latencies: tuple[tuple[str, Latency], ...] = ()
    memory: Memory | None = None
    counts: Counts | None = None
    evidence: Evidence = Evidence()
    # Empty if the model accepts no connections, or the document is older than this field.
    connections_by_acceptor: tuple[int, ...] = ()
    # Whether `cpu_ns` is that of all threads. Google Benchmark leaves out those that a benchmark starts.
    cpu_of_all_threads: bool = True

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
        return *self.case_key, self.group, self.round

    @property
    def identity(self) -> Identity:
        """That of its case name, without the order of the arguments."""
        return identity(self.case_name)

    def latency_of(self, kind: str) -> Latency | None:
        """Of a class of units; the main class has no name ("")."""
        return dict(self.other_latencies).get(kind) if kind else self.latency

    @property
    def switches_per_unit(self) -> float | None:
        """Of the timed runs; for windows, of the run in which they were counted."""
        if self.switches is not None:
            return self.switches / self.units if self.units > 0 else None
        return _per_unit(self.counts, self.counts.switches) if self.counts else None

    @property
    def system_calls_per_unit(self) -> float | None:
        return _per_unit(self.counts, self.counts.system_calls) if self.counts else None


# What a case name says: workload, model and arguments.
Identity = tuple[str, str, frozenset[str]]


def identity(case_name: str) -> Identity:
    """Two names of one case may have their arguments in different order."""
    workload, model, *arguments = case_name.split("/")
    return workload, model, frozenset(arguments)


def _per_unit(counts: Counts, number: int | None) -> float | None:
    return None if number is None else number / counts.units
