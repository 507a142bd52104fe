"""Judges findings by a results document: confirmed, refuted, inconclusive or not applicable.

A finding has a part for each case, or for each pair of cases, and the worst verdict on its parts is its own.
A part is confirmed if the whole interval lies on the right side of the margin. It is refuted if the whole
interval lies on the wrong side, unless other programs disturbed most of its sets. Otherwise it is
inconclusive.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from concur.documents.results import Document
from concur.findings.claims import limits, short, versus
from concur.findings.definitions import ModelCase, Finding
from concur.findings.measurements import Measurements, Values
from concur.findings.verdict import (
    CONFIRMED,
    INCONCLUSIVE,
    NOT_APPLICABLE,
    REFUTED,
    SETS_LEAST,
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

# The name of a part, its claim, and the function that evaluates it.
Claim = tuple[str, str, Callable[[], Found]]


class Judge:
    """Judges findings by one document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.measurements = Measurements(document)

    def judge(self, finding: Finding) -> Judgement:
        samples = [sample for case in finding.cases() for sample in self.measurements.samples(finding, case)]
        keys = {sample.key for sample in samples}
        repetitions = [again for again in self.document.repetitions if again.key in keys]
        cpus = self.document.origin.cpus
        disturbed = noise.disturbed_rounds(samples, repetitions, cpus)
        by_round = noise.by_round(samples)
        taken = [noise.taken(of_round, cpus) for of_round in by_round.values()]
        words = noise.words(taken) or next(iter(disturbed.values()), "")
        sets = len(by_round)
        parts = tuple(self._parts(finding, sets - len(disturbed) > sets / 2))
        verdict = max((part.verdict for part in parts), key=VERDICTS.index)
        return Judgement(finding, verdict, parts, sets, disturbed, words)

    def _parts(self, finding: Finding, clean: bool) -> list[Part]:
        if (cpus := self.document.origin.cpus_usable) < finding.cpus:
            why = f"needs {finding.cpus} CPUs, this run could use {cpus}"
            return [Part("all", NOT_APPLICABLE, None, "", why)]
        parts = []
        for what, claim, evaluate in getattr(self, f"_{finding.assertion}")(finding):
            try:
                verdict, estimate = evaluate()
            except Unusable as why:
                parts.append(Part(what, settled(why.verdict, clean), None, claim, str(why)))
                continue
            reason = "" if verdict != REFUTED or clean else "most sets were disturbed"
            if estimate is not None and estimate.sets < SETS_LEAST and verdict != INCONCLUSIVE:
                verdict, reason = INCONCLUSIVE, f"{estimate.sets} sets are too few"
            parts.append(Part(what, settled(verdict, clean), estimate, claim, reason))
        return parts

    # One function for each assertion; it makes the parts of a finding.

    def _ratio(self, finding: Finding) -> Iterator[Claim]:
        for index, case in enumerate(finding.of):
            other = finding.other(index)

            def evaluate(case: ModelCase = case, other: ModelCase = other) -> Found:
                return decide(self.measurements.paired(finding, case, other), finding.above, finding.below)

            yield versus(case, other), limits(finding.above, finding.below), evaluate

    def _order(self, finding: Finding) -> Iterator[Claim]:
        for index, factor in enumerate(finding.factors):
            more, less = finding.of[index], finding.of[index + 1]

            def evaluate(more: ModelCase = more, less: ModelCase = less, factor: float = factor) -> Found:
                return decide(self.measurements.paired(finding, more, less), factor, None)

            yield versus(more, less), limits(factor, None), evaluate

    def _bound(self, finding: Finding) -> Iterator[Claim]:
        for case in finding.of:

            def evaluate(case: ModelCase = case) -> Found:
                return decide(self.measurements.absolute(finding, case), finding.above, finding.below)

            yield short(case), limits(finding.above, finding.below), evaluate

    def _same(self, finding: Finding) -> Iterator[Claim]:
        for case in finding.of:

            def evaluate(case: ModelCase = case) -> Found:
                originals = self.measurements.usable(finding, case)
                pairs = noise.repetition_pairs(originals, self.document.repetitions)
                firsts, seconds = ([pair[index] for pair in pairs] for index in (0, 1))
                ratio = self.measurements.ratio(finding, seconds, firsts)
                if ratio is None:
                    raise Unusable(NOT_APPLICABLE, f"{case.name} was not repeated in this document")
                return decide(ratio, finding.above, finding.below)

            yield f"{short(case)} again", limits(finding.above, finding.below), evaluate

    def _slopes(self, finding: Finding) -> Iterator[Claim]:
        slow = {short(case).split(" ")[0]: group for group in groups(finding.of) for case in group[:1]}
        fast = finding.to
        for name, cases in slow.items():

            def evaluate(cases: Sequence[ModelCase] = cases) -> Found:
                return self._steeper(finding, cases, fast)

            yield f"{name} / {fast[0].model}", limits(finding.above, None), evaluate

    def _steeper(self, finding: Finding, slow: Sequence[ModelCase], fast: Sequence[ModelCase]) -> Found:
        """Judges the difference of the slopes: their ratio is unknown if the smaller slope is zero."""
        ours, theirs = self._slopes_of(finding, slow), self._slopes_of(finding, fast)
        common = sorted(ours.keys() & theirs.keys())
        factor = finding.above or 1.0
        difference = intervals.median([ours[number] - factor * theirs[number] for number in common])
        verdict, _ = decide(difference, 0.0, None)
        if all(ours[number] > 0 and theirs[number] > 0 for number in common):
            return verdict, intervals.paired_ratio(ours, theirs)
        return verdict, Estimate(math.inf, factor, math.inf, len(common))

    def _slopes_of(self, finding: Finding, cases: Sequence[ModelCase]) -> Values:
        base = finding.to[0]
        by_argument = {
            float(case.argument(finding.over) or 0): self.measurements.relative(finding, case, base)
            for case in cases
        }
        return slopes(by_argument)

    def _skipped(self, finding: Finding) -> Iterator[Claim]:
        for case in finding.of:

            def evaluate(case: ModelCase = case) -> Found:
                samples = self.measurements.known(finding, case)
                if all(s.outcome == "skipped" and finding.reason in s.reason for s in samples):
                    return CONFIRMED, None
                ended = samples[0]
                raise Unusable(REFUTED, f"its outcome is {ended.outcome} {ended.reason}".strip())

            yield short(case), f"skipped: ...{finding.reason}...", evaluate


def groups(cases: Sequence[ModelCase]) -> list[list[ModelCase]]:
    """A group for each model; its cases differ in the arguments of the workload."""
    found: dict[tuple[object, ...], list[ModelCase]] = {}
    for case in cases:
        found.setdefault((case.workload, case.model, case.model_arguments), []).append(case)
    return list(found.values())
