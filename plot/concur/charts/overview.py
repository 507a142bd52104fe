"""Heat map: for each model and case, its time as a multiple of that of the baseline of the case.

Where the clients were at their limit, or send at a given rate, the CPU times of the model for a unit of work
are compared instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from concur.answers import statements
from concur.documents import labels
from concur.documents.cases import Case, Cell, Row, Series, Workload, main_rows
from concur.documents.results import Document
from concur.drawing import artists, disturbance, style
from concur.drawing.heatmap_cells import PLAIN, Key, bad_box, best_box, box, ground, ink
from concur.drawing.heatmap_layout import CELL_HEIGHT, NAME_SIZE, Block, blocks, column_names
from concur.drawing.output import Output
from concur.drawing.page import BODY_WIDTH, SMALLEST, Footnotes, Page
from concur.drawing.standing import ratio_with_mark
from concur.statistics.ratios import is_tie, to_baseline, why_cpu

NAME = "overview"
BLOCK_GAP = 0.22
INTERVAL_NOTE = "95 % intervals: on the charts compare_*"
NOTES_MOST = 30
UNKNOWN = "the time is not known"
UNPAIRED = "not measured in the same sets as the baseline: ratio of two absolute figures"


@dataclass
class BlockAxes:
    """The axes of a block, in inches from its top left corner."""

    axes: Any
    block: Block
    notes: Footnotes

    def write(self, x: float, y: float, text: str, size: float = SMALLEST, **how: Any) -> None:
        self.axes.text(x, y, text, fontsize=size, **{"ha": "center", "va": "center", **how})


def draw_bad(cells: BlockAxes, cell: Cell, x: float, y: float, width: float) -> None:
    bad_box(cells.axes, cell.outcome, x, y, width, CELL_HEIGHT)
    word = {"skipped": "skip", "did_not_finish": "DNF", "invalid": "invalid"}[cell.outcome]
    how: dict[str, Any] = {"color": style.ALERT if cell.outcome == "invalid" else style.INK}
    if cell.outcome != "invalid":
        how["bbox"] = {"boxstyle": "square,pad=0.05", "facecolor": "#f2f2f2", "linewidth": 0, "alpha": 0.85}
    text = f"[{cells.notes.number(labels.failure(cell))}]"
    # Not every cell has room for the word.
    text = f"{word} {text}" if word == "skip" else text
    cells.write(x + width / 2, y + CELL_HEIGHT / 2, text, **how)


def draw_cell(cells: BlockAxes, case: Case, series: Series | None, x: float, y: float, width: float) -> None:
    cell = None if series is None else case.cells[series]
    middle, height = x + width / 2, y + CELL_HEIGHT / 2
    if cell is None or series is None:
        cells.write(middle, height, "·", color="#bbbbbb")
        return
    if not cell.ok:
        draw_bad(cells, cell, x, y, width)
        return
    ranked = to_baseline(case)
    found = ranked.ratios.get(series)
    if found is None:
        box(cells.axes, x, y, width, CELL_HEIGHT, facecolor=PLAIN)
        value = None if ranked.ratios else ranked.value(series)
        text = f"[{cells.notes.number(UNKNOWN)}]" if value is None else ranked.measure.written(value)
        cells.write(middle, height, text)
        return
    colour = ground(found)
    box(cells.axes, x, y, width, CELL_HEIGHT, facecolor=colour)
    if series == ranked.best:
        best_box(cells.axes, x, y, width, CELL_HEIGHT)
    weight = "bold" if series in (ranked.best, ranked.baseline) else "normal"
    text = ratio_with_mark(ranked, series)
    if series in ranked.unpaired:
        text += f" [{cells.notes.number(UNPAIRED)}]"
    cells.write(middle, height, text, color=ink(colour), weight=weight)


def draw_head(cells: BlockAxes) -> None:
    """Above the cells: the workload, the parameters that distinguish its cases, and their arguments."""
    axes, block = cells.axes, cells.block
    cells.write(0, 0, block.heading, 10, weight="bold", ha="left", va="top", color=style.MUTED)
    for column in block.columns:
        workload, left, right = column.workload, column.left + 0.02, column.left + column.width - 0.02
        cells.write(left, block.top, workload.name, NAME_SIZE, weight="bold", ha="left", va="top")
        names = column_names(workload)
        cells.write(left, block.top + 0.16, names, color=style.MUTED, ha="left", va="top")
        artists.add_line(axes, [left, right], [block.top + 0.32] * 2, color="#999999", linewidth=0.7)
        for index, case in enumerate(column.cases):
            middle = column.left + (index + 0.5) * column.cell_width
            values = labels.case_short(workload, case)
            if numbers := [cells.notes.number(text) for text in warnings(workload, case)]:
                values.insert(0, f"[{', '.join(map(str, numbers))}]")
            cells.write(middle, block.head_height - 0.03, "\n".join(values), va="bottom", linespacing=1.2)


def draw_block(page: Page, block: Block, top: float, notes: Footnotes) -> None:
    axes = page.axes(0, top, BODY_WIDTH, block.height)
    axes.set(xlim=(0, BODY_WIDTH), ylim=(block.height, 0))
    axes.axis("off")
    cells = BlockAxes(axes, block, notes)
    draw_head(cells)
    for row, y in block.rows:
        middle = y + CELL_HEIGHT / 2
        colour = style.look(row.model, block.columns[0].workload.families).colour
        artists.add_box(axes, 0, middle - 0.055, 0.09, 0.11, facecolor=colour, linewidth=0)
        cells.write(0.14, middle, row.model, ha="left")
        for column in block.columns:
            for index, case in enumerate(column.cases):
                x = column.left + index * column.cell_width
                draw_cell(cells, case, row.series_of(case), x, y, column.cell_width)


def warnings(workload: Workload, case: Case) -> list[str]:
    """The footnotes of a whole case: why CPU times are compared, and what disturbed it."""
    found = [why_cpu(workload, case)]
    if warning := disturbance.note(workload, case):
        found.append(f"{workload.name}, {warning}")
    return list(filter(None, found))


def number_notes(layout: list[Block]) -> Footnotes:
    """All footnotes, numbered in reading order: the height of the page depends on them."""
    notes = Footnotes(most=NOTES_MOST)
    for block in layout:
        for column in block.columns:
            for case in column.cases:
                for text in warnings(column.workload, case):
                    notes.number(text)
        for row, _ in block.rows:
            for case in (case for column in block.columns for case in column.cases):
                series = row.series_of(case)
                if series is None:
                    continue
                if not case.cells[series].ok:
                    notes.number(labels.failure(case.cells[series]))
                elif not is_known(case, series):
                    notes.number(UNKNOWN)
                elif series in to_baseline(case).unpaired:
                    notes.number(UNPAIRED)
    return notes


def is_known(case: Case, series: Series) -> bool:
    """Whether its cell has a figure: a ratio, or without a baseline its time."""
    ranked = to_baseline(case)
    return series in ranked.ratios or (not ranked.ratios and ranked.value(series) is not None)


def has_ratios(found: Sequence[Workload]) -> bool:
    return any(to_baseline(case).ratios for workload in found for case in workload.cases)


def marks_in(found: Sequence[Workload], rows: Sequence[Row]) -> set[str]:
    """The marks that occur, for the key."""
    marks = set()
    for case in (case for workload in found for case in workload.cases):
        ranked = to_baseline(case)
        for series in filter(None, (row.series_of(case) for row in rows)):
            if not case.cells[series].ok:
                marks.add(case.cells[series].outcome)
            elif series == ranked.best:
                marks.add("best")
            elif series in ranked.ties:
                marks.add("tie")
            elif series in ranked.ratios and series != ranked.baseline and is_tie(ranked.ratios[series]):
                marks.add("plain")
    return marks


def pools(found: Sequence[Workload], rows: Sequence[Row]) -> str:
    """How many workers the pools have in each workload: their rows have the name of the model alone."""
    where: dict[str, list[str]] = {}
    for workload in found:
        for row in rows:
            for series in filter(None, (row.series_of(case) for case in workload.cases)):
                if series.arguments:
                    width = " ".join(labels.model_argument(*argument) for argument in series.arguments)
                    where.setdefault(width, []).append(workload.name)
    widths = (f"{width} in {', '.join(dict.fromkeys(names))}" for width, names in where.items())
    text = "; ".join(widths)
    return f"Workers of pools: {text}" if text else ""


def groups_of(found: Sequence[Workload]) -> list[tuple[str, list[Workload]]]:
    """CPU workloads and the others, with headings that name the baselines."""
    groups = []
    for group in dict.fromkeys(workload.group for workload in found):
        members = [workload for workload in found if workload.group == group]
        baselines = {case.baseline.model for w in members for case in w.cases if case.baseline}
        base = baselines.pop() if len(baselines) == 1 else "the baseline of its case"
        kind = statements.KINDS.get(group, "benchmarks")
        heading = f"{kind[:1].upper()}{kind[1:]}"
        groups.append((f"{heading}, as a multiple of {base}" if has_ratios(members) else heading, members))
    return groups


def subtitle_of(found: Sequence[Workload]) -> list[str]:
    if not has_ratios(found):
        return ["Wall time per unit of work; less is better. There is no baseline to compare with"]
    text = "Wall time of the same work, as a multiple of that of the baseline; less is better"
    if any(why_cpu(workload, case) for workload in found for case in workload.cases):
        text += ". Where the clients set the pace: CPU time"
    return [text, ". ".join(labels.meanings(found))]


def details(found: Sequence[Workload], rows: Sequence[Row]) -> list[str]:
    """Below the chart: what the heads of the columns and the names of the rows leave out."""
    fixed = "; ".join(f"{w.name}: {labels.fixed(w)}" for w in found if labels.fixed(w))
    return list(filter(None, [pools(found, rows), f"Arguments: {fixed}" if fixed else ""]))


def draw(document: Document, output: Output) -> None:
    if not output.wants(NAME):
        return
    found = document.workloads
    rows = list(main_rows(found))
    warned = any(warnings(workload, case) for workload in found for case in workload.cases)
    layout = blocks(groups_of(found), rows, warned)
    notes = number_notes(layout)
    key = Key(marks_in(found, rows), scaled=has_ratios(found))
    page = Page(
        document,
        statements.overview(found),
        subtitle_of(found),
        sum(block.height + BLOCK_GAP for block in layout) + key.height,
        INTERVAL_NOTE,
        [*notes.lines(), *details(found, rows)],
    )
    top = 0.0
    for block in layout:
        draw_block(page, block, top, notes)
        top += block.height + BLOCK_GAP
    key.draw(page, top)
    output.save(NAME, page)
