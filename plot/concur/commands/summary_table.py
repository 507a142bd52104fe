"""A results document as a table of text that fits the terminal.

The rows of a case are ordered by the ratio to its baseline. A time is that of the baseline times the ratio,
and a rate follows from it, so that the columns agree with each other.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from concur.documents import labels, units
from concur.documents.cases import Case, Cell, Series, Workload
from concur.documents.results import Document
from concur.statistics import noise, turns
from concur.statistics.ratios import WHY_CPU, Ranked, is_limited, to_baseline
from concur.statistics.turns import WALL

WIDTH_LEAST, WIDTH_MOST = 60, 140
BEST = 3
NAME_LEAST, NAME_MOST = 18, 34
# The busiest acceptor is told if it took so many times its share. (Of two, it takes at most twice its share.)
UNEVEN = 1.5
LEGEND = (
    "Ratio: the time of the model divided by that of the baseline of its case, with the 95 % interval over "
    "sets. '=' marks models that share the first place: they differ by less than 5 %, or by less than the "
    "interval. '!' marks models whose sets were disturbed."
)


@dataclass(frozen=True)
class Row:
    mark: str
    name: str
    # By the name of the column.
    values: dict[str, str]


# Width of each column, the least important last: a narrow terminal has no room for it.
COLUMNS = {"ratio": 8, "95 % interval": 15, "time": 9, "CPUs used": 10, "rate": 10}


@dataclass(frozen=True)
class Table:
    """The columns that fit, and the width of names."""

    width: int
    columns: tuple[str, ...]
    name: int

    @staticmethod
    def of(width: int) -> Table:
        width = max(WIDTH_LEAST, min(WIDTH_MOST, width))
        columns = list(COLUMNS)
        while (room := width - 6 - sum(COLUMNS[name] + 1 for name in columns)) < NAME_LEAST:
            columns.pop()
        return Table(width, tuple(columns), min(room, NAME_MOST))

    def line(self, row: Row) -> str:
        values = (f"{row.values.get(name, ''):>{COLUMNS[name]}}" for name in self.columns)
        name = row.name if len(row.name) <= self.name else row.name[: self.name - 3] + "..."
        return f" {row.mark:>3}  {name:<{self.name}} {' '.join(values)}".rstrip()

    def head(self) -> str:
        return self.line(Row("", "", {name: name for name in self.columns}))

    def wrap(self, text: str, indent: str = "", hanging: str | None = None) -> list[str]:
        rest = indent if hanging is None else hanging
        return textwrap.wrap(text, self.width, initial_indent=indent, subsequent_indent=rest)


def cpus_used(cell: Cell) -> str:
    """1.0 of 2"""
    used = turns.over_sets(cell, lambda s: None if s.cpu_ns is None else s.cpu_ns / s.real_ns)
    allowed = cell.samples[0].cpus
    return "" if used is None else f"{used.value:.1f}" + (f" of {allowed}" if allowed else "")


def row(workload: Workload, case: Case, ranked: Ranked, place: int, series: Series) -> Row:
    cell, ratio = case.cells[series], ranked.ratios[series]
    base = None if ranked.baseline is None else turns.absolute(case.cells[ranked.baseline], ranked.metric)
    per_unit = ratio.value * base.value if base is not None else 0.0
    interval = units.interval(ratio.low, ratio.high) if ratio.has_interval else ""
    disturbed = noise.serious_words(case, series, workload.cpus)
    return Row(
        ("!" if disturbed else "") + ("=" if series in ranked.ties else str(place)),
        labels.series(series),
        {
            "ratio": f"{units.bound(ratio.value)}×",
            "95 % interval": "baseline" if series == ranked.baseline else interval,
            "time": units.duration_measured(per_unit * cell.samples[0].units),
            "CPUs used": cpus_used(cell),
            "rate": units.count_measured(1e9 / per_unit) + "/s" if ranked.metric is WALL else "",
        },
    )


def rows(workload: Workload, case: Case, table: Table, everything: bool) -> Iterator[str]:
    ranked = to_baseline(case)
    order = list(enumerate(ranked.order(), start=1))
    shown = [(place, one) for place, one in order if everything or place <= BEST or one == ranked.baseline]
    for place, series in shown:
        yield table.line(row(workload, case, ranked, place, series))
    if len(shown) < len(order):
        yield f"      and {units.number_of('models', len(order) - len(shown))} more: --all names them"


def case_head(workload: Workload, case: Case, table: Table) -> Iterator[str]:
    of = f", baseline {labels.series(case.baseline)}" if case.baseline else ""
    why = f": {WHY_CPU.format(unit=workload.unit)}" if is_limited(case) else ""
    yield from table.wrap(f"{labels.case(workload, case)}{of}{why}", " ")


def disturbances(workload: Workload, case: Case, table: Table) -> Iterator[str]:
    """Each disturbance, with the models whose sets it disturbed."""
    found: dict[str, list[str]] = {}
    for series in case.ok():
        if words := noise.serious_words(case, series, workload.cpus):
            found.setdefault(words, []).append(labels.series(series))
    for words, names in found.items():
        who = "all models" if len(names) == len(case.ok()) else ", ".join(names)
        yield from table.wrap(f"not to be trusted: {words} ({who})", "   !  ", "      ")


def uneven(case: Case, table: Table) -> Iterator[str]:
    """Models in which one acceptor (that is, one loop or worker) took far more connections than its share."""
    for series, cell in case.ok().items():
        taken = cell.samples[0].connections_by_acceptor
        busiest = median(max(sample.connections_by_acceptor, default=0) for sample in cell.samples)
        if taken and busiest >= UNEVEN * math.ceil(sum(taken) / len(taken)):
            who = f"{labels.series(series)}: the busiest of {len(taken)} acceptors"
            text = f"uneven: {who} took {busiest:.0f} of {units.number_of('connections', sum(taken))}"
            yield from table.wrap(text, "   ~  ", "      ")


def outcomes(workload: Workload, table: Table) -> Iterator[str]:
    """Each reason why cases were not ok, with all cases that it explains."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for case in workload.cases:
        for series, cell in case.cells.items():
            if not cell.ok:
                key = (labels.outcome(cell.outcome), labels.series(series), cell.reason)
                found.setdefault(key, []).append(labels.case(workload, case))
    for (outcome, name, reason), where in found.items():
        text = f"{outcome}: {name}: {reason} ({'; '.join(where)})"
        yield from table.wrap(text, "   -  ", "      ")


def head(document: Document, table: Table) -> Iterator[str]:
    this = document.origin
    cpus, sets = labels.cpus(this), labels.sets(document, "no intervals")
    facts = (this.cpu, cpus, this.kernel, this.compiler, f"placement {this.placement}", sets)
    yield from table.wrap(", ".join(facts))
    if not document.complete:
        yield labels.incomplete(document)
    yield from table.wrap(LEGEND)
    yield ""
    yield table.head()


def lines(document: Document, width: int, everything: bool = False) -> Iterator[str]:
    table = Table.of(width)
    yield from head(document, table)
    for workload in document.workloads:
        fixed = f": {labels.fixed(workload)}" if workload.telling and labels.fixed(workload) else ""
        head_line = f"{workload.name}, in {labels.plural(workload.unit)}{fixed}"
        peers = max(sample.peer_processes for sample in workload.samples)
        peer = [f"The peer has {peers} processes"] if peers > 1 else []
        yield ""
        yield from table.wrap(". ".join([head_line, *labels.meanings([workload]), *peer]))
        for case in workload.cases:
            yield from case_head(workload, case, table)
            yield from rows(workload, case, table, everything)
            yield from disturbances(workload, case, table)
            yield from uneven(case, table)
        yield from outcomes(workload, table)
