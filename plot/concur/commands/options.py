"""The options of the programs, and their --help.

A launcher imports this file under the first python3 on PATH, before it looks for an interpreter that has
matplotlib. So this file uses old syntax and only the standard library, and --help always works.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Callable, Dict, Sequence

# The root of the source tree, with results/ and build/. An installed concur has neither.
ROOT = Path(__file__).resolve().parents[3]
# The first one is the default.
FORMATS = ("png", "svg")
# The kinds of charts; concur.commands.plot knows the module that draws each kind.
KINDS = ("overview", "compare", "grain", "scaling", "workers", "load", "latency", "memory")
FINDINGS_FILE = ROOT / "results/findings.toml"
FINDINGS_ROUNDS, FINDINGS_BUDGET_S = 6, 380.0

Parser = argparse.ArgumentParser

PLOT = """\
Draws the charts of a concur results document, or of JSON that another program wrote with Google Benchmark.

    plot/plot.py results.json -o charts/
    plot/plot.py results.json --only scaling_echo --format svg

Several documents are drawn as one if they come from the same machine, build and placement. The program
prints the name of each file that it writes, and for each chart that it cannot draw, the reason. The file
index.html in the same folder shows all of them on one page.
"""

SUMMARY = """\
Prints a results document as a table: the three best models of each case and its baseline, and the reasons
of failures.

    plot/summary.py results.json
    plot/summary.py results.json --all    names every model

A ratio compares a model with the baseline of its case, which the table names, with a 95 % interval over sets
of processes. A time is that of the baseline times the ratio. Where the clients were at their limit, CPU time
is compared instead of wall time. The table fits the width of the terminal.

Of JSON that other programs wrote with Google Benchmark (--benchmark_out=FILE) the table has the time of an
iteration, with a 95 % interval over repetitions (--benchmark_repetitions=10).
"""

REPORT = """\
Writes the report of a results document: one HTML page, with all figures, charts and findings. It also reads
plain JSON of Google Benchmark.

    plot/report.py results.json
    plot/report.py new.json --against old.json -o report.html

The page needs no network and no other file: open it in a browser. It links to the document, so keep them
together. Several documents make one page if they come from the same machine, build and placement.
"""

COMPARE = """\
Compares two results documents: which cases are faster or slower, and what changed in the environment.

    plot/compare.py old.json new.json
    plot/compare.py old.json new.json --metric cpu --margin 0.1 --all

A ratio is the new time divided by the old time: 1.10 means 10 % more. Each time is first divided by that of
the baseline of its case within its document, which removes the drift of the machine between the two runs. The
baseline itself can only be compared by its times: a '*' marks these ratios. Where the clients were at their
limit, CPU times are compared. A case is faster or slower only if its whole interval lies beyond the margin.
Cases of two machines are the same case if their arguments have the same symbols (workers: cpus, tasks:
16*cpus), or else the same numbers. A '!' marks cases that are not to be trusted, because other programs
disturbed them, say; --fail-on-slower ignores them.

Two documents that other programs wrote with Google Benchmark are compared by their CPU times: their
repetitions come from one process, and other programs change its wall times much more.
"""

HISTORY = """\
Draws the results of one machine over time: a chart for each workload, a line for each model.

    plot/history.py results/local/*.json -o charts/

A chart shows one case: the largest that all runs have. All runs must come from the same machine and
placement. The subtitle names each change of kernel, compiler or revision. A machine whose host name has
changed (a new container, say) is known by its CPU, its usable CPUs and its kernel; --any-host trusts you that
it is the same one. Files of export.py, findings.py and compare.py that stand among the documents are passed
over, and named on stderr.
"""

EXPORT = """\
Writes a results document for github-action-benchmark: one time for each case, smaller is better.

    plot/export.py results.json -o results.github-action.json

The file is for `tool: customSmallerIsBetter`. (`tool: googlecpp` also reads the aggregates of Google
Benchmark's JSON, and takes a failed case for one that takes no time.) The file also has the ratio of each
model to the baseline of its case. Use this ratio for alarms: when the whole machine becomes slower, it stays
the same.
"""

FINDINGS = """\
Does this machine confirm the findings of concur?

    ./run findings                              runs the cases of all findings, and judges
    plot/findings.py run --only loop-is-cheap   runs the cases of one finding, and judges
    plot/findings.py judge results.json         judges by the results of an earlier run
    plot/findings.py suite                      prints the suite that `run` would run

A finding is confirmed, refuted, inconclusive or not applicable. The cases of a refuted finding are run again;
the exit code is 1 only if a finding is refuted twice.
"""


def _parser(command: str, description: str) -> Parser:
    return argparse.ArgumentParser(
        prog=command + ".py", description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def _add_charts(parser: Parser) -> None:
    parser.add_argument("results", type=Path, nargs="+", help="results documents (JSON)")
    parser.add_argument("-o", "--output", type=Path, default=Path("charts"), help="folder (default: charts/)")
    parser.add_argument(
        "--format", choices=FORMATS, action="append", help="may be given twice (default: png)"
    )


def plot(argv: Sequence[str]) -> argparse.Namespace:
    parser = _parser("plot", PLOT)
    _add_charts(parser)
    kinds = ", ".join(KINDS)
    parser.add_argument("--only", metavar="NAME", help=f"one chart (scaling_echo) or one kind ({kinds})")
    return parser.parse_args(argv)


def history(argv: Sequence[str]) -> argparse.Namespace:
    parser = _parser("history", HISTORY)
    _add_charts(parser)
    parser.add_argument("--any-host", action="store_true", help="the machine may have any name and kernel")
    return parser.parse_args(argv)


def summary(argv: Sequence[str]) -> argparse.Namespace:
    parser = _parser("summary", SUMMARY)
    parser.add_argument("results", type=Path, nargs="+", help="results documents (JSON)")
    parser.add_argument("--all", action="store_true", help="names every model, not only the best")
    return parser.parse_args(argv)


def report(argv: Sequence[str]) -> argparse.Namespace:
    parser = _parser("report", REPORT)
    parser.add_argument("results", type=Path, nargs="+", help="results documents (JSON)")
    parser.add_argument("-o", "--output", type=Path, help="default: RESULTS with .html")
    parser.add_argument("--against", type=Path, metavar="OLD", help="also compares with this document")
    parser.add_argument("--findings", type=Path, help="default: results/findings.toml")
    return parser.parse_args(argv)


def export(argv: Sequence[str]) -> argparse.Namespace:
    parser = _parser("export", EXPORT)
    parser.add_argument("results", type=Path, help="results document (JSON)")
    parser.add_argument("-o", "--output", type=Path, help="default: RESULTS with .github-action.json")
    return parser.parse_args(argv)


def compare(argv: Sequence[str]) -> argparse.Namespace:
    parser = _parser("compare", COMPARE)
    parser.add_argument("old", type=Path, help="results document (JSON)")
    parser.add_argument("new", type=Path, help="results document (JSON)")
    parser.add_argument(
        "--metric",
        choices=("wall", "cpu"),
        help="time per unit (default: wall; cpu for documents of other programs)",
    )
    parser.add_argument(
        "--margin",
        type=float,
        help="a smaller difference counts as none (default: 0.01 between ratios of models that took turns, "
        "0.05 between those of whole samples, 0.1 between times)",
    )
    parser.add_argument(
        "--relative-to",
        metavar="MODEL",
        default="",
        help="the baseline (default: that of each case); 'none' compares plain times",
    )
    parser.add_argument("--all", action="store_true", help="also prints the cases that are the same")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also writes the comparison to this file")
    parser.add_argument(
        "--fail-on-slower", action="store_true", help="exit code 1 if anything undisturbed is slower"
    )
    chosen = parser.parse_args(argv)
    if chosen.margin is not None and not 0 <= chosen.margin < 1:
        parser.error("--margin must be at least 0 and less than 1: 0.05 is 5 %")
    return chosen


def findings(argv: Sequence[str]) -> argparse.Namespace:
    parser = _parser("findings", FINDINGS)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="runs the cases of the findings, and judges the findings")
    judge = commands.add_parser("judge", help="judges the findings by a results document")
    suite = commands.add_parser("suite", help="prints the suite that `run` would run")
    judge.add_argument("results", type=Path, help="results document (JSON)")
    for command in (run, judge, suite):
        command.add_argument(
            "--findings",
            type=Path,
            default=FINDINGS_FILE,
            help="default: results/findings.toml",
        )
        command.add_argument("--only", metavar="ID", action="append", default=[], help="may be repeated")
    for command in (run, suite):
        command.add_argument(
            "--rounds",
            type=int,
            default=FINDINGS_ROUNDS,
            help=f"sets of processes that every case has at least (default: {FINDINGS_ROUNDS})",
        )
        command.add_argument(
            "--budget",
            type=float,
            metavar="SECONDS",
            default=FINDINGS_BUDGET_S,
            help=f"what is left of it goes to the widest intervals (default: {FINDINGS_BUDGET_S:.0f})",
        )
    runner = ROOT / "build/release/bench/suite_runner"
    run.add_argument("--runner", type=Path, default=runner, help="default: build/release/bench/suite_runner")
    run.add_argument("--quiet", action="store_true", help="prints no progress")
    run.add_argument("-o", "--output", type=Path, help="default: results/local/<now>-findings.json")
    judge.add_argument("-o", "--output", type=Path, help="also writes OUTPUT-verdicts.json and .md")
    return parser.parse_args(argv)


READ: Dict[str, Callable[[Sequence[str]], argparse.Namespace]] = {
    "plot": plot,
    "summary": summary,
    "report": report,
    "compare": compare,
    "history": history,
    "export": export,
    "findings": findings,
}
