"""Judges findings by a results document: confirmed, refuted, inconclusive or not applicable.

A finding has parts, one for each case or pair of cases that it speaks of, and is as good as its worst part. A
part is confirmed where the whole interval lies on the right side of the margin, and refuted where the whole
interval lies on the wrong one, unless most of its rounds were disturbed: what others did to the machine must
not refute anything. Everything else is inconclusive.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from concur.documents.results import Document
from concur.documents.samples import OK, Sample
from concur.findings.definitions import Case, Finding
from concur.statistics import intervals, noise
from concur.statistics.intervals import Estimate
from concur.statistics.slopes import slopes

CONFIRMED, NOT_APPLICABLE, INCONCLUSIVE, REFUTED = "confirmed", "not applicable", "inconclusive", "refuted"
# From best to worst.
VERDICTS = (NOT_APPLICABLE, CONFIRMED, INCONCLUSIVE, REFUTED)
# So few rounds refute nothing.
ROUNDS_LEAST = 5

Values = dict[int, float]
Found = tuple[str, Estimate | None]
# What it speaks of, what it claims, and how that is found.
Claim = tuple[str, str, Callable[[], Found]]


@dataclass(frozen=True)
class Part:
    """One claim about one figure."""

    what: str
    verdict: str
    estimate: Estimate | None
    claim: str
    reason: str = ""


@dataclass(frozen=True)
class Judgement:
    finding: Finding
    verdict: str
    parts: tuple[Part, ...]
    rounds: int
    # Round by round, what disturbed it.
    contaminated: dict[int, str]

    @property
    def worst(self) -> Part | None:
        """The part that decided, with its figure."""
        deciding = [part for part in self.parts if part.verdict == self.verdict]
        return deciding[0] if deciding else None


class Unusable(Exception):
    """Why a case has no figure, and what that means for its finding."""

    def __init__(self, verdict: str, reason: str) -> None:
        super().__init__(reason)
        self.verdict = verdict


def _p50(sample: Sample) -> float | None:
    if sample.latency is None:
        return None
    found = intervals.percentiles([sample.latency.buckets], [0.5])[0]
    return None if found is None else found.value


def _memory(sample: Sample) -> float | None:
    memory = sample.memory
    return None if memory is None else (memory.pss + memory.kernel) / memory.tasks


def _system_calls(sample: Sample) -> float | None:
    counts = sample.counts
    return None if counts is None or counts.system_calls is None else counts.system_calls / counts.units


METRICS: dict[str, Callable[[Sample], float | None]] = {
    "wall": lambda s: s.real_ns,
    "wall_ms": lambda s: s.real_ns / 1e6,
    "wall_per_unit": lambda s: s.real_ns / s.units,
    "cpu_per_unit": lambda s: None if s.cpu_ns is None else s.cpu_ns / s.units,
    "cpu_share": lambda s: None if s.cpu_ns is None else s.cpu_ns / s.real_ns,
    "latency_p50": _p50,
    "memory_per_task": _memory,
    "system_calls_per_unit": _system_calls,
}


class Judge:
    """Of one document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.models = {model.name for model in document.models}

    def judge(self, finding: Finding) -> Judgement:
        samples = [sample for case in finding.cases() for sample in self._samples(case)]
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
                return decide(self._paired(finding, case, other), finding.above, finding.below)

            yield versus(case, other), limits(finding.above, finding.below), evaluate

    def _order(self, finding: Finding) -> Iterator[Claim]:
        for index, factor in enumerate(finding.factors):
            more, less = finding.of[index], finding.of[index + 1]

            def evaluate(more: Case = more, less: Case = less, factor: float = factor) -> Found:
                return decide(self._paired(finding, more, less), factor, None)

            yield versus(more, less), limits(factor, None), evaluate

    def _bound(self, finding: Finding) -> Iterator[Claim]:
        for case in finding.of:

            def evaluate(case: Case = case) -> Found:
                values = self._values(finding, case)
                return decide(intervals.median(list(values.values())), finding.above, finding.below)

            yield short(case), limits(finding.above, finding.below), evaluate

    def _same(self, finding: Finding) -> Iterator[Claim]:
        for case in finding.of:

            def evaluate(case: Case = case) -> Found:
                pairs = noise.control_pairs(self._usable(case), self.document.controls)
                firsts = self._measured(finding, [original for original, _ in pairs])
                seconds = self._measured(finding, [control for _, control in pairs])
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
        by_size = {float(case.size(finding.over) or 0): self._values(finding, case) for case in cases}
        return slopes(by_size)

    def _skipped(self, finding: Finding) -> Iterator[Claim]:
        for case in finding.of:

            def evaluate(case: Case = case) -> Found:
                samples = self._known(case)
                if all(s.outcome == "skipped" and finding.reason in s.reason for s in samples):
                    return CONFIRMED, None
                ended = samples[0]
                raise Unusable(REFUTED, f"it ended as {ended.outcome} {ended.reason}".strip())

            yield short(case), f"skipped: ...{finding.reason}...", evaluate

    # What the document holds of a case.

    def _samples(self, case: Case) -> list[Sample]:
        return [
            s
            for s in self.document.samples
            if (s.workload, s.model) == (case.workload, case.model)
            and set(case.sizes) <= set(s.parameters)
            and set(case.model_sizes) <= set(s.model_parameters)
        ]

    def _known(self, case: Case) -> list[Sample]:
        samples = self._samples(case)
        if not samples:
            known = case.model in self.models or case.model.startswith("native_")
            why = "was not measured" if known else "needs a model that this build does not have"
            raise Unusable(NOT_APPLICABLE, f"{case.name} {why}")
        if len({(s.parameters, s.model_parameters) for s in samples}) > 1:
            raise Unusable(NOT_APPLICABLE, f"{case.name} is more than one case here: name all of its sizes")
        return samples

    def _usable(self, case: Case) -> list[Sample]:
        samples = self._known(case)
        for sample in samples:
            if sample.outcome == "skipped":
                raise Unusable(NOT_APPLICABLE, f"{short(case)} was skipped: {sample.reason}")
            if sample.outcome != OK:
                words = sample.outcome.replace("_", " ")
                raise Unusable(REFUTED, f"{short(case)}: {words}: {sample.reason}")
        return samples

    def _values(self, finding: Finding, case: Case) -> Values:
        known = self._measured(finding, self._usable(case))
        if not known:
            reasons = {s.counts.reason for s in self._usable(case) if s.counts and s.counts.reason}
            why = "; ".join(sorted(reasons)) or "not measured"
            raise Unusable(NOT_APPLICABLE, f"{finding.metric} of {short(case)}: {why}")
        return known

    @staticmethod
    def _measured(finding: Finding, samples: Sequence[Sample]) -> Values:
        values = {sample.round: METRICS[finding.metric](sample) for sample in samples}
        return {number: value for number, value in values.items() if value is not None}

    def _paired(self, finding: Finding, case: Case, other: Case) -> Estimate:
        ratio = intervals.paired_ratio(self._values(finding, case), self._values(finding, other))
        if ratio is None:
            raise Unusable(NOT_APPLICABLE, f"{short(case)} and {short(other)} have no round in common")
        return ratio


def decide(estimate: Estimate, above: float | None, below: float | None) -> Found:
    too_low = above is not None and estimate.high < above
    too_high = below is not None and estimate.low > below
    if too_low or too_high:
        return REFUTED, estimate
    holds = (above is None or estimate.low >= above) and (below is None or estimate.high <= below)
    return (CONFIRMED if holds else INCONCLUSIVE), estimate


def settled(verdict: str, clean: bool) -> str:
    """Rounds that others disturbed refute nothing."""
    return INCONCLUSIVE if verdict == REFUTED and not clean else verdict


def groups(cases: Sequence[Case]) -> list[list[Case]]:
    """The cases of each model, which differ in their sizes."""
    found: dict[tuple[object, ...], list[Case]] = {}
    for case in cases:
        found.setdefault((case.workload, case.model, case.model_sizes), []).append(case)
    return list(found.values())


def short(case: Case) -> str:
    """Without the sizes that a reader of a table does not need."""
    workers = "".join(f" of {value}" for _, value in case.model_sizes)
    return f"{case.model}{workers}"


def versus(case: Case, other: Case) -> str:
    if case.model != other.model or case.model_sizes != other.model_sizes:
        return f"{short(case)} / {short(other)}"
    ours, theirs = dict(case.sizes), dict(other.sizes)
    differing = [name for name in ours if ours[name] != theirs.get(name)]
    sizes = ", ".join(f"{name} {ours[name]} / {theirs.get(name)}" for name in differing)
    return f"{short(case)}: {sizes}"


def limits(above: float | None, below: float | None) -> str:
    if above is not None and below is not None:
        return f"{above:g} to {below:g}"
    return f"above {above:g}" if above is not None else f"below {below:g}"
