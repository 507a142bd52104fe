"""Latency: a table with p50, p99, p99.9 and the maximum of each model in each case.

The colour of a cell says how many times as long it is as the same percentile of the baseline.
"""

from __future__ import annotations

from concur.answers import statements
from concur.documents.cases import Workload
from concur.documents.results import Document
from concur.drawing.heatmap_cells import Key
from concur.drawing.latency_sheet import LatencySheet, Table
from concur.drawing.output import Output
from concur.drawing.page import Page
from concur.drawing.rows import rows_of
from concur.drawing.small_multiples import others_note, subtitle
from concur.statistics.ratios import RATE

CLOSED = (
    "Closed loop: a client waits for its answer before it sends again, so a stall delays few requests; "
    "this is not the latency under load"
)
OPEN = (
    "Open loop, from the intended send: requests that wait because of a stall count with all of their delay"
)
SLICES = "Measured in slices of about 25 ms: a queue that takes longer to build is not seen"
INTERVAL_NOTE = (
    "percentiles of the merged histogram of all sets; below: 95 % bootstrap interval over sets (of the "
    "maximum: its range over sets); a percentile is shown only if some value is larger"
)


def latency_name(workload: Workload) -> str:
    """The name that the document gives to the measured latency."""
    return next((sample.latency.what for sample in workload.samples if sample.latency is not None), "latency")


def warning_of(workload: Workload) -> str:
    """Whether the clients wait for answers. Empty if the workload has no clients."""
    if any(RATE in dict(case.arguments) for case in workload.cases):
        return OPEN
    return CLOSED if workload.has_peer else ""


def draw_workload(
    document: Document, output: Output, name: str, workload: Workload, tables: list[Table]
) -> None:
    sheet = LatencySheet(workload, rows_of(document, workload), tables)
    notes = sheet.notes()
    key = Key(sheet.marks())
    baselines = {case.baseline.model for case in workload.cases if case.baseline}
    base = baselines.pop() if len(baselines) == 1 else "the baseline"
    in_slices = any(sample.slices is not None for sample in workload.samples)
    colours = f"Colours: as a multiple of the same percentile of {base}; ★ and = are about p99"
    page = Page(
        document,
        statements.latency(workload),
        [
            warning_of(workload),
            *subtitle(workload, "Less is better", colours, *([SLICES] if in_slices else [])),
        ],
        sheet.height + key.height,
        INTERVAL_NOTE,
        [*notes.lines(), *filter(None, [others_note(workload, sheet.rows)])],
        kicker=f"{workload.name}: {latency_name(workload)}",
    )
    sheet.draw(page, notes)
    key.draw(page, sheet.height)
    output.save(name, page)


def draw(document: Document, output: Output) -> None:
    for name, workload in output.wanted_workloads(document, "latency"):
        tables = [table for case in workload.cases for table in Table.all_of(case)]
        if any(table.found for table in tables):
            draw_workload(document, output, name, workload, [table for table in tables if table.case.cells])
        else:
            output.skip(name, "no sample of this workload has latencies")
