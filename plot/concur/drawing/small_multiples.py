"""Small multiples: one panel per case, one row per series, names written once at the left.

The vertical axis of a panel counts inches from its top, so that rows and text keep their distance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from concur.documents import labels
from concur.documents.cases import Case, Cell, Series, Workload
from concur.drawing import artists, disturbance, style
from concur.drawing.page import BODY_WIDTH, Footnotes, Page, reason_note, shorten, text_width, wrap

NAME_SIZE, TITLE_SIZE, REASON_SIZE = 8, 8.2, 6.8
HEAD, FOOT, COLUMN_GAP, FAMILY_GAP, EDGE = 0.24, 0.46, 0.22, 0.05, 0.04


@dataclass(frozen=True)
class Panels:
    series: tuple[Series, ...]
    families: Mapping[str, str]
    row_height: float
    columns: int
    # Row and column of each panel.
    places: tuple[tuple[int, int], ...]

    @cached_property
    def label_width(self) -> float:
        return max(text_width(labels.series(series), NAME_SIZE) for series in self.series) + 0.1

    @property
    def width(self) -> float:
        room = BODY_WIDTH - self.label_width - 0.08
        return (room - COLUMN_GAP * (self.columns - 1)) / self.columns

    @cached_property
    def tops(self) -> dict[Series, float]:
        """Where each row begins, with a small gap between families."""
        found: dict[Series, float] = {}
        y, before = EDGE, None
        for series in self.series:
            family = self.families.get(series.model)
            y += FAMILY_GAP if found and family != before else 0
            found[series], before = y, family
            y += self.row_height
        return found

    def middle(self, series: Series) -> float:
        return self.tops[series] + self.row_height / 2

    @property
    def rows_height(self) -> float:
        return self.tops[self.series[-1]] + self.row_height + EDGE

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

    def title(self, page: Page, index: int, text: str) -> None:
        x, y = self.place(index)
        lines = wrap(text, TITLE_SIZE, self.width, "bold")
        short = lines[0] if len(lines) == 1 else shorten(text, TITLE_SIZE, self.width, "bold")
        page.text(x, y - 0.06, short, TITLE_SIZE, va="bottom", weight="bold")

    def axes(self, page: Page, index: int, left: float = 0.0, width: float | None = None) -> Any:
        """A panel's axes, or with `left` and `width` in inches a part of it."""
        x, y = self.place(index)
        axes = page.axes(x + left, y, self.width if width is None else width, self.rows_height)
        axes.set_ylim(self.rows_height, 0)
        axes.set_yticks([])
        axes.grid(axis="x")
        axes.spines["left"].set_color("#bbbbbb")
        self._bands(axes)
        if self.places[index][1] == 0 and left == 0:
            self._names(page, y)
        return axes

    def _bands(self, axes: Any) -> None:
        """Every other family stands on a light ground."""
        whole_width = axes.get_yaxis_transform()
        shaded, before = True, None
        for series, top in self.tops.items():
            family = self.families.get(series.model)
            shaded, before = (not shaded if family != before else shaded), family
            if shaded:
                ground = {"facecolor": "#f6f6f6", "linewidth": 0, "zorder": 0, "transform": whole_width}
                artists.add_box(axes, 0, top - 0.02, 1, self.row_height + 0.04, **ground)

    def _names(self, page: Page, y: float) -> None:
        for series in self.series:
            text = labels.series(series)
            x = self.label_width - 0.07
            page.text(x, y + self.middle(series), text, NAME_SIZE, ha="right", va="center_baseline")


def columns_for(count: int) -> int:
    return {1: 1, 2: 2, 4: 2}.get(count, 3)


def flow(groups: Sequence[int], columns: int) -> tuple[tuple[int, int], ...]:
    """Places for panels that come in groups; a group begins a new row if that makes no more rows."""
    total = sum(groups)
    if sum(-(-size // columns) for size in groups) > -(-total // columns):
        groups = [total]
    places, top = [], 0
    for size in groups:
        places += [(top + index // columns, index % columns) for index in range(size)]
        top += -(-size // columns)
    return tuple(places)


def panels_of(
    workload: Workload, families: Mapping[str, str], row_height: float, columns: int | None = None
) -> Panels:
    """One panel per case."""
    across = columns or columns_for(len(workload.cases))
    places = flow([len(group) for group in workload.panels()], across)
    return Panels(workload.series, families, row_height, across, places)


def short_reason(cell: Cell, width: float, notes: Footnotes) -> str:
    """Why there is no bar, as much of it as fits; the whole of it in a footnote if it does not."""
    text = reason_note(cell.outcome, cell.reason)
    if text_width(text, REASON_SIZE) <= width:
        return text
    number = f" [{notes.number(text)}]"
    return shorten(text, REASON_SIZE, width - text_width(number, REASON_SIZE)) + number


def mark_missing(axes: Any, panels: Panels, case: Case, width: float, notes: Footnotes) -> None:
    """In place of a bar, the reason why there is none."""
    for series in panels.series:
        cell = case.cells.get(series)
        if cell is not None and cell.ok:
            continue
        text = "not run" if cell is None else short_reason(cell, width - 0.1, notes)
        colour = style.ALERT if cell is not None and cell.outcome == "invalid" else style.MUTED
        where = axes.get_yaxis_transform()
        axes.text(
            0.04 / width,
            panels.middle(series),
            text,
            transform=where,
            fontsize=REASON_SIZE,
            color=colour,
            va="center",
            style="italic",
        )


def collect_notes(workload: Workload, width: float, cpus: int) -> Footnotes:
    """The footnotes that the panels of this workload will make, known before the sheet is."""
    notes = Footnotes()
    for case in workload.cases:
        disturbance.title(workload, case, cpus, notes)
        for series in workload.series:
            cell = case.cells.get(series)
            if cell is not None and not cell.ok:
                short_reason(cell, width - 0.1, notes)
    return notes


def subtitle(workload: Workload, *more: str) -> Sequence[str]:
    """The sentences, and the sizes that the panels' titles do not tell."""
    fixed = labels.fixed(workload) if workload.telling else ""
    return [". ".join(filter(None, [*more, f"Sizes: {fixed}" if fixed else ""]))]
