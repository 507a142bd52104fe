"""Reads one sample from its entry in a results document."""

from __future__ import annotations

import re
from typing import Any

from concur.documents.json_text import INTEGER_MOST, FieldError, get, get_or
from concur.documents.samples import (
    CONNECTED,
    OK,
    OUTCOMES,
    PEAK,
    TIMED,
    WAITING,
    Arguments,
    Counts,
    Evidence,
    Latency,
    Memory,
    Sample,
    Slices,
    Symbols,
)
from concur.documents.units import NS_PER_UNIT

NAME = re.compile(r"\w{1,200}", re.ASCII)
# A femtosecond and 30 years.
NS_LEAST, NS_MOST = 1e-6, 1e18

OptionalInt = (int, type(None))
OptionalString = (str, type(None))
OptionalObject = (dict, type(None))


def is_integer(value: Any) -> bool:
    """In Python `true` is an integer, in this format it is not."""
    return type(value) is int and abs(value) <= INTEGER_MOST


def at_least(least: int, holder: Any, key: str) -> int:
    found: int = get(holder, key, int)
    if found < least:
        raise FieldError(f"'{key}' is {found}, must be at least {least}")
    return found


def name(holder: Any, key: str) -> str:
    """A name of concur. It becomes a part of names of cases, files and addresses."""
    found: str = get(holder, key, str)
    if not NAME.fullmatch(found):
        raise FieldError(f"'{key}' is no name")
    return found


def _arguments(holder: Any, key: str) -> Arguments:
    given = get(holder, key, dict)
    if not all(map(NAME.fullmatch, given)):
        raise FieldError(f"'{key}' has something else than names")
    return tuple((name, at_least(0, given, name)) for name in sorted(given))


def _symbols(holder: Any) -> Symbols:
    given = get(holder, "symbols", dict)
    return tuple((name, str(get(given, name, str))) for name in sorted(given))


def _is_bucket(found: Any) -> bool:
    """Whether this is a pair of integers: the highest value and the count."""
    return isinstance(found, list) and len(found) == 2 and all(map(is_integer, found))


def _latency(found: Any, name: str) -> Latency:
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


def _optional_latency(concur: Any, key: str) -> Latency | None:
    found = get(concur, key, OptionalObject)
    return None if found is None else _latency(found, key)


def _other_latencies(concur: Any) -> tuple[tuple[str, Latency], ...]:
    found = get_or(concur, "other_latencies", dict, {})
    if not all(map(NAME.fullmatch, found)):
        raise FieldError("'other_latencies' has something else than names")
    return tuple(
        (kind, _latency(get(found, kind, dict), f"other_latencies.{kind}")) for kind in sorted(found)
    )


def _memory(found: Any) -> Memory | None:
    if found is None:
        return None
    when = get_or(found, "when", str, WAITING)
    if when not in (WAITING, CONNECTED, PEAK):
        raise FieldError("'memory.when' is unknown")
    return Memory(
        tasks=at_least(1, found, "tasks"),
        processes=get(found, "rss_bytes" if when == PEAK else "pss_bytes", int),
        kernel=get(found, "kernel_bytes", OptionalInt),
        when=when,
        noise=at_least(0, found, "noise_bytes") if "noise_bytes" in found else 0,
    )


def _counts(found: Any) -> Counts | None:
    if found is None:
        return None
    return Counts(
        units=at_least(1, found, "units"),
        system_calls=get(found, "system_calls", OptionalInt),
        switches=get(found, "switches", OptionalInt),
        migrations=get(found, "migrations", OptionalInt),
        reason=get(found, "reason", str),
    )


def _evidence(found: Any) -> Evidence:
    return Evidence(
        steal_ns=get(found, "steal_ns", OptionalInt),
        run_delay_ns=get(found, "run_delay_ns", OptionalInt),
        peer_cpu_share=get(found, "peer_cpu_share", (int, float, type(None))),
        elapsed_ns=get(found, "elapsed_ns", int),
        others_cpu_ns=get(found, "others_cpu_ns", OptionalInt),
        throttled_ns=get(found, "throttled_ns", OptionalInt),
        at_gates=get(found, "at_gates", OptionalString),
        listen_overflows=get_or(found, "listen_overflows", OptionalInt, None),
        syn_retransmits=get_or(found, "syn_retransmits", OptionalInt, None),
    )


def _connections_by_acceptor(work: Any) -> tuple[int, ...]:
    found = None if work is None else work.get("connections_by_acceptor")
    if found is None:
        return ()
    if not isinstance(found, list) or not all(map(is_integer, found)):
        raise FieldError("'work.connections_by_acceptor' has the wrong type")
    return tuple(found)


def _slices(found: Any) -> Slices | None:
    if found is None:
        return None
    columns = {}
    for name in ("start_ns", "wall_ns", "cpu_ns", "peer_cpu_ns", "units"):
        columns[name] = tuple(get(found, name, list))
        if not all(map(is_integer, columns[name])):
            raise FieldError(f"'slices.{name}' has the wrong type")
    if len({len(column) for column in columns.values()}) > 1:
        raise FieldError("the arrays of 'slices' have different lengths")
    if min(*columns["wall_ns"], *columns["units"], 1) < 1:
        raise FieldError("'slices' has a turn without time or without work")
    return Slices(**columns) if columns["wall_ns"] else None


def timed(holder: Any) -> str:
    """What one iteration is, as a sample or a workload of the document says."""
    found: str = get(holder, "timed", str)
    if found not in TIMED:
        raise FieldError(f"timed '{found}' is none of {', '.join(TIMED)}")
    return found


def _scales(work: Any, slices: Slices | None, iterations: int, real_ns: float) -> tuple[float, float]:
    """The units of one job, and the factor from totals of the sample to those of one job.

    Slices have different amounts of work, and `real_time` is scaled to that of one job.
    """
    total = 0 if work is None else get(work, "units", int)
    if slices is None or not total:
        return (total / iterations, 1 / iterations) if iterations else (0.0, 0.0)
    ns_per_unit = sum(wall / of for wall, of in zip(slices.wall_ns, slices.units)) / len(slices.units)
    job = real_ns / ns_per_unit
    return job, job / sum(slices.units)


def read_sample(entry: Any) -> Sample:
    concur = entry["concur"]
    outcome = get(concur, "outcome", str)
    if outcome not in OUTCOMES:
        raise FieldError(f"outcome '{outcome}' is none of {', '.join(OUTCOMES)}")
    time_unit = get(entry, "time_unit", str)
    if time_unit not in NS_PER_UNIT:
        raise FieldError(f"time unit '{time_unit}' is none of {', '.join(NS_PER_UNIT)}")
    real_ns = get(entry, "real_time", (int, float)) * NS_PER_UNIT[time_unit]
    iterations: int = get(entry, "iterations", int)
    if outcome == OK and (real_ns <= 0 or iterations < 1):
        raise FieldError("outcome is ok, yet no time was measured")
    if outcome == OK and not NS_LEAST <= real_ns <= NS_MOST:
        raise FieldError("'real_time' is out of range")
    work = get(concur, "work", OptionalObject)
    if outcome == OK and (work is None or get(work, "units", int) < 1):
        raise FieldError("outcome is ok, yet no work was done")
    cost = get(concur, "cost", OptionalObject)
    slices = _slices(get(concur, "slices", OptionalObject))
    units, share = _scales(work, slices, iterations, real_ns)

    def each(*keys: str) -> float | None:
        """The sum of these costs for one job; None if one of them is not known."""
        if cost is None or iterations < 1:
            return None
        totals = [get(cost, key, OptionalInt) for key in keys]
        return None if None in totals else sum(totals) * share

    peer = bool(get(concur, "peer_cpus", list))
    return Sample(
        workload=name(concur, "workload"),
        model=name(concur, "model"),
        arguments=_arguments(concur, "arguments"),
        model_arguments=_arguments(concur, "model_arguments"),
        outcome=outcome,
        reason=" ".join(get(concur, "reason", str).split()),
        round=get(concur, "round", int),
        placement=get(concur, "placement", str),
        unit=get(concur, "unit", str),
        real_ns=float(real_ns),
        units=units,
        cpu_ns=each("cpu_ns"),
        user_ns=each("cpu_user_ns"),
        system_ns=each("cpu_system_ns"),
        switches=each("switches_voluntary", "switches_involuntary"),
        latency=_optional_latency(concur, "latency"),
        peer=peer,
        peer_processes=get_or(concur, "peer_processes", int, int(peer)),
        cpus=len(get(concur, "model_cpus", list)),
        timed=timed(concur),
        symbols=_symbols(concur),
        is_repetition=get(concur, "control", bool),
        group=get(concur, "group", OptionalString),
        block=get(concur, "block", OptionalInt),
        slices=slices,
        start_time=get(concur, "start_time", str),
        sequence=get(concur, "sequence", int),
        latency_uncorrected=_optional_latency(concur, "latency_uncorrected"),
        other_latencies=_other_latencies(concur),
        memory=_memory(get(concur, "memory", OptionalObject)),
        counts=_counts(get(concur, "counts", OptionalObject)),
        evidence=_evidence(get(concur, "evidence", dict)),
        connections_by_acceptor=_connections_by_acceptor(work),
    )
