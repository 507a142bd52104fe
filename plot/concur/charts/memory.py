"""Memory for each task or connection: of one that waits and does nothing, or at the peak of a run.

Three sizes or more are lines over the number of tasks. Fewer are bars, with a panel for each size.
"""

from __future__ import annotations

from collections.abc import Sequence

from concur.answers import memory_texts, statements
from concur.answers.memory_texts import Part
from concur.documents import labels, units
from concur.documents.cases import Case, Cell, Row, Series, Workload
from concur.documents.results import Document
from concur.documents.samples import OK
from concur.drawing import disturbance, ticks
from concur.drawing.bar_panels import Bar, BarColumn, BarPanel, BarSheet, end_of
from concur.drawing.line_sheet import LineSheet
from concur.drawing.lines import Across, Head, Panel, line_over
from concur.drawing.output import Output
from concur.drawing.page import Page
from concur.drawing.rows import rows_of
from concur.drawing.small_multiples import SmallMultiples, cell_of, others_note, subtitle
from concur.drawing.standing import COLOURS, SAME
from concur.statistics.axes import POINTS_LEAST, along_main
from concur.statistics.intervals import Estimate

INTERVAL_NOTE = "{marks}: median over sets, whiskers: 95 % interval of the median"
BEFORE = "Without the memory that was in use already"
# Bars that are longer than this many times the least are cut.
SPREAD_MOST = 20.0
ROW_HEIGHT = 0.19


def figures(case: Case, rows: tuple[Row, ...], part: Part) -> dict[Row, Estimate]:
    shown = {row: series for row in rows if (series := row.series_of(case)) and case.cells[series].ok}
    found = {row: part.of(case.cells[series]) for row, series in shown.items()}
    return {row: estimate for row, estimate in found.items() if estimate is not None}


def known_cases(workload: Workload, rows: tuple[Row, ...]) -> list[Case]:
    parts = memory_texts.of(workload).parts
    return [case for case in workload.cases if any(figures(case, rows, part) for part in parts)]


def lines_of(workload: Workload, cases: list[Case], rows: tuple[Row, ...]) -> list[Panel]:
    said = memory_texts.of(workload)
    across = Across(memory_texts.fill(said.across, workload), units.count)
    found = []
    for part in said.parts_as_lines:

        def point(case: Case, series: Series, part: Part = part) -> Estimate | None:
            return part.of(case.cells[series])

        lines = (line_over(workload.main or "", cases, row, point) for row in rows)
        drawn = tuple(line for line in lines if line is not None)
        if any(one.points for one in drawn):
            y_name = f"memory per {memory_texts.holder(workload)}"
            found.append(Panel(part.title, y_name, units.decimal_bytes, drawn, across))
    return found


def is_line(cases: list[Case], rows: tuple[Row, ...], parts: Sequence[Part]) -> bool:
    """Whether some model has enough sizes."""
    points = [sum(row in figures(case, rows, part) for case in cases) for row in rows for part in parts]
    return max(points, default=0) >= POINTS_LEAST


def bar_of(estimate: Estimate) -> Bar:
    return Bar(estimate, units.decimal_bytes(estimate.value), COLOURS[SAME])


def column_of(case: Case, rows: tuple[Row, ...], part: Part) -> BarColumn:
    found = figures(case, rows, part)
    least = min((estimate.value for estimate in found.values()), default=1.0)
    end = end_of(list(found.values()), least * SPREAD_MOST)
    bars = {row: bar_of(estimate) for row, estimate in found.items()}
    cells = {row: cell for row in rows if (cell := cell_of(row, case)) is not None and cell.ok}
    unknown = {row: why_unknown(cell) for row, cell in cells.items() if row not in bars}
    return BarColumn(part.name, bars, end, ticks.bytes_scale, unknown=unknown)


def why_unknown(cell: Cell) -> str:
    return "less than the noise" if any(sample.memory for sample in cell.samples) else "not measured"


def was_measured_or_failed(row: Row, cases: Sequence[Case]) -> bool:
    """Not for models whose memory was never measured."""
    cells = [cell for case in cases if (cell := cell_of(row, case)) is not None]
    return any(sample.memory or not cell.ok for cell in cells for sample in cell.samples)


def unmeasured_note(workload: Workload) -> str:
    known = {sample.model for sample in workload.samples if sample.memory or sample.outcome != OK}
    names = [
        model for model in dict.fromkeys(series.model for series in workload.series) if model not in known
    ]
    return f"The memory of these models was not measured: {', '.join(names)}" if names else ""


def noise_note(workload: Workload, rows: tuple[Row, ...]) -> str:
    """Which cases are not shown, though their memory was measured."""
    known = known_cases(workload, rows)
    names = [
        labels.case(workload, case)
        for case in workload.cases
        if case not in known and any(s.memory for cell in case.cells.values() for s in cell.samples)
    ]
    return f"Not shown, because all memory is less than the noise: {'; '.join(names)}" if names else ""


def notes_of(workload: Workload, rows: tuple[Row, ...]) -> list[str]:
    return list(filter(None, [others_note(workload, rows), noise_note(workload, rows)]))


def draw_bars(document: Document, output: Output, name: str, workload: Workload, cases: list[Case]) -> None:
    rows = tuple(row for row in rows_of(document, workload) if was_measured_or_failed(row, cases))
    multiples = SmallMultiples.of(workload, rows, ROW_HEIGHT, 1, cases)
    parts = memory_texts.of(workload).parts
    panels = [BarPanel(case, [column_of(case, multiples.rows, part) for part in parts]) for case in cases]
    sheet = BarSheet(multiples, panels)
    notes = sheet.notes()
    page = Page(
        document,
        statements.memory(workload, cases),
        subtitle(workload, *said(workload), f"Bars longer than {SPREAD_MOST:.0f} times the shortest are cut"),
        multiples.height,
        INTERVAL_NOTE.format(marks="bars"),
        [*notes.lines(), *notes_of(workload, rows), *filter(None, [unmeasured_note(workload)])],
        kicker=kicker(workload),
    )
    sheet.draw(page, notes)
    output.save(name, page)


def draw_lines(document: Document, output: Output, name: str, workload: Workload, cases: list[Case]) -> None:
    head = Head(
        kicker(workload),
        statements.memory(workload, cases),
        subtitle(workload, *said(workload), "Logarithmic axes"),
        INTERVAL_NOTE.format(marks="points"),
    )
    rows = rows_of(document, workload)
    notes = [*notes_of(workload, rows), *disturbance.warnings(workload)]
    LineSheet(document).save(output, name, head, lines_of(workload, cases, rows), notes)


def kicker(workload: Workload) -> str:
    return f"{workload.name}: {memory_texts.name(workload)}"


def said(workload: Workload) -> list[str]:
    return [f"Less is better. {BEFORE}", *memory_texts.measured(workload)]


def has_memory(workload: Workload) -> bool:
    return any(sample.memory for sample in workload.samples)


def draw(document: Document, output: Output) -> None:
    for name, workload in output.wanted_workloads(document, "memory", has_memory):
        rows, parts = rows_of(document, workload), memory_texts.of(workload).parts
        known = known_cases(workload, rows)
        if not known:
            output.skip(name, "the memory of the tasks is less than its noise")
        elif is_line(along := along_main(workload, known), rows, parts):
            draw_lines(document, output, name, workload, along)
        else:
            draw_bars(document, output, name, workload, known)
