"""The figures of the cases that findings are about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from concur.documents import labels
from concur.documents.cases import Cell
from concur.documents.results import Document
from concur.documents.samples import OK, Sample
from concur.findings.claims import short
from concur.findings.definitions import ModelCase, Finding
from concur.findings.suite import is_group_of
from concur.findings.verdict import NOT_APPLICABLE, REFUTED, Unusable
from concur.statistics import intervals, turns
from concur.statistics.intervals import Estimate, exp
from concur.statistics.turns import CPU, WALL, WALL_OF_JOB

Values = dict[int, float]


def _percentile(sample: Sample, quantile: float) -> float | None:
    if sample.latency is None:
        return None
    found = intervals.percentiles([sample.latency.buckets], [quantile])[0]
    return None if found is None else found.value


def _memory(sample: Sample) -> float | None:
    memory = sample.memory
    # Where no noise is known, a figure below 0 counts too.
    if memory is None or (memory.noise > 0 and memory.known <= memory.noise):
        return None
    return memory.known / memory.tasks


METRICS: dict[str, Callable[[Sample], float | None]] = {
    "wall": lambda s: s.real_ns,
    "wall_ms": lambda s: s.real_ns / 1e6,
    "wall_per_unit": lambda s: s.real_ns / s.units,
    "cpu_per_unit": lambda s: None if s.cpu_ns is None else s.cpu_ns / s.units,
    "cpu_share": lambda s: None if s.cpu_ns is None else s.cpu_ns / s.real_ns,
    "latency_p50": lambda s: _percentile(s, 0.5),
    "latency_p99": lambda s: _percentile(s, 0.99),
    "memory_per_task": _memory,
    "system_calls_per_unit": lambda s: s.system_calls_per_unit,
    "switches_per_unit": lambda s: s.switches_per_unit,
}


# Those that slices have too.
SLICED = {"wall": WALL_OF_JOB, "wall_ms": WALL_OF_JOB, "wall_per_unit": WALL, "cpu_per_unit": CPU}


class Measurements:
    """The samples of one document."""

    def __init__(self, document: Document) -> None:
        self.document = document

    @staticmethod
    def _of_case(samples: Iterable[Sample], case: ModelCase) -> list[Sample]:
        found = [
            s
            for s in samples
            if (s.workload, s.model) == (case.workload, case.model)
            and set(case.arguments) <= set(s.arguments)
            and set(case.model_arguments) <= set(s.model_arguments)
        ]
        # An optional argument that has its default stands in no name: stack_kib of threads.
        return [s for s in found if set(s.model_arguments) == set(case.model_arguments)] or found

    def samples(self, finding: Finding, case: ModelCase) -> list[Sample]:
        """One for each set: those of the finding's own comparison group, if the document has it."""
        found = self._of_case([*self.document.samples, *self.document.others], case)
        own = [sample for sample in found if is_group_of(finding, sample.group)]
        return own or self._of_case(self.document.samples, case)

    def known(self, finding: Finding, case: ModelCase) -> list[Sample]:
        samples = self.samples(finding, case)
        if not samples:
            known = case.model in self.document.families or case.model.startswith("native_")
            why = "was not measured" if known else "needs a model that this build does not have"
            raise Unusable(NOT_APPLICABLE, f"{case.name} {why}")
        if len({s.case_key for s in samples}) > 1:
            raise Unusable(
                NOT_APPLICABLE,
                f"{case.name} is more than one case in this document: name all of its arguments",
            )
        return samples

    def usable(self, finding: Finding, case: ModelCase) -> list[Sample]:
        samples = self.known(finding, case)
        for sample in samples:
            if sample.outcome == "skipped":
                raise Unusable(NOT_APPLICABLE, f"{short(case)} was skipped: {sample.reason}")
            if sample.outcome != OK:
                raise Unusable(REFUTED, f"{short(case)}: {labels.failure(sample)}")
        return samples

    def values(self, finding: Finding, case: ModelCase) -> Values:
        samples = self.usable(finding, case)
        known = self.measured(finding, samples)
        if not known:
            reasons = {s.counts.reason for s in samples if s.counts and s.counts.reason}
            why = "; ".join(sorted(reasons)) or "not measured"
            raise Unusable(NOT_APPLICABLE, f"{finding.metric} of {short(case)}: {why}")
        return known

    @staticmethod
    def measured(finding: Finding, samples: Sequence[Sample]) -> Values:
        values = {sample.round: METRICS[finding.metric](sample) for sample in samples}
        return {number: value for number, value in values.items() if value is not None}

    def absolute(self, finding: Finding, case: ModelCase) -> Estimate:
        values = self.values(finding, case)
        found = turns.over_sets(Cell(tuple(self.samples(finding, case))), METRICS[finding.metric])
        return found or intervals.median(values.values())

    def paired(self, finding: Finding, case: ModelCase, other: ModelCase) -> Estimate:
        for one in (case, other):
            # Raises the reason if there is no figure.
            self.values(finding, one)
        ratio = self.ratio(finding, self.usable(finding, case), self.usable(finding, other))
        if ratio is None:
            raise Unusable(NOT_APPLICABLE, f"{short(case)} and {short(other)} have no set in common")
        return ratio

    def ratio(self, finding: Finding, one: Sequence[Sample], other: Sequence[Sample]) -> Estimate | None:
        """None without a common set."""
        if finding.metric not in SLICED:
            return intervals.paired_ratio(self.measured(finding, one), self.measured(finding, other))
        found = turns.paired_sets(one, other, SLICED[finding.metric])
        return None if found is None else found.estimate()

    def relative(self, finding: Finding, case: ModelCase, base: ModelCase) -> Values:
        """The figure of each set as a multiple of that of another case, if both took turns.

        So the drift of the machine cancels, and a figure keeps its sign and its ratio to other such figures.
        """
        values = self.values(finding, case)
        if finding.metric not in SLICED:
            return values
        ours, theirs = self.usable(finding, case), self.usable(finding, base)
        found = turns.paired_sets(ours, theirs, SLICED[finding.metric])
        if found is None or not found.in_turns:
            return values
        return {number: exp(log) for number, log in found.logs.items()}
