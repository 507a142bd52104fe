"""A results document in memory: where its samples come from, and the samples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from concur.documents import grouping
from concur.documents.cases import Workload, WorkloadInfo
from concur.documents.comparison_groups import Group
from concur.documents.samples import OK, Sample

# What one observation is, as the plural of a noun: a set of fresh processes, in documents of concur.
SETS = "sets"
# In other documents of Google Benchmark.
REPETITIONS = "repetitions of one process"


# By these a machine is known again when its name has changed.
MACHINE = ("cpu", "cpus", "cpus_usable", "kernel", "topology")


@dataclass(frozen=True)
class Origin:
    """Where samples come from. Samples stand in one chart only if all of this is the same."""

    host: str
    cpu: str
    # The number of CPUs that are online, and of those that the run may use.
    cpus: int
    cpus_usable: int
    kernel: str
    placement: str
    compiler: str
    flags: str
    revision: str
    # Empty if the document does not say it.
    topology: str = ""
    # The version and the build of Google Benchmark; empty in documents of concur.
    library: str = ""

    def differences(self, other: Origin, fields: Iterable[str]) -> list[str]:
        """Those of the fields that differ."""
        return [field for field in fields if getattr(self, field) != getattr(other, field)]

    def is_machine_of(self, other: Origin) -> bool:
        """Whether both come from one machine as far as it matters, whatever its name.

        Containers of one machine have different names, and each new one has another.
        """
        if self.host == other.host:
            return True
        return bool(self.cpu and self.kernel) and not self.differences(other, MACHINE)


@dataclass(frozen=True)
class Document:
    origin: Origin
    version: str
    # The most and the fewest sets that a case has.
    rounds: int
    rounds_least: int
    planned: int
    present: int
    complete: bool
    # The family of each model, in the order of the document.
    families: Mapping[str, str]
    workload_infos: tuple[WorkloadInfo, ...]
    samples: tuple[Sample, ...]
    # Samples of cases that were run a second time in the same round (A/A).
    repetitions: tuple[Sample, ...] = ()
    # The samples of cases that belong to several comparison groups, in their further groups.
    others: tuple[Sample, ...] = ()
    groups: tuple[Group, ...] = ()
    # Of the random order of turns.
    seed: int | None = None
    # What each model is, in a few words.
    summaries: Mapping[str, str] = field(default_factory=dict)
    # What one observation is: sets, or "repetitions of one process" if another program wrote the document.
    observations: str = SETS
    # What the document itself says against its figures, each as a sentence without its stop.
    warnings: tuple[str, ...] = ()
    # What the document says of its run: the object `context`, as it is.
    context: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    # The files that it was read from.
    paths: tuple[Path, ...] = ()

    @property
    def is_foreign(self) -> bool:
        """Whether it is plain JSON of Google Benchmark: it has no models, no baseline and no evidence."""
        return self.observations != SETS

    @property
    def is_of_one_process(self) -> bool:
        """Whether another process could differ by more than the intervals say."""
        return self.observations == REPETITIONS

    @cached_property
    def workloads(self) -> tuple[Workload, ...]:
        """The samples, grouped once for all charts and tables."""
        return grouping.group(
            grouping.Material(self.samples, self.others, self.groups, self.families, self.origin.cpus),
            self.workload_infos,
        )


def count_rounds(samples: Sequence[Sample]) -> tuple[int, int]:
    """The most and the fewest rounds of a series. Series that failed do not count, if others did not."""
    found: dict[Any, set[int]] = {}
    for s in samples:
        found.setdefault(s.case_key, set()).add(s.round)
    failed = {s.case_key for s in samples if s.outcome != OK}
    numbers = [len(rounds) for key, rounds in found.items() if key not in failed]
    numbers = numbers or [len(rounds) for rounds in found.values()]
    return max(numbers), min(numbers)
