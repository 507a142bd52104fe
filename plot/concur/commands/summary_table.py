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

from concur.answers.decisions import decisions
from concur.answers.doubts import doubts
from concur.documents import labels, units
from concur.documents.cases import Case, Series, Workload
from concur.documents.results import Document
from concur.statistics import noise, written
from concur.statistics.ratios import to_baseline, why_cpu

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
# Those of documents without baselines.
ABSOLUTE = {"time": 9, "its 95 % interval": 22, "rate": 10}
LEGEND_ABSOLUTE = (
    "Time: the wall time of an iteration, as the median over {observations}, with its 95 % interval. There "
    "are no ratios: repetitions of two benchmarks were not run side by side."
)
LEGEND_ONE = "Time: the wall time of an iteration. Run it with --benchmark_repetitions=10 to get intervals."
ONE_PROCESS = "Another process may be faster or slower: give the documents of several runs."


@dataclass(frozen=True)
class Table:
    """The columns that fit, and the width of names."""

    width: int
    # The width of each column.
    columns: dict[str, int]
    name: int

    @staticmethod
    def of(width: int, columns: dict[str, int] = COLUMNS, name_most: int = NAME_MOST) -> Table:
        width = max(WIDTH_LEAST, min(WIDTH_MOST, width))
        fitting = dict(columns)
        while (room := width - 6 - sum(fitting.values()) - len(fitting)) < NAME_LEAST:
            fitting.popitem()
        return Table(width, fitting, min(room, name_most))

    def line(self, row: Row) -> str:
        values = (f"{row.values.get(name, ''):>{width}}" for name, width in self.columns.items())
        name = row.name if len(row.name) <= self.name else row.name[: self.name - 3] + "..."
        return f" {row.mark:>3}  {name:<{self.name}} {' '.join(values)}".rstrip()

    def head(self) -> str:
        return self.line(Row("", "", {name: name for name in self.columns}))

    def wrap(self, text: str, indent: str = "", hanging: str | None = None) -> list[str]:
        rest = indent if hanging is None else hanging
        return textwrap.wrap(text, self.width, initial_indent=indent, subsequent_indent=rest)


def row(workload: Workload, case: Case, place: int, series: Series) -> Row:
    one = written.texts(workload, case, place, series)
    return Row(
        ("!" if one.disturbance else "") + one.place,
        one.name,
        {
            "ratio": one.ratio,
            "95 % interval": one.interval,
            "time": one.time,
            "its 95 % interval": one.time_interval,
            "CPUs used": one.cpus_used,
            "rate": one.rate,
        },
    )


def rows(workload: Workload, case: Case, table: Table, everything: bool) -> Iterator[str]:
    ranked = to_baseline(case)
    order = list(enumerate(ranked.order(), start=1))
    shown = [(place, one) for place, one in order if everything or place <= BEST or one == ranked.baseline]
    for place, series in shown:
        yield table.line(row(workload, case, place, series))
    if len(shown) < len(order):
        yield f"      and {units.number_of('models', len(order) - len(shown))} more: --all names them"


def case_head(workload: Workload, case: Case, table: Table) -> Iterator[str]:
    of = f", baseline {labels.series(case.baseline)}" if case.baseline else ""
    why = why_cpu(workload, case)
    yield from table.wrap(f"{labels.case(workload, case)}{of}{why and ': '}{why}", " ")


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


def legend(document: Document) -> str:
    if not document.is_foreign:
        return LEGEND
    if document.rounds == 1:
        return LEGEND_ONE
    words = LEGEND_ABSOLUTE.format(observations=document.observations)
    return f"{words} {ONE_PROCESS}" if document.is_of_one_process else words


def head(document: Document, table: Table) -> Iterator[str]:
    yield from table.wrap(", ".join(labels.origin_facts(document, "no intervals")))
    if not document.complete:
        yield labels.incomplete(document)
    yield from table.wrap(legend(document))


def answers(document: Document, table: Table) -> Iterator[str]:
    """What to choose, and what not to trust, before all figures."""
    found = decisions(document)
    if found:
        head_line = "What to choose (the report says what it costs, and when it matters less):"
        yield from ("", *table.wrap(head_line))
    for row in found:
        yield from table.wrap(f"{row.situation}: {row.choose}", "   ", "      ")
    serious = [doubt for doubt in doubts(document) if doubt.serious]
    if serious:
        yield from ("", "What not to trust:")
    for doubt in serious:
        where = f" ({doubt.places})" if doubt.places else ""
        yield from table.wrap(f"{doubt.what}: {doubt.why}{where}", "   ", "      ")


def workload_lines(workload: Workload, table: Table, everything: bool) -> Iterator[str]:
    fixed = f": {labels.fixed(workload)}" if workload.telling and labels.fixed(workload) else ""
    head_line = f"{workload.name}, in {labels.plural(workload.unit)}{fixed}"
    peers = max(sample.peer_processes for sample in workload.samples)
    peer = [f"The peer has {peers} processes"] if peers > 1 else []
    yield from table.wrap(". ".join([head_line, *labels.meanings([workload]), *peer]))
    for case in workload.cases:
        yield from case_head(workload, case, table)
        yield from rows(workload, case, table, everything)
        yield from disturbances(workload, case, table)
        yield from uneven(case, table)
    yield from outcomes(workload, table)


def lines(document: Document, width: int, everything: bool = False) -> Iterator[str]:
    table = Table.of(width, ABSOLUTE, width) if document.is_foreign else Table.of(width)
    # Without ratios none is the best.
    everything = everything or document.is_foreign
    yield from head(document, table)
    yield from answers(document, table)
    yield from ("", table.head())
    for workload in document.workloads:
        yield ""
        yield from workload_lines(workload, table, everything)
