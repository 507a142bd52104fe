"""The rows of the charts of one workload."""

from __future__ import annotations

from concur.documents.cases import Row, Workload, main_rows
from concur.documents.results import Document


def rows_of(document: Document, workload: Workload) -> tuple[Row, ...]:
    """One for each model. All charts of a document show the same of its series."""
    return tuple(
        row for row in main_rows(document.workloads) if any(row.series_of(case) for case in workload.cases)
    )
