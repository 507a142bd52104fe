"""Tells from the evidence of samples what disturbed a sample or a round.

Disturbed samples are labelled and shown, never dropped: to leave out samples that look bad would bias the
results.

Involuntary context switches give no label. A model with more threads or processes than CPUs causes them
itself; other programs that cause them are seen by their CPU time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from concur.documents.samples import Sample
from concur.documents.units import percent

# As a share of the CPU time of all CPUs. Ticks and timers of an idle machine stay below it.
STEAL_SHARE = 0.02
# As a share of the time of one CPU. The programs of an idle system stay below 2 %.
OTHERS_SHARE = 0.10
# /proc/stat counts in ticks of 10 ms, so that a smaller time may be no time at all.
TICKS_NS = 30e6
# The standard deviation between two runs in the same round is 0.5 % for CPU work, and 3 % for a server.
REPETITION_MARGIN = 0.10
# The share of its time in which the peer computed. Above it, the peer limits the throughput.
PEER_LIMIT = 0.95


def _restless(samples: Sequence[Sample]) -> list[str]:
    """Whether the CPU clocks of a model were read while it ran: then they may be wrong by a tick."""
    moved = any(s.evidence.at_gates == "moved" for s in samples)
    return ["a model did not come to rest between its windows"] if moved else []


def _machine(samples: Sequence[Sample], cpus: int) -> list[str]:
    """How much of the machine other programs used while these samples were measured."""
    watched = [s.evidence for s in samples if s.evidence.elapsed_ns]
    elapsed = float(sum(e.elapsed_ns or 0 for e in watched))
    if elapsed == 0:
        return []
    steal = sum(e.steal_ns or 0 for e in watched)
    others = sum(e.others_cpu_ns or 0 for e in watched)
    found = []
    if steal > TICKS_NS and steal / (elapsed * cpus) > STEAL_SHARE:
        found.append(f"the hypervisor took {percent(steal / (elapsed * cpus))} of the CPUs")
    if others > TICKS_NS and others / elapsed > OTHERS_SHARE:
        found.append(f"other programs used {percent(others / elapsed)} of a CPU")
    return found


def limits(sample: Sample) -> tuple[str, ...]:
    """What limited this sample but is no disturbance."""
    share = sample.evidence.peer_cpu_share
    return ("the peer was at its limit",) if share is not None and share > PEER_LIMIT else ()


def by_round(samples: Iterable[Sample]) -> dict[int, list[Sample]]:
    rounds: dict[int, list[Sample]] = {}
    for sample in samples:
        rounds.setdefault(sample.round, []).append(sample)
    return dict(sorted(rounds.items()))


def repetition_pairs(samples: Iterable[Sample], repetitions: Iterable[Sample]) -> list[tuple[Sample, Sample]]:
    """Pairs of an original and its repetition in the same round, if both have a time."""
    originals = {sample.key: sample for sample in samples if sample.real_ns > 0}
    pairs = ((originals.get(again.key), again) for again in repetitions if again.real_ns > 0)
    return [(original, again) for original, again in pairs if original is not None]


def disturbed_rounds(samples: Sequence[Sample], repetitions: Sequence[Sample], cpus: int) -> dict[int, str]:
    """The disturbed rounds: other programs ran, or a repetition differs from its original."""
    found = {}
    for number, of_round in by_round([*samples, *repetitions]).items():
        if reasons := _machine(of_round, cpus) + _restless(of_round):
            found[number] = ", ".join(reasons)
    for original, again in repetition_pairs(samples, repetitions):
        ratio = again.real_ns / original.real_ns
        if abs(math.log(ratio)) > REPETITION_MARGIN:
            found.setdefault(original.round, f"a repetition took {ratio:.2f} times as long as its original")
    return dict(sorted(found.items()))
