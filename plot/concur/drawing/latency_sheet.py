"""Tables of latencies: a row for each model, and a column for each percentile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from concur.documents import labels, units
from concur.documents.cases import Case, Row, Series, Workload
from concur.drawing import artists, disturbance, style
from concur.drawing.heatmap_cells import bad_box, best_box, box, ground, ink, mark
from concur.drawing.page import BODY_WIDTH, SMALLEST, Footnotes, Page, line_height, shorten, text_width, wrap
from concur.statistics import intervals
from concur.statistics.intervals import Estimate
from concur.statistics.latencies import MAXIMUM, QUANTILES, Percentiles, percentiles
from concur.statistics.measures import p99_of
from concur.statistics.ratios import Ranked, to_baseline

COLUMNS = (*QUANTILES, MAXIMUM)
CELL_WIDTH, CELL_HEIGHT = 0.84, 0.35
CASE_GAP, BLOCK_GAP, FAMILY_GAP = 0.14, 0.16, 0.05
TITLE_SIZE = 8.5


@dataclass(frozen=True)
class Table:
    """A case, with the percentiles of each model."""

    case: Case
    found: dict[Series, Percentiles]
    # By the 99th percentile.
    ranked: Ranked
    # The class of units; "" is the main one.
    kind: str = ""

    @staticmethod
    def of(case: Case, kind: str = "") -> Table:
        found = {series: percentiles(cell, kind) for series, cell in case.cells.items()}
        known = {series: one for series, one in found.items() if one}
        return Table(case, known, to_baseline(case, p99_of(kind)), kind)

    @staticmethod
    def all_of(case: Case) -> list[Table]:
        """One for each class of units, the main one first."""
        samples = [sample for cell in case.cells.values() for sample in cell.samples]
        others = sorted({kind for sample in samples for kind, _ in sample.other_latencies})
        return [Table.of(case, kind) for kind in ("", *others)]

    def multiple(self, series: Series, column: str) -> Estimate | None:
        """Of the same percentile of the baseline."""
        base = self.found.get(self.case.baseline, {}) if self.case.baseline else {}
        return intervals.quotient(self.found[series].get(column), base.get(column))


def interval_text(estimate: Estimate) -> str:
    """12.0 to 12.4: in the unit of the value."""
    if not estimate.has_interval:
        return ""
    _, size = units.unit_of(estimate.value, units.TIMES)
    return f"{bound_text(estimate.low / size)} to {bound_text(estimate.high / size)}"


def bound_text(value: float) -> str:
    """0.62, 12.3, 1140: with two decimals at most, because a cell is narrow."""
    return f"{value:.2f}" if value < 9.995 else units.significant(value, 3, zeros=True)


class LatencySheet:
    """The tables of a workload, as many side by side as fit."""

    def __init__(self, workload: Workload, rows: Sequence[Row], tables: Sequence[Table]) -> None:
        self.workload = workload
        self.tables = tables
        self.rows = rows
        self.left = max(text_width(self.name(row), SMALLEST) for row in self.rows) + 0.12
        self.width = CELL_WIDTH * len(COLUMNS)
        fit = int((BODY_WIDTH - self.left + CASE_GAP) / (self.width + CASE_GAP))
        self.across = max(1, min(fit, len(tables)))
        self.tops: dict[Row, float] = {}
        self.title_lines = max(len(self.title_of(table, Footnotes())) for table in tables)
        self.head = 0.22 + self.title_lines * line_height(TITLE_SIZE)
        y = self.head
        for before, row in zip([None, *self.rows], self.rows):
            changes = before is not None and self.family(before) != self.family(row)
            y += FAMILY_GAP if changes else 0.0
            self.tops[row] = y
            y += CELL_HEIGHT
        self.block_height = y

    def title_of(self, table: Table, notes: Footnotes) -> list[str]:
        """Two lines at most."""
        width = self.width if self.across > 1 else BODY_WIDTH - self.left
        title = disturbance.title(self.workload, table.case, notes)
        if table.kind:
            title = f"{table.kind} {self.workload.unit}s: {title}"
        first, *rest = wrap(title, TITLE_SIZE, width, "bold")
        return [first, *([shorten(" ".join(rest), TITLE_SIZE, width, "bold")] if rest else [])]

    def name(self, row: Row) -> str:
        shown = {row.series_of(table.case) for table in self.tables} - {None}
        only = shown.pop() if len(shown) == 1 else None
        return labels.series(only) if only else row.model

    def family(self, row: Row) -> str:
        return self.workload.families.get(row.model, "")

    @property
    def height(self) -> float:
        blocks = -(-len(self.tables) // self.across)
        return blocks * (self.block_height + BLOCK_GAP)

    def failures(self) -> Iterator[tuple[Table, Row, str]]:
        """Of the cells that were not ok: what they say."""
        for table in self.tables:
            for row in self.rows:
                series = row.series_of(table.case)
                if series is not None and not table.case.cells[series].ok:
                    yield table, row, labels.failure(table.case.cells[series])

    def notes(self) -> Footnotes:
        notes = Footnotes()
        for table in self.tables:
            disturbance.title(self.workload, table.case, notes)
        for _, _, text in self.failures():
            self._reason(text, notes)
        return notes

    def _reason(self, text: str, notes: Footnotes) -> str:
        if text_width(text, SMALLEST) <= self.width - 0.2:
            return text
        number = f" [{notes.number(text)}]"
        return shorten(text, SMALLEST, self.width - 0.2 - text_width(number, SMALLEST)) + number

    def marks(self) -> set[str]:
        """The marks that occur, for the key."""
        marks = {table.case.cells[s].outcome for table in self.tables for s in table.case.cells} - {"ok"}
        for table in self.tables:
            marks |= {"best"} if table.ranked.best else set()
            marks |= {"tie"} if table.ranked.ties else set()
        return marks | {"plain"}

    def draw(self, page: Page, notes: Footnotes) -> None:
        for start in range(0, len(self.tables), self.across):
            top = start // self.across * (self.block_height + BLOCK_GAP)
            axes = page.axes(0, top, BODY_WIDTH, self.block_height)
            axes.set(xlim=(0, BODY_WIDTH), ylim=(self.block_height, 0))
            axes.axis("off")
            for row, y in self.tops.items():
                middle = y + CELL_HEIGHT / 2
                axes.text(
                    self.left - 0.08, middle, self.name(row), fontsize=SMALLEST, ha="right", va="center"
                )
            for place, table in enumerate(self.tables[start : start + self.across]):
                self._draw_table(axes, table, self.left + place * (self.width + CASE_GAP), notes)

    def _draw_table(self, axes: Any, table: Table, left: float, notes: Footnotes) -> None:
        title = self.title_of(table, notes)
        for number, line in enumerate(title):
            y = (self.title_lines - len(title) + number) * line_height(TITLE_SIZE)
            axes.text(left + 0.02, y, line, fontsize=TITLE_SIZE, weight="bold", va="top")
        for place, column in enumerate(COLUMNS):
            middle = left + (place + 0.5) * CELL_WIDTH
            axes.text(middle, self.head - 0.06, column, fontsize=SMALLEST, color=style.MUTED, ha="center")
        ends = [left + 0.02, left + self.width - 0.02]
        artists.add_line(axes, ends, [self.head - 0.03] * 2, color="#999999", linewidth=0.7)
        for row, y in self.tops.items():
            series = row.series_of(table.case)
            if series is None:
                axes.text(left + 0.1, y + CELL_HEIGHT / 2, "not run", fontsize=SMALLEST, color=style.MUTED,
                          va="center", style="italic")  # fmt: skip
            elif not table.case.cells[series].ok:
                self._draw_failure(axes, table, series, (left, y), notes)
            else:
                for place, column in enumerate(COLUMNS):
                    self._draw_cell(axes, table, series, column, (left + place * CELL_WIDTH, y))

    def _draw_failure(
        self, axes: Any, table: Table, series: Series, place: tuple[float, float], notes: Footnotes
    ) -> None:
        x, y = place
        cell = table.case.cells[series]
        bad_box(axes, cell.outcome, x, y, self.width, CELL_HEIGHT)
        text = self._reason(labels.failure(cell), notes)
        bad = cell.outcome == "invalid"
        back = {"boxstyle": "square,pad=0.1", "facecolor": "white" if bad else "#f2f2f2", "linewidth": 0}
        how = {"fontsize": SMALLEST, "color": style.ALERT if bad else style.INK, "bbox": back}
        axes.text(x + self.width / 2, y + CELL_HEIGHT / 2, text, ha="center", va="center", **how)

    def _draw_cell(
        self, axes: Any, table: Table, series: Series, column: str, place: tuple[float, float]
    ) -> None:
        x, y = place
        estimate = table.found.get(series, {}).get(column)
        if estimate is None:
            axes.text(x + CELL_WIDTH / 2, y + CELL_HEIGHT / 2, "–", fontsize=SMALLEST, color=style.MUTED,
                      ha="center", va="center")  # fmt: skip
            return
        colour = ground(table.multiple(series, column))
        box(axes, x, y, CELL_WIDTH, CELL_HEIGHT, facecolor=colour)
        sign = mark(table.ranked, series) if column == "p99" else ""
        if column == "p99" and series == table.ranked.best:
            best_box(axes, x, y, CELL_WIDTH, CELL_HEIGHT)
        how = {"fontsize": SMALLEST, "color": ink(colour), "ha": "center", "va": "center"}
        below = interval_text(estimate)
        middle = x + CELL_WIDTH / 2
        weight = "bold" if series == table.ranked.baseline or sign.startswith("★") else "normal"
        height = 0.105 if below else CELL_HEIGHT / 2
        axes.text(middle, y + height, sign + units.duration_measured(estimate.value), weight=weight, **how)
        if below and text_width(below, SMALLEST) <= CELL_WIDTH:
            axes.text(middle, y + 0.245, below, **how)
