"""What disturbed a sample, a round, or a case: said from the evidence that each sample carries.

What is disturbed is labelled and shown, never dropped: whoever leaves out what looks bad measures what they
wished for.

Involuntary switches are no label: a model with more carriers than CPUs switches involuntarily by itself, and
of the others everything that pushes them off a CPU shows in the CPU time of others.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from concur.documents.samples import Sample

# Of the CPU time that there was: below that, ticks and timers of an idle machine.
STEAL_SHARE = 0.02
# Of one CPU. What an idle system does stays below 2 %.
OTHERS_SHARE = 0.10
# /proc/stat counts in ticks of 10 ms: so little may be none.
TICKS_NS = 30e6
# Of the time that was watched, the main thread being ready but not running.
RUN_DELAY_SHARE = 0.10
# Adjacent pairs of the same CPU work differ by a standard deviation of 0.5 %, of the same server by 3 %.
CONTROL_MARGIN = 0.10
# The peer never waited, so that it was the peer's speed that was measured.
PEER_LIMIT = 0.95


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def _machine(samples: Sequence[Sample], cpus: int) -> list[str]:
    """What others had of the machine while these samples were taken, all of them together."""
    watched = [s.evidence for s in samples if s.evidence.elapsed_ns]
    elapsed = float(sum(e.elapsed_ns or 0 for e in watched))
    if elapsed == 0:
        return []
    steal = sum(e.steal_ns or 0 for e in watched)
    others = sum(e.others_cpu_ns or 0 for e in watched)
    found = []
    if steal > TICKS_NS and steal / (elapsed * cpus) > STEAL_SHARE:
        found.append(f"the hypervisor took {_percent(steal / (elapsed * cpus))} of the CPUs")
    if others > TICKS_NS and others / elapsed > OTHERS_SHARE:
        found.append(f"other programs used {_percent(others / elapsed)} of a CPU")
    return found


def labels(sample: Sample, cpus: int) -> tuple[str, ...]:
    """What disturbed this sample, in words; empty where nothing did, or where the kernel does not tell."""
    found = _machine([sample], cpus)
    elapsed, delay = sample.evidence.elapsed_ns, sample.evidence.run_delay_ns
    # A model with many threads or processes keeps its own main thread waiting.
    if elapsed and delay and delay > TICKS_NS and delay / elapsed > RUN_DELAY_SHARE and found:
        found.append(f"ready but not running for {_percent(delay / elapsed)} of the time")
    return tuple(found)


def limits(sample: Sample) -> tuple[str, ...]:
    """What bounded this sample without disturbing it."""
    share = sample.evidence.peer_cpu_share
    return ("the peer was at its limit",) if share is not None and share > PEER_LIMIT else ()


def by_round(samples: Iterable[Sample]) -> dict[int, list[Sample]]:
    rounds: dict[int, list[Sample]] = {}
    for sample in samples:
        rounds.setdefault(sample.round, []).append(sample)
    return dict(sorted(rounds.items()))


def key(sample: Sample) -> tuple[object, ...]:
    """What a control has in common with its original."""
    return sample.workload, sample.parameters, sample.model, sample.model_parameters, sample.round


def control_pairs(samples: Iterable[Sample], controls: Iterable[Sample]) -> list[tuple[Sample, Sample]]:
    """Each control beside its original in the same round, where both have a time."""
    originals = {key(sample): sample for sample in samples if sample.real_ns > 0}
    pairs = ((originals.get(key(control)), control) for control in controls if control.real_ns > 0)
    return [(original, control) for original, control in pairs if original is not None]


def contaminated_rounds(samples: Sequence[Sample], controls: Sequence[Sample], cpus: int) -> dict[int, str]:
    """By round, what disturbed it: others had too much of the machine, or the same differed from the same."""
    found = {}
    for number, of_round in by_round([*samples, *controls]).items():
        if reasons := _machine(of_round, cpus):
            found[number] = ", ".join(reasons)
    for original, control in control_pairs(samples, controls):
        ratio = control.real_ns / original.real_ns
        if abs(math.log(ratio)) > CONTROL_MARGIN:
            found.setdefault(original.round, f"the same took {ratio:.2f} times as long a second time")
    return dict(sorted(found.items()))
