"""The table of all models and cases: one row for each model, one column for each case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from concur.documents import labels
from concur.documents.cases import Case, Row, Workload
from concur.documents.results import Document
from concur.report import cells
from concur.report.anchors import Anchors, case_name
from concur.statistics import noise, written
from concur.statistics.ratios import to_baseline


UNBROKEN = "\u00a0"


@dataclass(frozen=True)
class Column:
    name: str
    anchor: str
    # What 1.00× is.
    baseline: str
    # Whether it is the first column of its workload.
    is_first: bool


@dataclass(frozen=True)
class Group:
    workload: Workload
    anchor: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class MatrixCell:
    text: str
    mark: str = ""
    shade: str = ""
    is_disturbed: bool = False
    # The reason if there is no figure.
    reason: str = ""
    is_first: bool = False


@dataclass(frozen=True)
class MatrixRow:
    model: str
    family: str
    cells: tuple[MatrixCell, ...]


@dataclass(frozen=True)
class Matrix:
    groups: tuple[Group, ...]
    rows: tuple[MatrixRow, ...]

    @property
    def families(self) -> list[str]:
        return list(dict.fromkeys(row.family for row in self.rows if row.family))

    @property
    def kinds(self) -> list[str]:
        return list(dict.fromkeys(group.workload.group for group in self.groups))


def _column(workload: Workload, case: Case, anchors: Anchors) -> Column:
    # A figure is not parted from its unit.
    model, _, figure = cells.baseline_text(case, to_baseline(case)).partition(": ")
    baseline = f"{model}: {figure.replace(' ', UNBROKEN)}" if model else ""
    return Column(case_name(workload, case), anchors.case(case), baseline, case is workload.cases[0])


def cell(workload: Workload, case: Case, row: Row) -> MatrixCell:
    first = case is workload.cases[0]
    series = row.series_of(case)
    if series is None:
        return MatrixCell("", reason="not measured", is_first=first)
    if not case.cells[series].ok:
        failed = case.cells[series]
        return MatrixCell(
            labels.outcome(failed.outcome), "", "none", reason=labels.failure(failed), is_first=first
        )
    ranked = to_baseline(case)
    ratio = ranked.ratios.get(series)
    return MatrixCell(
        text=written.figure(case, ranked.measure, series) if ratio is None else written.ratio(ratio),
        mark=cells.mark(ranked, series),
        shade="" if ratio is None else cells.shade(ratio.value),
        is_disturbed=bool(noise.serious_words(case, series, workload.cpus)),
        is_first=first,
    )


def matrix(document: Document, rows: Sequence[Row], anchors: Anchors) -> Matrix:
    return Matrix(
        tuple(
            Group(
                workload,
                anchors.workload(workload),
                tuple(_column(workload, case, anchors) for case in workload.cases),
            )
            for workload in document.workloads
        ),
        tuple(
            MatrixRow(
                row.model,
                document.families.get(row.model, ""),
                tuple(cell(w, case, row) for w in document.workloads for case in w.cases),
            )
            for row in rows
        ),
    )
