"""Runs the cases of the findings, and judges the findings by the results."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from concur.commands import options
from concur.documents.results import DocumentError, load
from concur.findings import definitions
from concur.findings.definitions import Finding, FindingsError
from concur.findings.findings_report import ReportError, once_refuted, report
from concur.findings.judge import Judge
from concur.findings.suite import make_suite
from concur.findings.verdict import REFUTED, Judgement


class Failure(Exception):
    """The command cannot go on; the text is one line that says what to do."""


def chosen_findings(chosen: argparse.Namespace) -> list[Finding]:
    findings = definitions.load(chosen.findings)
    unknown = sorted(set(chosen.only) - {finding.id for finding in findings})
    if unknown:
        known = ", ".join(finding.id for finding in findings)
        raise Failure(f"no finding is called {unknown[0]}; there are: {known}")
    return [finding for finding in findings if not chosen.only or finding.id in chosen.only]


def measure(findings: list[Finding], chosen: argparse.Namespace, output: Path, budget_s: float) -> None:
    with tempfile.TemporaryDirectory(prefix="concur-findings-") as folder:
        suite = Path(folder) / "findings.json"
        suite.write_text(json.dumps(make_suite(findings, chosen.rounds, budget_s)))
        command = [str(chosen.runner), str(suite), "--output", str(output)]
        try:
            done = subprocess.run(command + (["--quiet"] if chosen.quiet else []), check=False)
        except OSError as error:
            raise Failure(f"{chosen.runner}: {error.strerror}; ./run findings builds it") from None
    # With 1, some case was invalid or did not finish: the judge reports it.
    if done.returncode > 1:
        raise Failure(f"{chosen.runner.name} ended with exit code {done.returncode}")


def judge_all(findings: list[Finding], results: Path) -> list[Judgement]:
    document = load(results)
    if document.is_foreign:
        raise DocumentError(
            f"{results}: plain JSON of Google Benchmark: findings are judged by documents of concur"
        )
    judge = Judge(document)
    return [judge.judge(finding) for finding in findings]


def refuted(judgements: list[Judgement]) -> list[Finding]:
    return [judgement.finding for judgement in judgements if judgement.verdict == REFUTED]


def run(chosen: argparse.Namespace) -> int:
    findings = chosen_findings(chosen)
    output = chosen.output
    if output is None:
        now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H%M%S")
        output = options.ROOT / "results/local" / f"{now}-findings.json"
        output.parent.mkdir(parents=True, exist_ok=True)
    measure(findings, chosen, output, chosen.budget)
    judgements = judge_all(findings, output)
    again = refuted(judgements)
    twice = set()
    if again:
        print(f"refuted, so measured once more: {', '.join(finding.id for finding in again)}")
        second = output.with_name(f"{output.stem}-again.json")
        measure(again, chosen, second, chosen.budget * len(again) / len(findings))
        judged_again = {judgement.finding.id: judgement for judgement in judge_all(again, second)}
        twice = {finding.id for finding in refuted(list(judged_again.values()))}
        judgements = [once_refuted(one, judged_again.get(one.finding.id)) for one in judgements]
    report(judgements, output)
    return 1 if twice else 0


def judge(chosen: argparse.Namespace) -> int:
    judgements = judge_all(chosen_findings(chosen), chosen.results)
    report(judgements, chosen.output)
    return 1 if refuted(judgements) else 0


def suite(chosen: argparse.Namespace) -> int:
    print(json.dumps(make_suite(chosen_findings(chosen), chosen.rounds, chosen.budget), indent=1))
    return 0


def main(argv: Sequence[str]) -> int:
    chosen = options.findings(argv)
    try:
        return {"run": run, "judge": judge, "suite": suite}[chosen.command](chosen)
    except (DocumentError, FindingsError, Failure, ReportError) as error:
        print(f"findings.py: {error}", file=sys.stderr)
        return 2
