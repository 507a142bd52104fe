"""Compares two results documents: which cases are faster or slower, and what changed in the environment."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from concur.commands import options
from concur.commands.printing import fail, print_lines
from concur.documents import environment, labels, output_file
from concur.documents.output_file import WriteError
from concur.documents.results import DocumentError, load, require_one_kind
from concur.statistics.comparison import METRICS, Choice, Compared, Comparison, together
from concur.statistics.matches import Measured
from concur.statistics.turns import CPU, WALL, Metric
from concur.statistics.verdicts import SAME, SLOWER, UNCLEAR, VERDICTS


LIMITED = "the clients set the pace, so CPU time is compared"
NAME_LEAST = 24
# 1 says that something is slower.
CANNOT_COMPARE = 2
DRIFT = "*: times, not ratios to a baseline: they contain the drift of the machine between the runs"
ONE_PROCESS = "each interval is of repetitions of one process, and another process may be faster or slower"
# Of 945 pairs of cases of ten runs of one program on a busy machine, 56 % differed beyond the margin by wall
# time, and 0.6 % by CPU time. So CPU times are compared, unless wall times are asked for.
BY_CPU = "CPU times are compared, because other programs change wall times much more (--metric wall)"
BY_WALL = (
    "other programs change wall times much more than CPU times, which are compared without --metric wall"
)


def figure(one: Compared) -> str:
    mark = " " if one.relative else "*"
    interval = f"{one.ratio.low:.3f} to {one.ratio.high:.3f}" if one.ratio.has_interval else "no interval"
    return f"{one.ratio.value:6.3f}{mark} {interval}"


def compared_lines(one: Compared, asked: Metric) -> Iterator[str]:
    new = one.new
    name = f"{new.workload.name}, {labels.case(new.workload, new.case)}"
    mark = "!" if one.disturbance else " "
    yield f"{one.verdict:<7}{mark} {name:<44} {labels.series(new.series):<26} {figure(one)}"
    if one.numbers_before:
        yield f"{'':9}before: {labels.arguments(one.numbers_before)}"
    if one.metric is not asked:
        yield f"{'':9}{LIMITED}"
    if one.disturbance:
        yield f"{'':9}disturbed {one.disturbance}"


def lines(comparison: Comparison, differences: list[str], everything: bool) -> Iterator[str]:
    for difference in differences:
        yield f"the environments differ: {difference}"
    apart: dict[str, list[str]] = {}
    for changed in comparison.changed:
        one = changed.measured
        what = f"{changed.before} before, {changed.now} now: {one.workload.name}, "
        given = labels.arguments(one.case.arguments) or labels.NO_ARGUMENTS
        apart.setdefault(what + given, []).append(labels.series(one.series))
    for what, names in apart.items():
        yield f"cannot be compared: {what}: {', '.join(names)}"
    changed_ones = [changed.measured for changed in comparison.changed]
    shown = [one for one in comparison.compared if everything or one.verdict not in (SAME, UNCLEAR)]
    for compared in shown:
        yield from compared_lines(compared, comparison.choice.metric)
    yield from labels.meanings([one.workload for one in [*changed_ones, *(c.new for c in shown)]])
    by_cpu = [one.new.workload for one in shown if one.metric is CPU]
    yield from filter(None, [labels.cpu_time_note(by_cpu)])
    if any(not one.relative for one in shown):
        yield DRIFT
    if comparison.new.is_foreign:
        yield ONE_PROCESS
        yield BY_WALL if comparison.choice.metric is WALL else BY_CPU
    if not shown:
        yield "no case is faster or slower beyond the margin"
    for title, groups in (
        ("model", by(comparison, lambda one: one.new.series.model)),
        ("workload", by(comparison, lambda one: one.new.workload.name)),
    ):
        yield ""
        columns = "slower  faster  unclear  same"
        width = max(NAME_LEAST, *map(len, groups)) if groups else NAME_LEAST
        yield f"{'geometric mean by ' + title:<{width + 2}} {'ratio':>6}  {'95 % interval':<16}  {columns}"
        # All models of a case are divided by the same baseline, so their ratios err together.
        shared = title == "workload"
        yield from (group_line(f"{name:<{width}}", members, shared) for name, members in groups.items())


def by(comparison: Comparison, name_of: Callable[[Compared], str]) -> dict[str, list[Compared]]:
    found: dict[str, list[Compared]] = {}
    for one in comparison.compared:
        found.setdefault(name_of(one), []).append(one)
    return found


def group_line(name: str, members: list[Compared], shared_baseline: bool) -> str:
    counts = [sum(one.verdict == verdict for one in members) for verdict in VERDICTS]
    whole = together(members, shared_baseline)
    mean = whole.mean
    interval = f"{mean.low:.3f} to {mean.high:.3f}" if mean.has_interval else ""
    said = f"  all in all {whole.verdict}" if whole.verdict not in (SAME, UNCLEAR) else ""
    numbers = f"{counts[0]:>6}  {counts[1]:>6}  {counts[2]:>7}  {counts[3]:>4}"
    return f"  {name} {mean.value:>6.3f}  {interval:<16}  {numbers}{said}"


def models_to_json(comparison: Comparison) -> list[dict[str, Any]]:
    found = []
    for name, members in by(comparison, lambda one: one.new.series.model).items():
        whole = together(members)
        mean = whole.mean
        found.append(
            {"model": name, "ratio": mean.value, "low": mean.low, "high": mean.high, "verdict": whole.verdict}
        )
    return found


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
                "baseline": labels.series(one.baseline) if one.baseline else None,
                "metric": one.metric.name,
                "disturbance": one.disturbance,
                "numbers_before": dict(one.numbers_before),
                "verdict": one.verdict,
            }
            for one in comparison.compared
        ],
        "models": models_to_json(comparison),
    }


def compare(chosen: argparse.Namespace) -> int:
    old, new = load(chosen.old), load(chosen.new)
    require_one_kind(old, new)
    if chosen.json:
        output_file.require_writable(chosen.json, (chosen.old, chosen.new))
    differences = environment.differences(environment.of(old), environment.of(new))
    baseline = None if chosen.relative_to == "none" else chosen.relative_to
    metric = chosen.metric or ("cpu" if new.is_foreign else "wall")
    comparison = Comparison(old, new, Choice(METRICS[metric], chosen.margin, baseline))
    if not comparison.has_common_cases:
        raise DocumentError(f"{chosen.old} and {chosen.new} have no case in common")
    if not chosen.json or not output_file.is_standard_output(chosen.json):
        print_lines(lines(comparison, differences, chosen.all))
    if chosen.json:
        text = json.dumps(to_json(comparison, differences), indent=1) + "\n"
        output_file.write(chosen.json, text.encode())
    slower = any(one.verdict == SLOWER and not one.disturbance for one in comparison.compared)
    return 1 if slower and chosen.fail_on_slower else 0


def main(argv: Sequence[str]) -> int:
    chosen = options.compare(argv)
    try:
        return compare(chosen)
    except (DocumentError, WriteError) as error:
        return fail("compare.py", error, CANNOT_COMPARE)
