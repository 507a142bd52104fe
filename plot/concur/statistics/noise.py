"""Tells from the evidence of samples what disturbed a set, and a model in all of its sets.

Disturbed samples are labelled and shown, never dropped: to leave out samples that look bad would bias the
results.

Models that took turns share the evidence of their block. Whole samples of a case are judged together for each
set, because the kernel counts the time of other programs in ticks that are too coarse for a short sample.

A connection that finds the queue of its listener full waits for TCP's retransmission timer. This is counted
while a case runs, and not while others have the turn: it is a label of one model.

Involuntary context switches give no label. A model with more threads or processes than CPUs causes them
itself; other programs that cause them are seen by their CPU time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from concur.documents.cases import Case, Series
from concur.documents.samples import RUNS, Sample
from concur.documents.units import number_of, percent_range
from concur.statistics import turns
from concur.statistics.intervals import exp
from concur.statistics.turns import WALL

# As a share of the CPU time of all CPUs. Ticks and timers of an idle machine stay below it.
STEAL_SHARE = 0.02
# As a share of the time of one CPU. The programs of an idle system stay below 2 %.
OTHERS_SHARE = 0.10
# As a share of the time.
THROTTLED_SHARE = 0.02
# /proc/stat counts in ticks of 10 ms, so that a smaller time may be no time at all.
TICKS_NS = 30e6
# The standard deviation between two runs in the same set is 0.5 % for CPU work, and 3 % for a server.
REPETITION_MARGIN = 0.10


@dataclass(frozen=True)
class Taken:
    """What others took of the machine in one set, as shares."""

    others: float = 0.0
    steal: float = 0.0
    throttled: float = 0.0
    # Whether a model did not come to rest: then its CPU clocks may be wrong by a tick.
    restless: bool = False
    # How many attempts to connect found a full listen queue in a part that was timed.
    overflows: int = 0

    @property
    def is_disturbed(self) -> bool:
        loud = self.others > OTHERS_SHARE or self.steal > STEAL_SHARE or self.throttled > THROTTLED_SHARE
        return loud or self.restless or self.overflows > 0


def overflows_in(samples: Iterable[Sample]) -> int:
    """The attempts to connect that TCP repeated in timed parts of these samples.

    Windows contain none, because a server's connections are made before its first window.
    """
    return sum(s.evidence.listen_overflows or 0 for s in samples if s.timed == RUNS)


def taken(samples: Sequence[Sample], cpus: int) -> Taken:
    """Of samples of one set."""
    # All samples of a block have the figures of the block.
    by_block = {
        (s.group, s.round, s.block) if s.slices is not None else index: s.evidence
        for index, s in enumerate(samples)
    }
    watched = [evidence for evidence in by_block.values() if evidence.elapsed_ns]
    elapsed = float(sum(e.elapsed_ns for e in watched))
    restless = any(s.evidence.at_gates == "moved" for s in samples)
    if elapsed == 0:
        return Taken(restless=restless, overflows=overflows_in(samples))

    def share(times: Iterable[int | None], of: float) -> float:
        total = sum(time or 0 for time in times)
        return total / of if total > TICKS_NS else 0.0

    return Taken(
        others=share((e.others_cpu_ns for e in watched), elapsed),
        steal=share((e.steal_ns for e in watched), elapsed * cpus),
        throttled=share((e.throttled_ns for e in watched), elapsed),
        restless=restless,
        overflows=overflows_in(samples),
    )


def words(sets: Sequence[Taken], number: int | None = None) -> str:
    """What others took, as a range over sets; only what is too much in some set. Empty if nothing is.

    If these are the sets of several models, `number` says how many sets each of them had.
    """
    number = number or len(sets)
    found = []
    for shares, limit, before, after in (
        ([one.others for one in sets], OTHERS_SHARE, "other programs used", "of a CPU"),
        ([one.steal for one in sets], STEAL_SHARE, "the hypervisor took", "of the CPUs"),
        ([one.throttled for one in sets], THROTTLED_SHARE, "a quota stopped all programs for", "of the time"),
    ):
        if max(shares, default=0.0) > limit:
            found.append(f"{before} {percent_range(min(shares), max(shares))} {after}")
    if any(one.restless for one in sets):
        found.append("a model did not come to rest between its turns")
    if most := max((one.overflows for one in sets), default=0):
        least = min(one.overflows for one in sets)
        times = number_of("attempts", most) if least == most else f"{least} to {most} attempts"
        found.append(
            f"the listen queue was full, so that TCP repeated {times} to connect after a second or more"
        )
    where = f" in {number_of('sets', number)}" if number > 1 else ""
    return ", ".join(found) + where if found else ""


@dataclass(frozen=True)
class Disturbance:
    """Of one model in one case: its sets."""

    sets: tuple[Taken, ...]

    @property
    def is_serious(self) -> bool:
        """Whether at least half of the sets were disturbed: then the figures are not to be trusted."""
        return 0 < len(self.sets) <= 2 * sum(one.is_disturbed for one in self.sets)

    @property
    def words(self) -> str:
        return words(self.sets)


@lru_cache(maxsize=None)
def of_case(case: Case, cpus: int) -> dict[Series, Disturbance]:
    """Cached, because charts and tables ask for it again and again."""
    whole = by_round(s for cell in case.cells.values() for s in cell.samples if s.slices is None)
    together = {number: taken(samples, cpus) for number, samples in whole.items()}
    return {
        series: Disturbance(
            tuple(
                replace(together[number], overflows=overflows_in([one]))
                if one.slices is None
                else taken([one], cpus)
                for number, (one, *_) in by_round(cell.samples).items()
            )
        )
        for series, cell in case.cells.items()
    }


def serious_words(case: Case, series: Series, cpus: int) -> str:
    """What disturbed this model in most of its sets; otherwise empty."""
    found = of_case(case, cpus)[series]
    return found.words if found.is_serious else ""


def serious_kind(case: Case, series: Series, cpus: int) -> str:
    """The same without the figures, so that the cases of one reason can be named together."""
    found = of_case(case, cpus)[series]
    if not found.is_serious:
        return ""
    kinds = {
        "other programs used more than a tenth of a CPU": any(s.others > OTHERS_SHARE for s in found.sets),
        "the hypervisor took time of the CPUs": any(s.steal > STEAL_SHARE for s in found.sets),
        "a quota stopped all programs for a part of the time": any(
            s.throttled > THROTTLED_SHARE for s in found.sets
        ),
        "a model did not come to rest between its turns": any(s.restless for s in found.sets),
        "the listen queue was full, so that TCP repeated attempts to connect after a second or more": any(
            s.overflows for s in found.sets
        ),
    }
    return ", ".join(kind for kind, applies in kinds.items() if applies)


def by_round(samples: Iterable[Sample]) -> dict[int, list[Sample]]:
    rounds: dict[int, list[Sample]] = {}
    for sample in samples:
        rounds.setdefault(sample.round, []).append(sample)
    return dict(sorted(rounds.items()))


def repetition_pairs(samples: Iterable[Sample], repetitions: Iterable[Sample]) -> list[tuple[Sample, Sample]]:
    """Pairs of an original and its repetition in the same group and set, if both have a time."""
    originals = {sample.key: sample for sample in samples if sample.real_ns > 0}
    pairs = ((originals.get(again.key), again) for again in repetitions if again.real_ns > 0)
    return [(original, again) for original, again in pairs if original is not None]


def disturbed_rounds(samples: Sequence[Sample], repetitions: Sequence[Sample], cpus: int) -> dict[int, str]:
    """The disturbed rounds: other programs ran, or a repetition differs from its original."""
    found = {}
    for number, of_round in by_round([*samples, *repetitions]).items():
        one = taken(of_round, cpus)
        if one.is_disturbed:
            found[number] = words([one])
    for original, again in repetition_pairs(samples, repetitions):
        ratio = turns.paired_sets([again], [original], WALL)
        if ratio is not None and abs(ratio.mean) > REPETITION_MARGIN:
            times = exp(ratio.mean)
            found.setdefault(original.round, f"a repetition took {times:.2f} times as long as its original")
    return dict(sorted(found.items()))
