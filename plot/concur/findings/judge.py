"""Judges findings by a results document: confirmed, refuted, inconclusive or not applicable.

A finding has parts, one for each case or pair of cases that it speaks of, and is as good as its worst part. A
part is confirmed where the whole interval lies on the right side of the margin, and refuted where the whole
interval lies on the wrong one, unless most of its rounds were disturbed: what others did to the machine must
not refute anything. Everything else is inconclusive.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from concur.documents.results import Document
from concur.findings.claims import limits, short, versus
from concur.findings.definitions import Case, Finding
from concur.findings.measurements import Measurements, Values
from concur.findings.verdict import (
    CONFIRMED,
    INCONCLUSIVE,
    NOT_APPLICABLE,
    REFUTED,
    ROUNDS_LEAST,
    VERDICTS,
    Found,
    Judgement,
    Part,
    Unusable,
    decide,
    settled,
)
from concur.statistics import intervals, noise
from concur.statistics.intervals import Estimate
from concur.statistics.slopes import slopes

# What it speaks of, what it claims, and how that is found.
Claim = tuple[str, str, Callable[[], Found]]


class Judge:
    """Of one document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.measurements = Measurements(document)

    def judge(self, finding: Finding) -> Judgement:
        samples = [sample for case in finding.cases() for sample in self.measurements.samples(case)]
        keys = {noise.key(sample) for sample in samples}
        controls = [control for control in self.document.controls if noise.key(control) in keys]
        contaminated = noise.contaminated_rounds(samples, controls, self.document.origin.cpus)
        rounds = len(noise.by_round(samples))
        parts = tuple(self._parts(finding, rounds - len(contaminated) > rounds / 2))
        verdict = max((part.verdict for part in parts), key=VERDICTS.index)
        return Judgement(finding, verdict, parts, rounds, contaminated)

    def _parts(self, finding: Finding, clean: bool) -> list[Part]:
        if (cpus := self.document.origin.cpus) < finding.cpus:
            why = f"needs {finding.cpus} CPUs, this machine has {cpus}"
            return [Part("all", NOT_APPLICABLE, None, "", why)]
        parts = []
        for what, claim, evaluate in getattr(self, f"_{finding.assertion}")(finding):
            try:
                verdict, estimate = evaluate()
            except Unusable as why:
                parts.append(Part(what, settled(why.verdict, clean), None, claim, str(why)))
                continue
            reason = "" if verdict != REFUTED or clean else "most rounds were disturbed"
            if estimate is not None and estimate.rounds < ROUNDS_LEAST and verdict != INCONCLUSIVE:
                verdict, reason = INCONCLUSIVE, f"{estimate.rounds} rounds are too few"
            parts.append(Part(what, settled(verdict, clean), estimate, claim, reason))
        return parts

    # The assertions: each gives its parts by what they speak of, what they claim, and how they are found.

    def _ratio(self, finding: Finding) -> Iterator[Claim]:
        for index, case in enumerate(finding.of):
            other = finding.other(index)

            def evaluate(case: Case = case, other: Case = other) -> Found:
                return decide(self.measurements.paired(finding, case, other), finding.above, finding.below)

            yield versus(case, other), limits(finding.above, finding.below), evaluate

    def _order(self, finding: Finding) -> Iterator[Claim]:
        for index, factor in enumerate(finding.factors):
            more, less = finding.of[index], finding.of[index + 1]

            def evaluate(more: Case = more, less: Case = less, factor: float = factor) -> Found:
                return decide(self.measurements.paired(finding, more, less), factor, None)

            yield versus(more, less), limits(factor, None), evaluate

    def _bound(self, finding: Finding) -> Iterator[Claim]:
        for case in finding.of:

            def evaluate(case: Case = case) -> Found:
                values = self.measurements.values(finding, case)
                return decide(intervals.median(list(values.values())), finding.above, finding.below)

            yield short(case), limits(finding.above, finding.below), evaluate

    def _same(self, finding: Finding) -> Iterator[Claim]:
        for case in finding.of:

            def evaluate(case: Case = case) -> Found:
                pairs = noise.control_pairs(self.measurements.usable(case), self.document.controls)
                firsts = self.measurements.measured(finding, [original for original, _ in pairs])
                seconds = self.measurements.measured(finding, [control for _, control in pairs])
                ratio = intervals.paired_ratio(seconds, firsts)
                if ratio is None:
                    raise Unusable(NOT_APPLICABLE, f"{case.name} has no control in this document")
                return decide(ratio, finding.above, finding.below)

            yield f"{short(case)} again", limits(finding.above, finding.below), evaluate

    def _slopes(self, finding: Finding) -> Iterator[Claim]:
        slow = {short(case).split(" ")[0]: group for group in groups(finding.of) for case in group[:1]}
        fast = finding.to
        for name, cases in slow.items():

            def evaluate(cases: Sequence[Case] = cases) -> Found:
                return self._steeper(finding, cases, fast)

            yield f"{name} / {fast[0].model}", limits(finding.above, None), evaluate

    def _steeper(self, finding: Finding, slow: Sequence[Case], fast: Sequence[Case]) -> Found:
        """As a difference: the smaller slope may be none at all, and nothing can be divided by that."""
        ours, theirs = self._slopes_of(finding, slow), self._slopes_of(finding, fast)
        common = sorted(ours.keys() & theirs.keys())
        factor = finding.above or 1.0
        difference = intervals.median([ours[number] - factor * theirs[number] for number in common])
        verdict, _ = decide(difference, 0.0, None)
        if all(ours[number] > 0 and theirs[number] > 0 for number in common):
            return verdict, intervals.paired_ratio(ours, theirs)
        return verdict, Estimate(math.inf, factor, math.inf, len(common))

    def _slopes_of(self, finding: Finding, cases: Sequence[Case]) -> Values:
        by_size = {
            float(case.size(finding.over) or 0): self.measurements.values(finding, case) for case in cases
        }
        return slopes(by_size)

    def _skipped(self, finding: Finding) -> Iterator[Claim]:
        for case in finding.of:

            def evaluate(case: Case = case) -> Found:
                samples = self.measurements.known(case)
                if all(s.outcome == "skipped" and finding.reason in s.reason for s in samples):
                    return CONFIRMED, None
                ended = samples[0]
                raise Unusable(REFUTED, f"it ended as {ended.outcome} {ended.reason}".strip())

            yield short(case), f"skipped: ...{finding.reason}...", evaluate


def groups(cases: Sequence[Case]) -> list[list[Case]]:
    """The cases of each model, which differ in their sizes."""
    found: dict[tuple[object, ...], list[Case]] = {}
    for case in cases:
        found.setdefault((case.workload, case.model, case.model_sizes), []).append(case)
    return list(found.values())
