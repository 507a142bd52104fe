"""A results document as a table of text, at most 100 columns wide."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from concur.documents import labels, units
from concur.documents.cases import Case, Workload
from concur.documents.results import Document
from concur.statistics import intervals
from concur.statistics.ratios import to_best

WIDTH = 100
BEST = 3
NAME_WIDTH = 34


def head(document: Document) -> Iterator[str]:
    this = document.origin
    cpus, rounds = units.number_of("CPUs", this.cpus), labels.rounds(document, "no intervals")
    facts = (this.cpu, cpus, this.kernel, this.compiler, f"placement {this.placement}", rounds)
    yield from textwrap.wrap(", ".join(facts), WIDTH)
    if not document.complete:
        yield labels.incomplete(document)


def bound(value: float) -> str:
    return f"{value:.2f}" if value < 10 else units.count_measured(value)


def best(case: Case) -> Iterator[str]:
    ranked = to_best(case)
    for place, series in enumerate(ranked.order()[:BEST], start=1):
        ratio, cell = ranked.ratios[series], case.cells[series]
        time = units.duration_measured(intervals.median(cell.times().values()).value)
        rate = units.count_measured(intervals.median(cell.rates().values()).value) + "/s"
        mark = "~" if series in ranked.ties else " "
        interval = f"{bound(ratio.low)} to {bound(ratio.high)}" if ratio.has_interval and place > 1 else ""
        name = textwrap.shorten(labels.series(series), NAME_WIDTH, placeholder="...")
        times = f"{mark}{bound(ratio.value)}×"
        yield f"  {place}  {name:<{NAME_WIDTH}} {time:>10} {rate:>12} {times:>9}  {interval}"


def outcomes(workload: Workload) -> Iterator[str]:
    """Each reason why cases were not ok, with all cases that it explains."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for case in workload.cases:
        for series, cell in case.cells.items():
            if not cell.ok:
                key = (labels.outcome(cell.outcome), labels.series(series), cell.reason)
                found.setdefault(key, []).append(labels.case(workload, case))
    for (outcome, name, reason), where in found.items():
        text = f"{outcome}: {name}: {reason} ({'; '.join(where)})"
        yield from textwrap.wrap(text, WIDTH, initial_indent="  -  ", subsequent_indent="     ")


def lines(document: Document) -> Iterator[str]:
    yield from head(document)
    title = "the best of each case"
    yield ""
    yield f"     {title:<{NAME_WIDTH}} {'wall time':>10} {'units':>12} {'ratio':>9}  95 % interval"
    for workload in document.workloads:
        fixed = f": {labels.fixed(workload)}" if workload.telling and labels.fixed(workload) else ""
        head_line = f"{workload.name}, in {labels.plural(workload.unit)}{fixed}"
        yield ""
        yield from textwrap.wrap(". ".join([head_line, *labels.meanings([workload])]), WIDTH)
        for case in workload.cases:
            yield from textwrap.wrap(f" {labels.case(workload, case)}", WIDTH)
            yield from best(case)
        yield from outcomes(workload)
