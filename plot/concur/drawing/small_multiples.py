"""Small multiples: one panel for each case, one row for each model, and the names of the models at the left.

The unit of a panel's vertical axis is an inch, counted from the top, so that rows and texts keep their
distance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from concur.documents import labels
from concur.documents.cases import Case, Cell, Row, Workload
from concur.drawing import artists, disturbance, style
from concur.drawing.page import BODY_WIDTH, SMALLEST, Footnotes, Page, shorten, text_width, wrap

NAME_SIZE = REASON_SIZE = SMALLEST
TITLE_SIZE = 8.5
HEAD, FOOT, COLUMN_GAP, FAMILY_GAP, EDGE = 0.42, 0.5, 0.25, 0.05, 0.04


@dataclass(frozen=True)
class SmallMultiples:
    """The panels of a workload."""

    workload: Workload
    cases: tuple[Case, ...]
    rows: tuple[Row, ...]
    row_height: float
    columns: int
    # Row and column of each panel.
    places: tuple[tuple[int, int], ...]

    @staticmethod
    def of(
        workload: Workload,
        rows: Sequence[Row],
        row_height: float,
        columns: int,
        cases: Sequence[Case] | None = None,
    ) -> SmallMultiples:
        """Without `cases`: all of the workload."""
        shown = tuple(workload.cases if cases is None else cases)
        groups = [[case for case in group if case in shown] for group in workload.panels()]
        places = flow([len(group) for group in groups if group], columns)
        return SmallMultiples(workload, shown, tuple(rows), row_height, columns, places)

    def name(self, row: Row) -> str:
        """That of the model, with its number of workers if it is the same in all cases."""
        shown = {row.series_of(case) for case in self.cases} - {None}
        only = shown.pop() if len(shown) == 1 else None
        return labels.series(only) if only else row.model

    @cached_property
    def label_width(self) -> float:
        return max(text_width(self.name(row), NAME_SIZE) for row in self.rows) + 0.1

    @property
    def width(self) -> float:
        room = BODY_WIDTH - self.label_width - 0.08
        return (room - COLUMN_GAP * (self.columns - 1)) / self.columns

    @cached_property
    def tops(self) -> dict[Row, float]:
        """The top of each row; there is a small gap between families."""
        found: dict[Row, float] = {}
        y, before = EDGE, ""
        for row in self.rows:
            family = self.family(row)
            y += FAMILY_GAP if found and family != before else 0
            found[row], before = y, family
            y += self.row_height
        return found

    def family(self, row: Row) -> str:
        return self.workload.families.get(row.model, "")

    def middle(self, row: Row) -> float:
        return self.tops[row] + self.row_height / 2

    @property
    def rows_height(self) -> float:
        return self.tops[self.rows[-1]] + self.row_height + EDGE

    @property
    def pitch(self) -> float:
        return HEAD + self.rows_height + FOOT

    @property
    def height(self) -> float:
        return (1 + max(row for row, _ in self.places)) * self.pitch

    def place(self, index: int) -> tuple[float, float]:
        """The top left corner of a panel's axes."""
        row, column = self.places[index]
        return self.label_width + column * (self.width + COLUMN_GAP), row * self.pitch + HEAD

    def title(self, page: Page, index: int, case: Case, notes: Footnotes) -> None:
        text = disturbance.title(self.workload, case, notes)
        x, y = self.place(index)
        lines = wrap(text, TITLE_SIZE, self.width, "bold")
        short = lines[0] if len(lines) == 1 else shorten(text, TITLE_SIZE, self.width, "bold")
        page.text(x, y - 0.25, short, TITLE_SIZE, va="bottom", weight="bold")

    def axes(self, page: Page, index: int, left: float, width: float) -> Any:
        """The axes of the part of a panel that `left` and `width` give in inches."""
        x, y = self.place(index)
        axes = page.axes(x + left, y, width, self.rows_height)
        axes.set_ylim(self.rows_height, 0)
        axes.set_yticks([])
        axes.spines["left"].set_color("#bbbbbb")
        self._bands(axes)
        if self.places[index][1] == 0 and left == 0:
            self._names(page, y)
        return axes

    def _bands(self, axes: Any) -> None:
        """Every second family has a grey background."""
        whole_width = axes.get_yaxis_transform()
        shaded, before = True, None
        for row, top in self.tops.items():
            family = self.family(row)
            shaded, before = (not shaded if family != before else shaded), family
            if shaded:
                ground = {"facecolor": "#f6f6f6", "linewidth": 0, "zorder": 0, "transform": whole_width}
                artists.add_box(axes, 0, top - 0.02, 1, self.row_height + 0.04, **ground)

    def _names(self, page: Page, y: float) -> None:
        for row in self.rows:
            x = self.label_width - 0.07
            page.text(x, y + self.middle(row), self.name(row), NAME_SIZE, ha="right", va="center_baseline")


def flow(groups: Sequence[int], columns: int) -> tuple[tuple[int, int], ...]:
    """Places for groups of panels. Each group begins a new row, unless that needs more rows in all."""
    total = sum(groups)
    if sum(-(-size // columns) for size in groups) > -(-total // columns):
        groups = [total]
    places, top = [], 0
    for size in groups:
        places += [(top + index // columns, index % columns) for index in range(size)]
        top += -(-size // columns)
    return tuple(places)


def cell_of(row: Row, case: Case) -> Cell | None:
    series = row.series_of(case)
    return None if series is None else case.cells[series]


def short_reason(cell: Cell, width: float, notes: Footnotes) -> str:
    """The reason why there is no bar. If it is too long, it is shortened, and a footnote has all of it."""
    text = labels.failure(cell)
    if text_width(text, REASON_SIZE) <= width:
        return text
    number = f" [{notes.number(text)}]"
    return shorten(text, REASON_SIZE, width - text_width(number, REASON_SIZE)) + number


@dataclass(frozen=True)
class Reasons:
    """Where the reasons of failures stand in a panel, in inches from its left side."""

    left: float
    width: float


def mark_missing(
    page: Page, multiples: SmallMultiples, index: int, case: Case, place: Reasons, notes: Footnotes
) -> None:
    """Writes, in place of each missing bar, why it is missing."""
    left, top = multiples.place(index)
    for row in multiples.rows:
        cell = cell_of(row, case)
        if cell is not None and cell.ok:
            continue
        text = "not run" if cell is None else short_reason(cell, place.width - 0.1, notes)
        colour = style.ALERT if cell is not None and cell.outcome == "invalid" else style.MUTED
        how = {"color": colour, "va": "center", "style": "italic"}
        page.text(left + place.left + 0.04, top + multiples.middle(row), text, REASON_SIZE, **how)


def subtitle(workload: Workload, *more: str) -> Sequence[str]:
    """These sentences, the arguments that the titles of the panels leave out, and what some labels mean."""
    fixed = labels.fixed(workload) if workload.telling else ""
    constant = f"Arguments: {fixed}" if fixed else ""
    return [". ".join(filter(None, [*more, constant, *labels.meanings([workload])]))]


def others_note(workload: Workload, rows: Sequence[Row]) -> str:
    """Names the series that have no row, because another one of their model is more usual."""
    models = {row.model for row in rows}
    hidden = {
        series
        for case in workload.cases
        for series in case.cells
        if series.model in models and series not in {row.series_of(case) for row in rows}
    }
    names = [labels.series(series) for series in workload.series if series in hidden]
    return f"Measured too, in some cases, but not shown: {', '.join(names)}" if names else ""


def off_axis_note(workload: Workload, lines: Sequence[Sequence[Case]]) -> str:
    """Names the cases of the same panels that are not on a line, because they differ in more than one way."""
    shown = {case for cases in lines for case in cases}
    panels = [group for group in workload.panels() if shown & set(group)]
    names = [labels.case(workload, case) for group in panels for case in group if case not in shown]
    return f"Not drawn, because other arguments change too: {'; '.join(names)}" if names else ""
