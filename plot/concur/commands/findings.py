"""Runs the cases of the findings, and judges the findings by the results."""

from __future__ import annotations

import argparse
import itertools
import json
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from concur.commands import options
from concur.commands.printing import fail
from concur.documents import output_file
from concur.documents.output_file import WriteError
from concur.documents.results import DocumentError, load
from concur.findings import definitions
from concur.findings.definitions import Finding, FindingsError
from concur.findings.findings_report import once_refuted, report, verdicts_of
from concur.findings.judge import Judge
from concur.findings.suite import make_suite
from concur.findings.verdict import REFUTED, Judgement


STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# 1 says that a finding is refuted.
CANNOT_JUDGE = 2


class Failure(Exception):
    """The command cannot go on; the text is one line that says what to do."""


def chosen_findings(chosen: argparse.Namespace) -> list[Finding]:
    findings = definitions.load(chosen.findings)
    unknown = sorted(set(chosen.only) - {finding.id for finding in findings})
    if unknown:
        known = ", ".join(finding.id for finding in findings)
        raise Failure(f"no finding is called {unknown[0]}; there are: {known}")
    return [finding for finding in findings if not chosen.only or finding.id in chosen.only]


class Stopped(Exception):
    """A signal asked us to stop, and the runner has ended."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


def run_until_stopped(command: list[str], runner: Path) -> int:
    """Runs a command and returns its exit code. INT, TERM and HUP are passed on to it, and waited for."""
    received: list[int] = []
    # A signal that our parent ignores (nohup, a background job of a shell) stays ignored.
    numbers = [number for number in STOPS if signal.getsignal(number) != signal.SIG_IGN]
    # Blocked until there is somebody to pass them on to.
    signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        process = subprocess.Popen(
            command, preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)
        )
    except OSError as error:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)
        raise Failure(f"{runner}: {error.strerror}; ./run findings builds it") from None

    def pass_on(number: int, _: object) -> None:
        received.append(number)
        process.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in numbers}
    signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)
    try:
        code = process.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if received:
        raise Stopped(received[0])
    return code


def measure(findings: list[Finding], chosen: argparse.Namespace, output: Path, budget_s: float) -> None:
    try:
        with tempfile.TemporaryDirectory(prefix="concur-findings-") as folder:
            suite = Path(folder) / "findings.json"
            suite.write_text(json.dumps(make_suite(findings, chosen.rounds, budget_s)))
            command = [str(chosen.runner), str(suite), "--output", str(output)]
            code = run_until_stopped(command + (["--quiet"] if chosen.quiet else []), chosen.runner)
    except OSError as error:
        raise Failure(f"cannot write into the temporary folder ({error.strerror}); set TMPDIR") from None
    # With 1, some case was invalid or did not finish: the judge reports it.
    if code > 1:
        raise Failure(f"{chosen.runner.name} ended with exit code {code}")


def unused(path: Path) -> Path:
    """This path, or one with a number if there is such a file: the runner overwrites nothing."""
    numbers = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in itertools.count(2))
    return next(one for one in itertools.chain([path], numbers) if not one.exists())


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
        output = unused(options.ROOT / "results/local" / f"{now}-findings.json")
        output.parent.mkdir(parents=True, exist_ok=True)
    second = unused(output.with_name(f"{output.stem}-again.json"))
    require_results_and_verdicts(output, second)
    measure(findings, chosen, output, chosen.budget)
    judgements = judge_all(findings, output)
    again = refuted(judgements)
    twice = set()
    if again:
        print(f"refuted, so measured once more: {', '.join(finding.id for finding in again)}")
        measure(again, chosen, second, chosen.budget * len(again) / len(findings))
        judged_again = {judgement.finding.id: judgement for judgement in judge_all(again, second)}
        twice = {finding.id for finding in refuted(list(judged_again.values()))}
        judgements = [once_refuted(one, judged_again.get(one.finding.id)) for one in judgements]
    report(judgements, output)
    return 1 if twice else 0


def require_results_and_verdicts(*results: Path) -> None:
    """Measuring takes minutes: whatever can be written afterwards is checked before. Raises WriteError."""
    for path in results:
        output_file.require_file(path)
        output_file.require_writable(path)
    for path in verdicts_of(results[0]):
        output_file.require_writable(path)


def judge(chosen: argparse.Namespace) -> int:
    if chosen.output:
        output_file.require_file(chosen.output)
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
    except Stopped as stopped:
        return stopped.exit_code
    except (DocumentError, FindingsError, Failure, WriteError) as error:
        return fail("findings.py", error, CANNOT_JUDGE)
    except OSError as error:
        # The folder of the results, or that of temporary files.
        return fail("findings.py", f"{error.filename}: {error.strerror}", CANNOT_JUDGE)
