#!/usr/bin/env python3
"""Compares two results documents: what became faster, what slower, and what changed beside the program.

    plot/compare.py old.json new.json
    plot/compare.py old.json new.json --metric cpu --margin 0.1 --all

A ratio is new to old: 1.10 takes 10 % more. Where a case has the baseline in both documents (serial, unless
--relative-to names another), both are set against it in each round first, which takes out what drifted
between the two runs; a '*' marks ratios for which that could not be done. A case is faster or slower only if
the whole 95 % interval lies beyond the margin.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import interpreter

if TYPE_CHECKING:
    from concur.statistics.comparison import Compared, Comparison


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="compare.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
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
    chosen = parser.parse_args()
    if not 0 <= chosen.margin < 1:
        parser.error("--margin goes from 0 to 1: 0.05 is 5 %")
    return chosen


def figure(one: Compared) -> str:
    mark = " " if one.relative else "*"
    return f"{one.ratio.value:6.3f}{mark} [{one.ratio.low:.3f}, {one.ratio.high:.3f}]"


def lines(comparison: Comparison, environment: list[str], everything: bool) -> Iterator[str]:
    from concur.documents import labels
    from concur.statistics.comparison import SAME, UNCLEAR

    for difference in environment:
        yield f"the environments differ: {difference}"
    apart: dict[str, list[str]] = {}
    for changed in comparison.changed:
        what = f"{changed.before} before, {changed.now} now: {changed.workload}, "
        apart.setdefault(what + labels.parameters(changed.parameters), []).append(
            labels.series(changed.series)
        )
    for what, names in apart.items():
        yield f"cannot be compared: {what}: {', '.join(names)}"
    shown = [one for one in comparison.compared if everything or one.verdict not in (SAME, UNCLEAR)]
    for one in shown:
        name = f"{one.workload.name}, {labels.case(one.workload, one.case)}"
        yield f"{one.verdict:<8} {name:<44} {labels.series(one.series):<22} {figure(one)}"
    if not shown:
        yield "no case is faster or slower beyond the margin"
    for title, groups in (("model", by_model(comparison)), ("workload", by_workload(comparison))):
        yield ""
        yield f"{'by ' + title:<26} {'geometric mean':>14}   slower  faster  unclear  same"
        yield from (group_line(name, members) for name, members in groups.items())


def by_model(comparison: Comparison) -> dict[str, list[Compared]]:
    found: dict[str, list[Compared]] = {}
    for one in comparison.compared:
        found.setdefault(one.series.model, []).append(one)
    return found


def by_workload(comparison: Comparison) -> dict[str, list[Compared]]:
    found: dict[str, list[Compared]] = {}
    for one in comparison.compared:
        found.setdefault(one.workload.name, []).append(one)
    return found


def group_line(name: str, members: list[Compared]) -> str:
    from concur.statistics.comparison import VERDICTS, geometric_mean

    counts = [sum(one.verdict == verdict for one in members) for verdict in VERDICTS]
    mean = geometric_mean(one.ratio.value for one in members)
    return f"  {name:<24} {mean:>14.3f}   {counts[0]:>6}  {counts[1]:>6}  {counts[2]:>7}  {counts[3]:>4}"


def to_json(comparison: Comparison, environment: list[str]) -> Any:
    return {
        "environment": environment,
        "changed": [
            {
                "workload": one.workload,
                "parameters": dict(one.parameters),
                "model": one.series.model,
                "model_parameters": dict(one.series.parameters),
                "before": one.before,
                "now": one.now,
            }
            for one in comparison.changed
        ],
        "compared": [
            {
                "workload": one.workload.name,
                "parameters": dict(one.case.parameters),
                "model": one.series.model,
                "model_parameters": dict(one.series.parameters),
                "ratio": one.ratio.value,
                "low": one.ratio.low,
                "high": one.ratio.high,
                "relative": one.relative,
                "verdict": one.verdict,
            }
            for one in comparison.compared
        ],
    }


def show(text: Iterator[str]) -> None:
    try:
        for line in text:
            print(line.rstrip())
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has seen enough (`| head`); what is left must not fail again when Python exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def compare(chosen: argparse.Namespace) -> int:
    from concur.documents import environment
    from concur.statistics.comparison import SLOWER, Comparison
    from concur.documents.results import DocumentError, load
    from concur.documents.atomic_write import replace_file

    try:
        old, new = load(chosen.old), load(chosen.new)
        differing = environment.differences(environment.read(chosen.old), environment.read(chosen.new))
        baseline = None if chosen.relative_to == "none" else chosen.relative_to
        comparison = Comparison(old, new, chosen.metric, chosen.margin, baseline)
        if not comparison.compared and not comparison.changed:
            raise DocumentError(f"{chosen.old} and {chosen.new} have no case in common")
        show(lines(comparison, differing, chosen.all))
        if chosen.json:
            text = json.dumps(to_json(comparison, differing), indent=1) + "\n"
            replace_file(chosen.json, text.encode())
    except DocumentError as error:
        print(f"compare.py: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"compare.py: {chosen.json}: cannot be written: {error.strerror}", file=sys.stderr)
        return 2
    slower = any(one.verdict == SLOWER for one in comparison.compared)
    return 1 if slower and chosen.fail_on_slower else 0


def main() -> int:
    chosen = arguments()
    interpreter.require(("numpy",))
    return compare(chosen)


if __name__ == "__main__":
    sys.exit(main())
