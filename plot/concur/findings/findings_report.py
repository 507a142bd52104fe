"""Writes judgements: as a table for the terminal, as JSON and as Markdown."""

from __future__ import annotations

import json
import math
import textwrap
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from concur.documents import output_file, units
from concur.findings.verdict import CONFIRMED, INCONCLUSIVE, REFUTED, VERDICTS, Judgement, Part
from concur.statistics.intervals import Estimate

WIDTH = 110
SIGNS = {CONFIRMED: "+", REFUTED: "-", INCONCLUSIVE: "?", "not applicable": " "}


def once_refuted(first: Judgement, second: Judgement | None) -> Judgement:
    """The judgement of two runs, the first of which refuted the finding. Only both together refute it."""
    if second is None:
        return first
    if second.verdict == REFUTED:
        return second
    note = f"refuted in the first run, {second.verdict} in the second"
    parts = tuple(replace(part, reason=part.reason or note) for part in second.parts)
    return replace(second, verdict=INCONCLUSIVE, parts=parts)


def figure(estimate: Estimate | None) -> str:
    if estimate is None:
        return ""
    if not math.isfinite(estimate.value):
        return f"> {units.figure(estimate.low)}"
    return f"{units.figure(estimate.value)} [{units.figure(estimate.low)} to {units.figure(estimate.high)}]"


def disturbed(judgement: Judgement) -> str:
    if not judgement.disturbed_rounds:
        return ""
    number = len(judgement.disturbed_rounds)
    return f"{number} of {judgement.sets} sets disturbed ({judgement.disturbance})"


def terminal(judgements: list[Judgement]) -> str:
    lines = []
    for one in judgements:
        lines.append(f"{SIGNS[one.verdict]} {one.verdict:<14} {one.finding.id}: {one.finding.says}")
        lines += [f"{'':17}{line}" for line in map(part_line, one.parts)]
        if note := disturbed(one):
            lines += textwrap.wrap(note, WIDTH, initial_indent=" " * 17, subsequent_indent=" " * 17)
    return "\n".join([*lines, "", totals(judgements)])


def part_line(part: Part) -> str:
    mark = "" if part.verdict == CONFIRMED else f"  {part.verdict}"
    reason = f": {part.reason}" if part.reason else ""
    return f"{part.what:<46} {figure(part.estimate):<26} {part.claim}{mark}{reason}".rstrip()


def totals(judgements: list[Judgement]) -> str:
    counts = {verdict: sum(one.verdict == verdict for one in judgements) for verdict in reversed(VERDICTS)}
    return ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)


def markdown(judgements: list[Judgement]) -> str:
    lines = [
        "# Findings",
        "",
        f"{totals(judgements)}. All intervals are 95 % intervals over sets.",
        "",
        "| finding | verdict | figure | claim | sets | |",
        "|---|---|---|---|---|---|",
    ]
    for one in judgements:
        first = f"**{one.finding.id}**: {one.finding.says} [why]({one.finding.link})"
        for index, part in enumerate(one.parts):
            verdict = f"**{one.verdict}**" if index == 0 else ""
            notes = "; ".join(filter(None, [part.reason, disturbed(one) if index == 0 else ""]))
            own = "" if part.verdict == one.verdict else f" ({part.verdict})"
            cells = [first if index == 0 else "", verdict, f"{part.what}: {figure(part.estimate)}{own}",
                     part.claim, str(one.sets) if index == 0 else "", notes]  # fmt: skip
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def to_json(judgements: list[Judgement]) -> Any:
    def interval(estimate: Estimate | None) -> Any:
        if estimate is None or not math.isfinite(estimate.value):
            return None
        return asdict(estimate)

    return {
        "findings": [
            {
                "id": one.finding.id,
                "says": one.finding.says,
                "why": one.finding.why,
                "link": one.finding.link,
                "verdict": one.verdict,
                "sets": one.sets,
                "disturbed_sets": {str(key): why for key, why in one.disturbed_rounds.items()},
                "parts": [
                    {
                        "what": part.what,
                        "verdict": part.verdict,
                        "claim": part.claim,
                        "metric": one.finding.metric,
                        "interval": interval(part.estimate),
                        "reason": part.reason,
                    }
                    for part in one.parts
                ],
            }
            for one in judgements
        ]
    }


def verdicts_of(results: Path) -> tuple[Path, Path]:
    """Where the verdicts go that belong to a results document: JSON, and a text for readers."""
    name = f"{results.stem}-verdicts"
    return results.with_name(f"{name}.json"), results.with_name(f"{name}.md")


def report(judgements: list[Judgement], results: Path | None) -> None:
    """Raises WriteError."""
    print(terminal(judgements))
    if results is None:
        return
    for_programs, for_readers = verdicts_of(results)
    output_file.write(for_programs, (json.dumps(to_json(judgements), indent=1) + "\n").encode())
    output_file.write(for_readers, markdown(judgements).encode())
    print(f"\nverdicts: {for_readers} and .json")
