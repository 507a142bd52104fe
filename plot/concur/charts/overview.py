"""Heat map: for each series and case, the ratio of its wall time to that of the baseline of the case.

Where the clients were at their limit, the CPU times of the model for a unit of work are compared instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from concur.documents import labels, units
from concur.documents.cases import Case, Cell, Series, Workload
from concur.documents.results import Document
from concur.drawing import artists, disturbance, style
from concur.drawing.heatmap_cells import (
    KEY_LINE,
    bad_box,
    box,
    draw_key,
    heat,
    is_dark,
    key_entries,
    outline,
)
from concur.drawing.heatmap_layout import Block, blocks, column_names
from concur.drawing.output import Output
from concur.drawing.page import BODY_WIDTH, Footnotes, Page, text_width
from concur.statistics.ratios import WHY_CPU, is_limited, to_baseline

NAME = "overview"
FAMILY_GAP, BLOCK_GAP = 0.06, 0.22
# With many rows the cells have no interval, only ties have an outline, so that the page does not get too
# long.
CELL_HEIGHT, CELL_HEIGHT_COMPACT, ROWS_MOST = 0.31, 0.205, 16
# An interval needs more room than a ratio.
CELL_WIDTH_LEAST = {CELL_HEIGHT: 0.56, CELL_HEIGHT_COMPACT: 0.40}
INTERVAL_NOTE = "below a ratio: its 95 % interval over sets"
INTERVAL_NOTE_COMPACT = "plot/summary.py prints the 95 % intervals"
NOTES_MOST = 30
UNKNOWN = "the CPU time is not known"
UNPAIRED = "not measured in the same sets as the baseline: ratio of two absolute figures"


@dataclass
class BlockAxes:
    """The axes of a block, in inches from its top left corner."""

    axes: Any
    block: Block
    notes: Footnotes

    @property
    def compact(self) -> bool:
        return self.block.cell_height < CELL_HEIGHT

    def write(self, x: float, y: float, text: str, size: float, **how: Any) -> None:
        self.axes.text(x, y, text, fontsize=size, **{"ha": "center", "va": "center", **how})


def draw_bad(cells: BlockAxes, cell: Cell, x: float, y: float, width: float) -> None:
    height = cells.block.cell_height
    bad_box(cells.axes, cell.outcome, x, y, width, height)
    number = f"[{cells.notes.number(labels.failure(cell))}]"
    word = {"skipped": "skip", "did_not_finish": "DNF", "invalid": "invalid"}[cell.outcome]
    how: dict[str, Any] = {"color": style.ALERT if cell.outcome == "invalid" else style.INK}
    if cell.outcome != "invalid":
        pad = 0 if cells.compact else 0.1
        how["bbox"] = {"boxstyle": f"square,pad={pad}", "facecolor": "#f2f2f2", "linewidth": 0, "alpha": 0.85}
    text = number if cells.compact else f"{word}\n{number}"
    cells.write(x + width / 2, y + height / 2, text, 6.5, linespacing=1.15, **how)


def draw_cell(cells: BlockAxes, case: Case, series: Series, x: float, y: float, width: float) -> None:
    cell = case.cells.get(series)
    middle, height = x + width / 2, cells.block.cell_height
    if cell is None:
        cells.write(middle, y + height / 2, "·", 8, color="#bbbbbb")
        return
    if not cell.ok:
        draw_bad(cells, cell, x, y, width)
        return
    ranked = to_baseline(case)
    found = ranked.ratios.get(series)
    if found is None:
        cells.write(middle, y + height / 2, f"[{cells.notes.number(UNKNOWN)}]", 6.5)
        return
    best = series == ranked.best
    colour = heat(found.value)
    ink = "white" if is_dark(colour) else style.INK
    box(cells.axes, x, y, width, height, facecolor=colour)
    if best or series in ranked.ties:
        box(cells.axes, x, y, width, height, fill=False, **outline(best))
    weight = "bold" if best or series == ranked.baseline else "normal"
    above = y + (height / 2 if cells.compact else 0.112)
    cells.write(middle, above, units.ratio(found.value), 8, color=ink, weight=weight)
    if not cells.compact:
        below = below_ratio(cells, case, series)
        cells.write(middle, y + 0.225, below, 6.2, color=ink, alpha=0.85)


def below_ratio(cells: BlockAxes, case: Case, series: Series) -> str:
    ranked = to_baseline(case)
    if series == ranked.baseline:
        return "baseline"
    if series in ranked.unpaired:
        return f"[{cells.notes.number(UNPAIRED)}]"
    found = ranked.ratios[series]
    return units.interval(found.low, found.high) if found.has_interval else ""


def draw_head(cells: BlockAxes) -> None:
    """Above the cells: the workload, the parameters that distinguish its cases, and their arguments."""
    axes, block = cells.axes, cells.block
    for column in block.columns:
        workload, left, right = column.workload, column.left + 0.02, column.left + column.width - 0.02
        kind = "CPU" if workload.group == "cpu" else "I/O"
        cells.write(left, 0, workload.name, 9, weight="bold", ha="left", va="top")
        offset = text_width(workload.name, 9, "bold") + 0.08
        cells.write(left + offset, 0.02, kind, 7, color=style.MUTED, ha="left", va="top")
        cells.write(left, 0.165, column_names(workload), 6.8, color=style.MUTED, ha="left", va="top")
        artists.add_line(axes, [left, right], [0.3, 0.3], color="#999999", linewidth=0.7)
        for index, case in enumerate(column.cases):
            middle = column.left + (index + 0.5) * column.cell_width
            values = labels.case_short(workload, case)
            if numbers := [cells.notes.number(text) for text in warnings(workload, case)]:
                values.insert(0, f"[{', '.join(map(str, numbers))}]")
            text = "\n".join(values)
            cells.write(middle, block.head_height - 0.04, text, 7.2, va="bottom", linespacing=1.2)


def draw_block(page: Page, block: Block, top: float, notes: Footnotes) -> None:
    axes = page.axes(0, top, BODY_WIDTH, block.height)
    axes.set(xlim=(0, BODY_WIDTH), ylim=(block.height, 0))
    axes.axis("off")
    cells = BlockAxes(axes, block, notes)
    draw_head(cells)
    for series, y in block.rows:
        middle = y + block.cell_height / 2
        colour = style.look(series.model, block.columns[0].workload.families).colour
        artists.add_box(axes, 0, middle - 0.055, 0.09, 0.11, facecolor=colour, linewidth=0)
        cells.write(0.14, middle, labels.series(series), 8, ha="left")
        for column in block.columns:
            for index, case in enumerate(column.cases):
                draw_cell(cells, case, series, column.left + index * column.cell_width, y, column.cell_width)


def warnings(workload: Workload, case: Case) -> list[str]:
    """The footnotes of a whole case: why CPU times are compared, and what disturbed it."""
    found = [WHY_CPU.format(unit=workload.unit)] if is_limited(case) else []
    if warning := disturbance.note(workload, case):
        found.append(f"{workload.name}, {warning}")
    return found


def number_notes(layout: list[Block]) -> Footnotes:
    """All footnotes, numbered in reading order: the height of the page depends on them."""
    notes = Footnotes(most=NOTES_MOST)
    for block in layout:
        for column in block.columns:
            for case in column.cases:
                for text in warnings(column.workload, case):
                    notes.number(text)
        for series, _ in block.rows:
            for case in (case for column in block.columns for case in column.cases):
                cell = case.cells.get(series)
                if cell is not None and not cell.ok:
                    notes.number(labels.failure(cell))
                elif series in to_baseline(case).unpaired:
                    notes.number(UNPAIRED)
                elif cell is not None and series not in to_baseline(case).ratios:
                    notes.number(UNKNOWN)
    return notes


def title(found: Sequence[Workload]) -> str:
    """Names the baseline."""
    models = {
        group: sorted(
            {case.baseline.model for w in found if w.group == group for case in w.cases if case.baseline}
        )
        for group in ("cpu", "io")
    }
    single = {
        group: names[0] if len(names) == 1 else "its baseline" for group, names in models.items() if names
    }
    if len(set(single.values())) <= 1:
        return f"Time of each model as a multiple of that of {next(iter(single.values()), 'its baseline')}"
    kinds = {"cpu": "CPU work", "io": "I/O"}
    parts = " and ".join(f"{name} ({kinds[group]})" for group, name in single.items())
    return f"Time of each model as a multiple of that of {parts}"


def what_is_compared(found: Sequence[Workload]) -> str:
    cases = [case for workload in found for case in workload.cases]
    text = "Wall time of the same work; less is better, the baseline has 1.00×"
    if any(is_limited(case) for case in cases):
        text += ". Where the clients were at their limit: CPU time of the server"
    return text


def draw(document: Document, output: Output) -> None:
    if not output.wants(NAME):
        return
    found = document.workloads
    rows = len({series for workload in found for series in workload.series})
    height = CELL_HEIGHT if rows <= ROWS_MOST else CELL_HEIGHT_COMPACT
    warned = any(warnings(workload, case) for workload in found for case in workload.cases)
    layout = blocks(found, height, FAMILY_GAP, warned, CELL_WIDTH_LEAST[height])
    notes = number_notes(layout)
    everything = [case for workload in found for case in workload.cases]
    outcomes = {cell.outcome for case in everything for cell in case.cells.values()}
    ranked = [to_baseline(case) for case in everything]
    key = key_entries(outcomes, any(one.ties for one in ranked), any(one.best for one in ranked))
    body = sum(block.height + BLOCK_GAP for block in layout) + KEY_LINE * max(2, len(key))
    fixed = "; ".join(f"{w.name}: {labels.fixed(w)}" for w in found if labels.fixed(w))
    subtitle = [what_is_compared(found)]
    subtitle += [f"Arguments: {fixed}"] if fixed else []
    subtitle += [". ".join(labels.meanings(found))]
    interval_note = INTERVAL_NOTE if height == CELL_HEIGHT else INTERVAL_NOTE_COMPACT
    page = Page(document, title(found), subtitle, body, interval_note, notes.lines())
    top = 0.0
    for block in layout:
        draw_block(page, block, top, notes)
        top += block.height + BLOCK_GAP
    draw_key(page, top, key)
    output.save(NAME, page.figure)
