"""Findings with their verdicts, and the comparison with an earlier document, as rows for the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from concur.documents import environment, labels, units
from concur.documents.results import Document, load, require_one_kind
from concur.findings import definitions
from concur.findings.findings_report import SIGNS, disturbed, figure
from concur.findings.judge import Judge
from concur.findings.verdict import NOT_APPLICABLE, VERDICTS, Judgement
from concur.statistics.comparison import Choice, Compared, Comparison
from concur.statistics.verdicts import SAME, UNCLEAR, VERDICTS as VERDICTS_OF_COMPARISON


@dataclass(frozen=True)
class PartRow:
    what: str
    figure: str
    claim: str
    # Only if it is not that of the finding.
    verdict: str
    reason: str


@dataclass(frozen=True)
class FindingRow:
    id: str
    says: str
    why: str
    verdict: str
    sign: str
    parts: tuple[PartRow, ...]
    disturbance: str


@dataclass(frozen=True)
class Findings:
    rows: tuple[FindingRow, ...]
    # How many findings this document has no cases for.
    others: int
    totals: str


def _finding_row(judgement: Judgement) -> FindingRow:
    parts = tuple(
        PartRow(
            part.what,
            figure(part.estimate),
            part.claim,
            "" if part.verdict == judgement.verdict else part.verdict,
            part.reason,
        )
        for part in judgement.parts
        if part.verdict != NOT_APPLICABLE
    )
    finding = judgement.finding
    sign = SIGNS[judgement.verdict].strip()
    return FindingRow(
        finding.id, finding.says, finding.why, judgement.verdict, sign, parts, disturbed(judgement)
    )


def findings(document: Document, path: Path) -> Findings:
    """A finding of which no part can be judged by this document is only counted. Raises FindingsError."""
    judge = Judge(document)
    judgements = [judge.judge(finding) for finding in definitions.load(path)]
    known = [one for one in judgements if any(part.verdict != NOT_APPLICABLE for part in one.parts)]
    counts = {verdict: sum(one.verdict == verdict for one in known) for verdict in reversed(VERDICTS)}
    totals = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    return Findings(tuple(map(_finding_row, known)), len(judgements) - len(known), totals)


@dataclass(frozen=True)
class ComparedRow:
    verdict: str
    case: str
    series: str
    ratio: str
    interval: str
    # Whether times are compared, which contain the drift of the machine.
    is_time: bool
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Compare:
    old: str
    environment: tuple[str, ...]
    changed: tuple[str, ...]
    rows: tuple[ComparedRow, ...]
    totals: str


def _notes(one: Compared) -> Iterator[str]:
    if one.numbers_before:
        yield f"before: {labels.arguments(one.numbers_before)}"
    if one.metric.name != Choice().metric.name:
        yield f"{one.metric.name} is compared"
    if one.disturbance:
        yield f"disturbed {one.disturbance}"


def _compared_row(one: Compared) -> ComparedRow:
    new = one.new
    interval = f"{one.ratio.low:.3f} to {one.ratio.high:.3f}" if one.ratio.has_interval else "no interval"
    case = f"{new.workload.name}, {labels.case(new.workload, new.case)}"
    return ComparedRow(
        one.verdict,
        case,
        labels.series(new.series),
        f"{one.ratio.value:.3f}",
        interval,
        not one.relative,
        tuple(_notes(one)),
    )


def _changed(comparison: Comparison) -> Iterator[str]:
    """Each change of an outcome in a case, with the models that it applies to."""
    found: dict[str, list[str]] = {}
    for changed in comparison.changed:
        one = changed.measured
        where = f"{one.workload.name}, {labels.arguments(one.case.arguments)}"
        what = f"{changed.before} before, {changed.now} now: {where}"
        found.setdefault(what, []).append(labels.series(one.series))
    for what, names in found.items():
        yield f"{what}: {', '.join(names)}"


def compare(path: Path, new: Document) -> Compare:
    """What compare.py prints. Raises DocumentError."""
    old = load(path)
    require_one_kind(old, new)
    comparison = Comparison(old, new, Choice())
    found = comparison.compared
    counts = [(verdict, sum(one.verdict == verdict for one in found)) for verdict in VERDICTS_OF_COMPARISON]
    return Compare(
        path.name,
        tuple(environment.differences(environment.of(old), environment.of(new))),
        tuple(_changed(comparison)),
        tuple(_compared_row(one) for one in found if one.verdict not in (SAME, UNCLEAR)),
        f"{units.number_of('cases', len(found))} compared: "
        + ", ".join(f"{count} {verdict}" for verdict, count in counts),
    )
