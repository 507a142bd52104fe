"""What users can ask of the programs: their options and the text of --help.

A launcher reads this under whatever python3 comes first on PATH, before it looks for one that can draw. So
this file keeps to old syntax and to the standard library, and --help needs nothing else.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Callable, Dict, Sequence

# Beside this folder stand results/ and build/; where concur is installed, neither does.
ROOT = Path(__file__).resolve().parents[3]
FORMATS = ("png", "svg")
# The kinds of charts; concur.commands.plot has the module that draws each.
KINDS = ("overview", "bars", "scaling", "load", "latency", "cost", "memory")
FINDINGS_ROUNDS = 9

Parser = argparse.ArgumentParser

PLOT = """\
Draws the charts of a concur results document.

    plot/plot.py results.json -o charts/
    plot/plot.py results.json --only scaling_echo --format svg

Several documents are drawn as one if they come from the same machine, build and placement. The files
written are printed, one per line; charts for which there is nothing to draw are named with the reason.
"""

SUMMARY = """\
Prints a results document as one table: of every case the three best, and what was not ok and why.

    plot/summary.py results.json

Ratios are to the best of the case, paired by round, with their 95 % interval over rounds. A tilde
before a ratio: the interval reaches 1, so the best may be no better.
"""

COMPARE = """\
Compares two results documents: what became faster, what slower, and what changed beside the program.

    plot/compare.py old.json new.json
    plot/compare.py old.json new.json --metric cpu --margin 0.1 --all

A ratio is new to old: 1.10 takes 10 % more. Where a case has the baseline in both documents (serial, unless
--relative-to names another), both are set against it in each round first, which takes out what drifted
between the two runs; a '*' marks ratios for which that could not be done. A case is faster or slower only if
the whole 95 % interval lies beyond the margin.
"""

HISTORY = """\
Draws one machine's results over time: a sheet for each workload, a line for each model.

    plot/history.py results/local/*.json -o charts/

A sheet shows one case: the largest size that all of the runs have. Runs of other machines or placements are
refused by name; a change of kernel, compiler or revision is drawn and named below.
"""

EXPORT = """\
Writes a results document for github-action-benchmark: one median per case, smaller is better.

    plot/export.py results.json -o results.github-action.json

The file is for `tool: customSmallerIsBetter`. (Its `tool: googlecpp` reads every entry of Google Benchmark's
own JSON, aggregates included, and takes a case that failed for one that takes no time.) Beside each time
stands the ratio to serial in the same round, where serial is there: that is the figure to raise alarms on.
"""

FINDINGS = """\
Does this machine confirm what concur has found?

    ./run findings                              runs what the findings need, and judges
    plot/findings.py run --only loop-is-cheap   one of them
    plot/findings.py judge results.json         judges a run that is there
    plot/findings.py suite                      the suite that would be run

A finding is confirmed, refuted, inconclusive or not applicable. One that is refuted is run again; the exit
code is 1 only for a finding that was refuted twice.
"""


def _parser(command: str, description: str) -> Parser:
    return argparse.ArgumentParser(
        prog=command + ".py", description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def _add_charts(parser: Parser) -> None:
    parser.add_argument("results", type=Path, nargs="+", help="results documents (JSON)")
    parser.add_argument("-o", "--output", type=Path, default=Path("charts"), help="folder (default: charts/)")
    parser.add_argument(
        "--format", choices=FORMATS, action="append", help="may be given twice (default: both)"
    )


def plot(arguments: Sequence[str]) -> argparse.Namespace:
    parser = _parser("plot", PLOT)
    _add_charts(parser)
    kinds = ", ".join(KINDS)
    parser.add_argument("--only", metavar="NAME", help=f"one chart (scaling_echo) or one kind ({kinds})")
    return parser.parse_args(arguments)


def history(arguments: Sequence[str]) -> argparse.Namespace:
    parser = _parser("history", HISTORY)
    _add_charts(parser)
    return parser.parse_args(arguments)


def summary(arguments: Sequence[str]) -> argparse.Namespace:
    parser = _parser("summary", SUMMARY)
    parser.add_argument("results", type=Path, nargs="+", help="results documents (JSON)")
    return parser.parse_args(arguments)


def export(arguments: Sequence[str]) -> argparse.Namespace:
    parser = _parser("export", EXPORT)
    parser.add_argument("results", type=Path, help="results document (JSON)")
    parser.add_argument("-o", "--output", type=Path, help="default: RESULTS with .github-action.json")
    return parser.parse_args(arguments)


def compare(arguments: Sequence[str]) -> argparse.Namespace:
    parser = _parser("compare", COMPARE)
    parser.add_argument("old", type=Path, help="results document (JSON)")
    parser.add_argument("new", type=Path, help="results document (JSON)")
    parser.add_argument(
        "--metric", choices=("wall", "cpu"), default="wall", help="time per unit (default: wall)"
    )
    parser.add_argument("--margin", type=float, default=0.05, help="what is no difference (default: 0.05)")
    parser.add_argument("--relative-to", metavar="MODEL", default="serial", help="'none': plain times")
    parser.add_argument("--all", action="store_true", help="also the cases that are the same")
    parser.add_argument("--json", type=Path, metavar="FILE", help="writes the comparison there too")
    parser.add_argument("--fail-on-slower", action="store_true", help="exit code 1 if anything is slower")
    chosen = parser.parse_args(arguments)
    if not 0 <= chosen.margin < 1:
        parser.error("--margin goes from 0 to 1: 0.05 is 5 %")
    return chosen


def findings(arguments: Sequence[str]) -> argparse.Namespace:
    parser = _parser("findings", FINDINGS)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="runs the cases that findings need, and judges them")
    judge = commands.add_parser("judge", help="judges a results document")
    suite = commands.add_parser("suite", help="prints the suite that would be run")
    judge.add_argument("results", type=Path, help="results document (JSON)")
    for command in (run, judge, suite):
        command.add_argument(
            "--findings",
            type=Path,
            default=ROOT / "results/findings.toml",
            help="default: results/findings.toml",
        )
        command.add_argument("--only", metavar="ID", action="append", default=[], help="may be repeated")
    for command in (run, suite):
        command.add_argument(
            "--rounds", type=int, default=FINDINGS_ROUNDS, help=f"default: {FINDINGS_ROUNDS}"
        )
    runner = ROOT / "build/release/bench/suite_runner"
    run.add_argument("--runner", type=Path, default=runner, help="default: build/release/bench/suite_runner")
    run.add_argument("--quiet", action="store_true", help="no progress")
    run.add_argument("-o", "--output", type=Path, help="default: results/local/<now>-findings.json")
    judge.add_argument("-o", "--output", type=Path, help="writes OUTPUT-verdicts.json and .md too")
    return parser.parse_args(arguments)


READ: Dict[str, Callable[[Sequence[str]], argparse.Namespace]] = {
    "plot": plot,
    "summary": summary,
    "compare": compare,
    "history": history,
    "export": export,
    "findings": findings,
}
