"""A section for each workload: what it shows, charts, tables, and the reasons of failures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from concur.answers import headlines, memory_texts
from concur.documents import labels, units
from concur.documents.cases import Case, Series, Workload
from concur.documents.results import Document
from concur.report import bar_chart, cells, rerun
from concur.report.anchors import Anchors, case_name
from concur.report.bar_chart import Chart, Value
from concur.statistics import written
from concur.statistics.measures import MEMORY, Measure
from concur.statistics.ratios import is_open_loop, to_baseline, why_cpu
from concur.statistics.written import Texts

# The columns of a table, by the fields of Texts. A column without a figure is left out.
COLUMNS = {
    "ratio": "Ratio",
    "interval": "Interval",
    "time": "Time",
    "time_interval": "Its interval",
    "cpu": "CPU time per {unit}",
    "cpus_used": "CPUs used",
    "rate": "Rate",
    "p99": "99th percentile",
    "memory": "Memory per {holder}",
}
CLOSED_LOOP = (
    "The 99th percentile is that of a closed loop: a client waits for its answer before it sends again, so "
    "that a stall delays few requests. It is not the latency under load"
)


@dataclass(frozen=True)
class TableRow:
    texts: Texts
    # The places of its model among all models, and of its series in the case.
    model: int
    series: int


@dataclass(frozen=True)
class Panel:
    """One case."""

    anchor: str
    name: str
    headline: str
    # What 1.00× is, and why CPU times are compared.
    note: str
    chart: Chart | None
    rows: tuple[TableRow, ...]
    # The place of the case among all cases.
    index: int
    command: str


@dataclass(frozen=True)
class Failure:
    outcome: str
    name: str
    reason: str
    cases: tuple[str, ...]
    model: int


@dataclass(frozen=True)
class Section:
    anchor: str
    # Its place among all workloads.
    index: int
    workload: Workload
    headline: str
    # What the workload is, in a few words; empty if the document does not say it.
    summary: str
    subtitle: str
    panels: tuple[Panel, ...]
    failures: tuple[Failure, ...]
    # What a reader must know of its latencies; empty if there are none, or if there is nothing to warn of.
    warning: str
    # The columns that have a figure, with their heads.
    columns: Mapping[str, str]
    # Whether the models of a case have places, which they have where there is a baseline.
    has_places: bool


class Sections:
    """Makes the sections of a document. `models` has the place of each model among all of the page."""

    def __init__(self, document: Document, anchors: Anchors, models: Mapping[str, int]) -> None:
        self.document = document
        self.anchors = anchors
        self.models = models
        every = [case for workload in document.workloads for case in workload.cases]
        self.places = {case: index for index, case in enumerate(every)}

    def all(self) -> tuple[Section, ...]:
        return tuple(self._section(index, one) for index, one in enumerate(self.document.workloads))

    def _section(self, index: int, workload: Workload) -> Section:
        panels = tuple(self._panel(workload, case) for case in workload.cases)
        rows = [row.texts for panel in panels for row in panel.rows]
        fixed = labels.fixed(workload) if workload.telling else ""
        parts = [f"Measured in {labels.plural(workload.unit)}", fixed, *labels.meanings([workload])]
        known = {info.name: info.summary for info in self.document.workload_infos}
        return Section(
            anchor=self.anchors.workload(workload),
            index=index,
            workload=workload,
            headline=headlines.headline(workload),
            summary=known.get(workload.name, ""),
            subtitle=". ".join(filter(None, parts)) + ".",
            panels=panels,
            failures=tuple(self._failures(workload)),
            warning=CLOSED_LOOP if is_closed_loop(workload) else "",
            columns=columns(workload, rows),
            has_places=any(row.place for row in rows),
        )

    def _panel(self, workload: Workload, case: Case) -> Panel:
        order = cells.order_of(case)
        local = {series: index for index, series in enumerate(case.cells)}
        shown = case.baseline or next(iter(case.cells))
        return Panel(
            anchor=self.anchors.case(case),
            name=case_name(workload, case),
            headline=headlines.case_headline(workload, case),
            note=note(workload, case),
            chart=self.chart(workload, case),
            rows=tuple(
                TableRow(
                    written.texts(workload, case, place, series), self.models[series.model], local[series]
                )
                for place, series in enumerate(order, start=1)
            ),
            index=self.places[case],
            command=rerun.command(workload, case.cells[shown], self.document.origin.placement),
        )

    def chart(self, workload: Workload, case: Case, measure: Measure | None = None) -> Chart | None:
        """Of multiples of the baseline; without a baseline, of the figures themselves."""
        ranked = to_baseline(case, measure)
        if ranked.ratios:
            values = [self._value(workload, case, series, measure) for series in workload.series]
            what = f"multiple of the {ranked.measure.name} of {_baseline(ranked.baseline)}"
            return bar_chart.chart([v for v in values if v], what, units.ratio_tick)
        return self.plain_chart(workload, case, ranked.measure)

    def plain_chart(self, workload: Workload, case: Case, measure: Measure) -> Chart | None:
        """Of the figures themselves."""
        found = to_baseline(case, measure).absolute
        if not found:
            return None
        values = []
        for series in (one for one in workload.series if one in found):
            one, name = found[series], labels.series(series)
            text = measure.written(one.value)
            values.append(Value(name, one, text, self.models[series.model], title=f"{name}: {text}"))
        end = bar_chart.axis_end([one.value for one in found.values()], 0.0)
        unit, size = units.unit_of(end, units.DECIMAL_BYTES if measure is MEMORY else units.TIMES)

        def write(tick: float) -> str:
            return units.count(tick / size)

        return bar_chart.chart(values, f"{measure.name}, in{unit}", write, size, has_baseline=False)

    def _value(self, workload: Workload, case: Case, series: Series, measure: Measure | None) -> Value | None:
        ranked, found = to_baseline(case, measure), case.cells.get(series)
        name, model = labels.series(series), self.models[series.model]
        if found is None:
            return None
        if not found.ok:
            return Value(name, None, labels.outcome(found.outcome), model, title=labels.failure(found))
        ratio = ranked.ratios.get(series)
        if ratio is None:
            return Value(name, None, "no figure", model)
        interval = written.interval(ratio)
        title = f"{name}: {written.ratio(ratio)}{interval and ', '}{interval}"
        return Value(name, ratio, written.ratio(ratio), model, cells.mark(ranked, series), title)

    def _failures(self, workload: Workload) -> Iterator[Failure]:
        """Each reason, with all cases that it explains."""
        found: dict[tuple[str, Series, str], list[str]] = {}
        for case in workload.cases:
            for series, cell in case.cells.items():
                if not cell.ok:
                    key = (labels.outcome(cell.outcome), series, cell.reason)
                    found.setdefault(key, []).append(case_name(workload, case))
        for (outcome, series, reason), where in found.items():
            yield Failure(outcome, labels.series(series), reason, tuple(where), self.models[series.model])


def columns(workload: Workload, rows: Sequence[Texts]) -> Mapping[str, str]:
    known = {
        name: head.format(unit=workload.unit, holder=memory_texts.holder(workload))
        for name, head in COLUMNS.items()
        if any(getattr(row, name) for row in rows)
    }
    if "ratio" in known:
        # Its interval says more: that of the time contains the drift of the machine.
        known.pop("time_interval", None)
    return known


def is_closed_loop(workload: Workload) -> bool:
    """Whether it has latencies of clients that wait for each answer."""
    known = any(sample.latency is not None for sample in workload.samples)
    return known and workload.has_peer and not any(map(is_open_loop, workload.cases))


def _baseline(series: Series | None) -> str:
    return "" if series is None else labels.series(series)


def note(workload: Workload, case: Case) -> str:
    """1.00× is epoll: 57.2 µs of wall time for each request"""
    ranked = to_baseline(case)
    text = cells.baseline_text(case, ranked)
    is_ = f"1.00× is {text} of {ranked.measure.name} for each {workload.unit}" if text else ""
    why = why_cpu(workload, case)
    return ". ".join(part[:1].upper() + part[1:] for part in filter(None, [is_, why]))


@dataclass(frozen=True)
class MemoryPanel:
    name: str
    chart: Chart


@dataclass(frozen=True)
class MemoryOfWorkload:
    # What the figures are, and what was measured.
    name: str
    said: str
    panels: tuple[MemoryPanel, ...]


def memory(sections: Sections) -> tuple[MemoryOfWorkload, ...]:
    """A chart of each case whose memory was measured."""
    found = []
    for workload in sections.document.workloads:
        charts = ((case, sections.plain_chart(workload, case, MEMORY)) for case in workload.cases)
        panels = tuple(
            MemoryPanel(sections.anchors.full_name(workload, case), chart) for case, chart in charts if chart
        )
        if panels:
            name = memory_texts.name(workload)
            said = f"{workload.name}: {'. '.join([name, *memory_texts.measured(workload)])}."
            found.append(MemoryOfWorkload(name, said, panels))
    return tuple(found)
