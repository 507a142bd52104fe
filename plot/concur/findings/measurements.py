"""The figures of the cases that findings are about."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from concur.documents import labels
from concur.documents.results import Document
from concur.documents.samples import OK, Sample
from concur.findings.claims import short
from concur.findings.definitions import ModelCase, Finding
from concur.findings.verdict import NOT_APPLICABLE, REFUTED, Unusable
from concur.statistics import intervals
from concur.statistics.intervals import Estimate

Values = dict[int, float]


def _p50(sample: Sample) -> float | None:
    if sample.latency is None:
        return None
    found = intervals.percentiles([sample.latency.buckets], [0.5])[0]
    return None if found is None else found.value


def _memory(sample: Sample) -> float | None:
    memory = sample.memory
    return None if memory is None else (memory.pss + memory.kernel) / memory.tasks


METRICS: dict[str, Callable[[Sample], float | None]] = {
    "wall": lambda s: s.real_ns,
    "wall_ms": lambda s: s.real_ns / 1e6,
    "wall_per_unit": lambda s: s.real_ns / s.units,
    "cpu_per_unit": lambda s: None if s.cpu_ns is None else s.cpu_ns / s.units,
    "cpu_share": lambda s: None if s.cpu_ns is None else s.cpu_ns / s.real_ns,
    "latency_p50": _p50,
    "memory_per_task": _memory,
    "system_calls_per_unit": lambda s: s.system_calls_per_unit,
    "switches_per_unit": lambda s: s.switches_per_unit,
}


class Measurements:
    """The samples of one document."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def samples(self, case: ModelCase) -> list[Sample]:
        return [
            s
            for s in self.document.samples
            if (s.workload, s.model) == (case.workload, case.model)
            and set(case.arguments) <= set(s.arguments)
            and set(case.model_arguments) <= set(s.model_arguments)
        ]

    def known(self, case: ModelCase) -> list[Sample]:
        samples = self.samples(case)
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

    def usable(self, case: ModelCase) -> list[Sample]:
        samples = self.known(case)
        for sample in samples:
            if sample.outcome == "skipped":
                raise Unusable(NOT_APPLICABLE, f"{short(case)} was skipped: {sample.reason}")
            if sample.outcome != OK:
                raise Unusable(REFUTED, f"{short(case)}: {labels.failure(sample)}")
        return samples

    def values(self, finding: Finding, case: ModelCase) -> Values:
        known = self.measured(finding, self.usable(case))
        if not known:
            reasons = {s.counts.reason for s in self.usable(case) if s.counts and s.counts.reason}
            why = "; ".join(sorted(reasons)) or "not measured"
            raise Unusable(NOT_APPLICABLE, f"{finding.metric} of {short(case)}: {why}")
        return known

    @staticmethod
    def measured(finding: Finding, samples: Sequence[Sample]) -> Values:
        values = {sample.round: METRICS[finding.metric](sample) for sample in samples}
        return {number: value for number, value in values.items() if value is not None}

    def paired(self, finding: Finding, case: ModelCase, other: ModelCase) -> Estimate:
        ratio = intervals.paired_ratio(self.values(finding, case), self.values(finding, other))
        if ratio is None:
            raise Unusable(NOT_APPLICABLE, f"{short(case)} and {short(other)} have no round in common")
        return ratio
