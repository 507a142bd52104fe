"""Compares two results documents: which cases are faster or slower, and what changed in the environment."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from concur.commands import options
from concur.commands.printing import print_lines
from concur.documents import environment, labels
from concur.documents.atomic_write import replace_file
from concur.documents.results import DocumentError, load
from concur.statistics.comparison import (
    SAME,
    SLOWER,
    UNCLEAR,
    VERDICTS,
    Compared,
    Comparison,
    Measured,
    geometric_mean,
)


def figure(one: Compared) -> str:
    mark = " " if one.relative else "*"
    return f"{one.ratio.value:6.3f}{mark} [{one.ratio.low:.3f}, {one.ratio.high:.3f}]"


def lines(comparison: Comparison, differences: list[str], everything: bool) -> Iterator[str]:
    for difference in differences:
        yield f"the environments differ: {difference}"
    apart: dict[str, list[str]] = {}
    for changed in comparison.changed:
        one = changed.measured
        what = f"{changed.before} before, {changed.now} now: {one.workload.name}, "
        apart.setdefault(what + labels.arguments(one.case.arguments), []).append(labels.series(one.series))
    for what, names in apart.items():
        yield f"cannot be compared: {what}: {', '.join(names)}"
    changed_ones = [changed.measured for changed in comparison.changed]
    shown = [one for one in comparison.compared if everything or one.verdict not in (SAME, UNCLEAR)]
    for compared in shown:
        one = compared.new
        name = f"{one.workload.name}, {labels.case(one.workload, one.case)}"
        yield f"{compared.verdict:<8} {name:<44} {labels.series(one.series):<24} {figure(compared)}"
    yield from labels.meanings([one.workload for one in [*changed_ones, *(c.new for c in shown)]])
    if not shown:
        yield "no case is faster or slower beyond the margin"
    for title, groups in (
        ("model", by(comparison, lambda one: one.new.series.model)),
        ("workload", by(comparison, lambda one: one.new.workload.name)),
    ):
        yield ""
        yield f"{'by ' + title:<26} {'geometric mean':>14}   slower  faster  unclear  same"
        yield from (group_line(name, members) for name, members in groups.items())


def by(comparison: Comparison, name_of: Callable[[Compared], str]) -> dict[str, list[Compared]]:
    found: dict[str, list[Compared]] = {}
    for one in comparison.compared:
        found.setdefault(name_of(one), []).append(one)
    return found


def group_line(name: str, members: list[Compared]) -> str:
    counts = [sum(one.verdict == verdict for one in members) for verdict in VERDICTS]
    mean = geometric_mean(one.ratio.value for one in members)
    return f"  {name:<24} {mean:>14.3f}   {counts[0]:>6}  {counts[1]:>6}  {counts[2]:>7}  {counts[3]:>4}"


def to_json(comparison: Comparison, differences: list[str]) -> Any:
    def case(one: Measured) -> dict[str, Any]:
        return {
            "workload": one.workload.name,
            "arguments": dict(one.case.arguments),
            "model": one.series.model,
            "model_arguments": dict(one.cell.model_arguments),
        }

    return {
        "environment": differences,
        "changed": [
            {**case(one.measured), "before": one.before, "now": one.now} for one in comparison.changed
        ],
        "compared": [
            {
                **case(one.new),
                "ratio": one.ratio.value,
                "low": one.ratio.low,
                "high": one.ratio.high,
                "relative": one.relative,
                "verdict": one.verdict,
            }
            for one in comparison.compared
        ],
    }


def compare(chosen: argparse.Namespace) -> int:
    try:
        old, new = load(chosen.old), load(chosen.new)
        differences = environment.differences(environment.read(chosen.old), environment.read(chosen.new))
        baseline = None if chosen.relative_to == "none" else chosen.relative_to
        comparison = Comparison(old, new, chosen.metric, chosen.margin, baseline)
        if not comparison.compared and not comparison.changed:
            raise DocumentError(f"{chosen.old} and {chosen.new} have no case in common")
        print_lines(lines(comparison, differences, chosen.all))
        if chosen.json:
            text = json.dumps(to_json(comparison, differences), indent=1) + "\n"
            replace_file(chosen.json, text.encode())
    except DocumentError as error:
        print(f"compare.py: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"compare.py: {chosen.json}: cannot be written: {error.strerror}", file=sys.stderr)
        return 2
    slower = any(one.verdict == SLOWER for one in comparison.compared)
    return 1 if slower and chosen.fail_on_slower else 0


def main(argv: Sequence[str]) -> int:
    return compare(options.compare(argv))
